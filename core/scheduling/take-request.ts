/** REQUEST and ADD: a meeting that somebody invites to comes into the calendar, or changes there. */
import { findOccurrence } from '../calendar/find.ts';
import type { CalendarEvent, LocalDateTime } from '../calendar/types.ts';
import { type EventItem, type Known, knownMeeting, meetingItemId, putMeeting } from './calendar-store.ts';
import type { Itip } from './itip.ts';
import type { MeetingMail, Taken } from './meeting-mail.ts';
import { organizerOf, sameAddress } from './people.ts';
import {
  isNewer,
  knownOccurrenceVersion,
  knownVersion,
  receivedEvent,
  receivedOccurrence,
  versionOf,
  withOrphans,
} from './received.ts';
import type { SchedulingServices } from './services.ts';
import { keyOf } from './timing.ts';
import { distrustOf, organizerDistrust } from './trust.ts';

export async function takeRequest(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
): Promise<Taken> {
  const { facts } = itip;
  if (facts.organizer === null) return { kind: 'ignored', why: 'no organizer' };
  // What one holds oneself is in the calendar already, and nobody else says what becomes of it.
  if (mail.owner.isSelf(facts.organizer.address)) return { kind: 'ignored', why: 'own meeting' };
  const known = await knownMeeting(mail.mailbox, itip.uid);
  const before = known.whole ?? known.orphans[0] ?? null;
  const distrust =
    before === null
      ? distrustOf(mail.writer)
      : organizerDistrust(mail.writer, organizerOf(before.document), facts);
  if (distrust !== null) return { kind: 'ignored', why: distrust };
  if (itip.event !== null && facts.method !== 'ADD')
    return takeWhole(services, mail, itip, itip.event, known);
  let taken: Taken = { kind: 'ignored', why: 'nothing new' };
  const occurrences = facts.method === 'ADD' ? added(itip) : itip.occurrences;
  for (const { event, at } of occurrences) {
    const one = await takeOccurrence(services, mail, itip, event, at);
    if (one.kind === 'taken') taken = one;
  }
  return taken;
}

/** RFC 5546 3.2.4: further instances of a series, at their own times. */
function added({ event, occurrences, facts }: Itip): Itip['occurrences'] {
  if (event === null || facts.startsAt === null) return occurrences;
  return [{ event: { ...event, recurrenceId: event.start }, at: facts.startsAt }];
}

async function takeWhole(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
  event: CalendarEvent,
  { whole, orphans }: Known,
): Promise<Taken> {
  const version = versionOf(itip.facts);
  if (whole !== null && !isNewer(version, knownVersion(whole.document))) {
    return { kind: 'ignored', why: 'nothing new' };
  }
  const itemId = whole?.itemId ?? (await meetingItemId(mail.ref, itip.uid));
  if (whole === null && (await isOver(mail, itemId, itip))) return { kind: 'ignored', why: 'cancelled' };
  const received = receivedEvent(event, whole?.document ?? null, version, mail.owner);
  const came = orphans.map((item) => ({ event: item.document, key: item.document.recurrenceId ?? '' }));
  const put = await putMeeting(services, mail, {
    ...{ itemId, present: whole, event: withOrphans(keepDeclined(received, whole), came) },
  });
  if (put === null) return { kind: 'ignored', why: 'cannot be kept' };
  for (const orphan of orphans) await mail.mailbox.remove([orphan.itemId], services.now(), orphan.folderId);
  return { kind: 'taken', itemId, key: null };
}

/** Whether its organizer has cancelled the meeting after this was said; then it lies in Deleted Items. */
async function isOver({ mailbox }: MeetingMail, itemId: string, { facts }: Itip): Promise<boolean> {
  const [item] = await mailbox.pimItems([itemId]);
  if (item?.kind !== 'event' || item.document.status !== 'cancelled') return false;
  const organizer = organizerOf(item.document);
  const isTheirs =
    organizer !== null && facts.organizer !== null && sameAddress(organizer.address, facts.organizer.address);
  return isTheirs && !isNewer(versionOf(facts), knownVersion(item.document));
}

/** Occurrences that the owner has declined stay away as long as the series is at the same time. */
function keepDeclined(event: CalendarEvent, before: EventItem | null): CalendarEvent {
  if (before === null || event['waypost:response']?.type === 'none') return event;
  const declined = Object.entries(before.document.recurrenceOverrides ?? {}).filter(
    ([key, patch]) => patch['excluded'] === true && event.recurrenceOverrides?.[key] === undefined,
  );
  if (declined.length === 0) return event;
  return { ...event, recurrenceOverrides: { ...event.recurrenceOverrides, ...Object.fromEntries(declined) } };
}

async function takeOccurrence(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
  event: CalendarEvent,
  at: number,
): Promise<Taken> {
  const version = versionOf(itip.facts);
  const { whole, orphans } = await knownMeeting(mail.mailbox, itip.uid);
  if (whole !== null) {
    const key = matched(whole.document, at);
    const stale = version.sequence < knownVersion(whole.document).sequence;
    if (stale || !isNewer(version, knownOccurrenceVersion(whole.document, key))) {
      return { kind: 'ignored', why: 'nothing new' };
    }
    const document = receivedOccurrence(whole.document, event, key, version, mail.owner);
    const put = await putMeeting(services, mail, { itemId: whole.itemId, present: whole, event: document });
    return put === null
      ? { kind: 'ignored', why: 'cannot be kept' }
      : { kind: 'taken', itemId: put.itemId, key };
  }
  const key = keyOf(event, at);
  const orphan = orphans.find(({ document }) => document.recurrenceId === key) ?? null;
  if (orphan !== null && !isNewer(version, knownVersion(orphan.document))) {
    return { kind: 'ignored', why: 'nothing new' };
  }
  const received = receivedEvent(event, orphan?.document ?? null, version, mail.owner);
  const itemId = orphan?.itemId ?? (await meetingItemId(mail.ref, itip.uid, key));
  const alone = { ...received, recurrenceId: key, recurrenceIdTimeZone: event.timeZone ?? null };
  const put = await putMeeting(services, mail, { itemId, present: orphan, event: alone });
  return put === null ? { kind: 'ignored', why: 'cannot be kept' } : { kind: 'taken', itemId, key: null };
}

/** The occurrence of a series that a time names; one that the rules do not have is one more. */
function matched(series: CalendarEvent, at: number): LocalDateTime {
  return findOccurrence(series, at) ?? keyOf(series, at);
}
