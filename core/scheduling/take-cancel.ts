import { findOccurrence } from '../calendar/find.ts';
import {
  binMeeting,
  type EventItem,
  keepAside,
  knownMeeting,
  meetingItemId,
  putMeeting,
} from './calendar-store.ts';
import type { Itip } from './itip.ts';
import type { MeetingMail, Taken } from './meeting-mail.ts';
import { isExcluded } from './occurrence.ts';
import { organizerOf } from './people.ts';
import {
  cancelledEvent,
  cancelledOccurrence,
  isNewer,
  knownVersion,
  receivedEvent,
  versionOf,
} from './received.ts';
import type { SchedulingServices } from './services.ts';
import { keyOf } from './timing.ts';
import { organizerDistrust } from './trust.ts';

/** CANCEL: a meeting, or some occurrences of it, do not take place (RFC 5546 3.2.5). */
export async function takeCancel(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
): Promise<Taken> {
  const { whole, orphans } = await knownMeeting(mail.mailbox, itip.uid);
  const known = whole ?? orphans[0];
  if (known === undefined) return overtaking(services, mail, itip);
  const organizer = organizerOf(known.document);
  if (organizer !== null && mail.owner.isSelf(organizer.address)) {
    return { kind: 'ignored', why: 'own meeting' };
  }
  const distrust = organizerDistrust(mail.writer, organizer, itip.facts);
  if (distrust !== null) return { kind: 'ignored', why: distrust };
  const version = versionOf(itip.facts);
  // Of the same moment it is the later one: a meeting is made before it is cancelled.
  const isOld = (item: EventItem) => isNewer(knownVersion(item.document), version);
  let taken: Taken = { kind: 'ignored', why: 'nothing new' };
  if (itip.occurrences.length === 0) {
    for (const item of whole === null ? orphans : [whole, ...orphans]) {
      if (isOld(item) || item.document.status === 'cancelled') continue;
      const event = cancelledEvent(item.document, version);
      const put = await putMeeting(services, mail, { itemId: item.itemId, present: item, event });
      if (put !== null) taken = { kind: 'taken', itemId: put.itemId, key: null };
    }
    return taken;
  }
  for (const { at } of itip.occurrences) {
    const one = await takeOccurrence(services, mail, itip, at);
    if (one.kind === 'taken') taken = one;
  }
  return taken;
}

/** A cancellation that is here before its invitation: when that comes, it is known to be over. */
async function overtaking(services: SchedulingServices, mail: MeetingMail, itip: Itip): Promise<Taken> {
  const { event, facts } = itip;
  const isOwn = facts.organizer !== null && mail.owner.isSelf(facts.organizer.address);
  if (event !== null && !isOwn && organizerDistrust(mail.writer, facts.organizer, facts) === null) {
    const version = versionOf(facts);
    const received = receivedEvent(event, null, version, mail.owner);
    const itemId = await meetingItemId(mail.ref, itip.uid);
    await keepAside(services, mail.mailbox, { itemId, event: cancelledEvent(received, version) });
  }
  return { kind: 'ignored', why: 'not in the calendar' };
}

async function takeOccurrence(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
  at: number,
): Promise<Taken> {
  const { whole, orphans } = await knownMeeting(mail.mailbox, itip.uid);
  const nothing: Taken = { kind: 'ignored', why: 'nothing new' };
  if (whole === null) {
    const orphan = orphans.find(({ document }) => document.recurrenceId === keyOf(document, at));
    if (orphan === undefined) return nothing;
    await binMeeting(services, mail, orphan);
    return { kind: 'taken', itemId: orphan.itemId, key: null };
  }
  const key = findOccurrence(whole.document, at);
  const stale = itip.facts.sequence < knownVersion(whole.document).sequence;
  if (key === null || stale || isExcluded(whole.document, key)) return nothing;
  const event = cancelledOccurrence(whole.document, key);
  const put = await putMeeting(services, mail, { itemId: whole.itemId, present: whole, event });
  return put === null ? nothing : { kind: 'taken', itemId: put.itemId, key };
}
