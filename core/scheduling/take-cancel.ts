import { findOccurrence } from '../calendar/find.ts';
import { binMeeting, type EventItem, knownMeeting, putMeeting } from './calendar-store.ts';
import { endedBefore } from './following.ts';
import type { Itip } from './itip.ts';
import type { MeetingMail, Taken } from './meeting-mail.ts';
import { isExcluded } from './occurrence.ts';
import { noteOccurrenceBefore, noteOverBefore } from './overtaken.ts';
import { organizerOf } from './people.ts';
import {
  cancelledEvent,
  cancelledOccurrence,
  isNewer,
  knownOccurrenceVersion,
  knownVersion,
  noteVersion,
  versionOf,
} from './received.ts';
import { partAt, partsBefore } from './series-parts.ts';
import type { SchedulingServices } from './services.ts';
import { keyOf, spanOf } from './timing.ts';
import { organizerDistrust } from './trust.ts';

const NOTHING: Taken = { kind: 'ignored', why: 'nothing new' };

/** CANCEL: a meeting, or some occurrences of it, do not take place (RFC 5546 3.2.5). */
export async function takeCancel(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
): Promise<Taken> {
  const { whole, orphans } = await knownMeeting(mail.mailbox, itip.uid);
  const known = whole ?? orphans[0];
  const isWhole = itip.occurrences.length === 0;
  // An occurrence that cannot be told from others is none of them, and not all of them either.
  if (isWhole && itip.facts.recurrenceAt !== null) return { kind: 'ignored', why: 'no such occurrence' };
  if (known === undefined) {
    if (isWhole) await noteOverBefore(services, mail, itip);
    else for (const one of itip.occurrences) await noteOccurrenceBefore(services, mail, itip, one);
    return { kind: 'ignored', why: 'not in the calendar' };
  }
  const organizer = organizerOf(known.document);
  if (organizer !== null && mail.owner.isSelf(organizer.address)) {
    return { kind: 'ignored', why: 'own meeting' };
  }
  const distrust = organizerDistrust(mail.writer, organizer, itip.facts);
  if (distrust !== null) return { kind: 'ignored', why: distrust };
  if (isWhole) return takeWhole(services, mail, itip, { whole, orphans });
  let taken = NOTHING;
  for (const occurrence of itip.occurrences.toSorted((a, b) => a.at - b.at)) {
    const one = await takeOccurrence(services, mail, itip, occurrence);
    if (one.kind === 'taken') taken = one;
  }
  return taken;
}

async function takeWhole(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
  { whole, orphans }: Awaited<ReturnType<typeof knownMeeting>>,
): Promise<Taken> {
  const version = versionOf(itip.facts);
  const parts = whole === null ? [] : await partsBefore(mail.mailbox, whole);
  let taken = NOTHING;
  for (const item of whole === null ? orphans : [whole, ...parts, ...orphans]) {
    const put = await cancel(services, mail, item, itip);
    if (put.kind === 'taken') taken = put;
  }
  // The series itself may still be on its way, and older than this.
  if (whole === null && !orphans.some((one) => isNewer(knownVersion(one.document), version))) {
    await noteOverBefore(services, mail, itip);
  }
  return taken;
}

async function cancel(
  services: SchedulingServices,
  mail: MeetingMail,
  item: EventItem,
  { facts }: Itip,
): Promise<Taken> {
  const version = versionOf(facts);
  // Of the same moment it is the later one: a meeting is made before it is cancelled.
  if (isNewer(knownVersion(item.document), version) || item.document.status === 'cancelled') return NOTHING;
  const event = cancelledEvent(item.document, version);
  const put = await putMeeting(services, mail, { itemId: item.itemId, present: item, event });
  return put === null ? NOTHING : { kind: 'taken', itemId: put.itemId, key: null };
}

async function takeOccurrence(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
  occurrence: Itip['occurrences'][number],
): Promise<Taken> {
  const version = versionOf(itip.facts);
  const { whole, orphans } = await knownMeeting(mail.mailbox, itip.uid);
  if (whole === null) {
    // Whatever of it is here: its series comes later, or anew.
    await noteOccurrenceBefore(services, mail, itip, occurrence);
    return dropOrphans(services, mail, orphans, occurrence, itip);
  }
  if (isNewer(knownVersion(whole.document), version)) return NOTHING;
  const { item, at } = await partAt(mail.mailbox, whole, occurrence.at);
  const key = findOccurrence(item.document, at);
  if (key === null) {
    // The series is to move to this time first.
    await noteOccurrenceBefore(services, mail, itip, occurrence);
    return NOTHING;
  }
  if (occurrence.following) return takeFollowing(services, mail, itip, { whole, item, key });
  if (isExcluded(item.document, key) || isNewer(knownOccurrenceVersion(item.document, key), version)) {
    return NOTHING;
  }
  const event = cancelledOccurrence(item.document, key, version);
  const put = await putMeeting(services, mail, { itemId: item.itemId, present: item, event });
  return put === null ? NOTHING : { kind: 'taken', itemId: put.itemId, key };
}

async function dropOrphans(
  services: SchedulingServices,
  mail: MeetingMail,
  orphans: readonly EventItem[],
  { at, following }: Itip['occurrences'][number],
  { facts }: Itip,
): Promise<Taken> {
  let taken = NOTHING;
  for (const orphan of orphans) {
    const { document } = orphan;
    const named = keyOf(document, at);
    const meant = following ? (document.recurrenceId ?? '') >= named : document.recurrenceId === named;
    if (!meant || isNewer(knownVersion(document), versionOf(facts))) continue;
    await binMeeting(services, mail, orphan);
    taken = { kind: 'taken', itemId: orphan.itemId, key: null };
  }
  return taken;
}

/** The series ends before this occurrence; of one that was cut, all later parts are over. */
async function takeFollowing(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
  { whole, item, key }: { whole: EventItem; item: EventItem; key: string },
): Promise<Taken> {
  const version = versionOf(itip.facts);
  const begins = spanOf(item.document)?.startsAt ?? 0;
  for (const part of [...(await partsBefore(mail.mailbox, whole)), whole]) {
    const isLater = (spanOf(part.document)?.startsAt ?? 0) > begins;
    if (part.itemId !== item.itemId && isLater) await cancel(services, mail, part, itip);
  }
  const left = endedBefore(item.document, key);
  if (left === null) return cancel(services, mail, item, itip);
  const event = noteVersion(left, version);
  const put = await putMeeting(services, mail, { itemId: item.itemId, present: item, event });
  return put === null ? NOTHING : { kind: 'taken', itemId: put.itemId, key: null };
}
