/** REQUEST and ADD: a meeting that somebody invites to comes into the calendar, or changes there. */
import { findOccurrence } from '../calendar/find.ts';
import type { CalendarEvent, LocalDateTime } from '../calendar/types.ts';
import { type EventItem, type Known, knownMeeting, meetingItemId, putMeeting } from './calendar-store.ts';
import { changedFrom } from './following.ts';
import type { Itip } from './itip.ts';
import type { MeetingMail, Taken } from './meeting-mail.ts';
import { isOverAt, overtakenOf, withoutOvertaken } from './overtaken.ts';
import { organizerOf, sameAddress } from './people.ts';
import {
  isNewer,
  keepNewer,
  knownOccurrenceVersion,
  knownVersion,
  receivedEvent,
  receivedOccurrence,
  type Version,
  versionOf,
  withOrphans,
} from './received.ts';
import { partAt, partsBefore } from './series-parts.ts';
import type { SchedulingServices } from './services.ts';
import { instantOf, keyOf } from './timing.ts';
import { distrustOf, organizerDistrust } from './trust.ts';

type Occurrence = Itip['occurrences'][number];

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
  let taken: Taken = { kind: 'ignored', why: 'nothing new' };
  if (itip.event !== null && facts.method !== 'ADD') {
    taken = await takeWhole(services, mail, itip, itip.event, known);
    if (taken.kind === 'ignored') return taken;
  }
  const occurrences = facts.method === 'ADD' ? added(itip) : itip.occurrences;
  for (const occurrence of occurrences.toSorted((a, b) => a.at - b.at)) {
    const one = occurrence.following
      ? await takeFollowing(services, mail, itip, occurrence, taken.kind === 'taken')
      : await takeOccurrence(services, mail, itip, occurrence);
    if (one.kind === 'taken') taken = one;
  }
  return taken;
}

/** RFC 5546 3.2.4: further instances of a series, at their own times. */
function added({ event, occurrences, facts }: Itip): Itip['occurrences'] {
  if (event === null || facts.startsAt === null) return occurrences;
  return [{ event: { ...event, recurrenceId: event.start }, at: facts.startsAt, following: false }];
}

async function takeWhole(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
  event: CalendarEvent,
  { whole, orphans }: Known,
): Promise<Taken> {
  const version = versionOf(itip.facts);
  const isOld = whole !== null && !isNewer(version, knownVersion(whole.document));
  // Occurrences that are left of an attempt that went no further have still to find their places.
  if (isOld && orphans.length === 0) return { kind: 'ignored', why: 'nothing new' };
  const itemId = whole?.itemId ?? (await meetingItemId(mail.ref, itip.uid));
  if (whole === null && (await isOver(mail, itemId, itip))) return { kind: 'ignored', why: 'cancelled' };
  const aside = await overtakenOf(mail, itip);
  const received = isOld
    ? whole.document
    : keepDeclined(receivedEvent(event, whole?.document ?? null, version, mail.owner), whole);
  const series = whole === null || isOld ? received : keepNewer(received, whole.document, version);
  const single = orphans.filter(({ document }) => document['waypost:following'] !== true);
  const came = single.map((item) => ({ event: item.document, key: item.document.recurrenceId ?? '' }));
  const overtaken = withoutOvertaken(series, aside);
  const complete = withOrphans(overtaken.whole, came);
  // The organizer's word on all of it: what had been cut is one again.
  const parts = whole === null || isOld ? [] : await partsBefore(mail.mailbox, whole);
  const put = await putMeeting(services, mail, { itemId, present: whole, event: complete });
  if (put === null) return { kind: 'ignored', why: 'cannot be kept' };
  for (const { document } of orphans.filter((one) => !single.includes(one))) {
    await applyFollowing(services, mail, document, itip.uid);
  }
  const done = [...orphans, ...parts, ...(aside === null || !overtaken.isDone ? [] : [aside])];
  for (const one of done) await mail.mailbox.remove([one.itemId], services.now(), one.folderId);
  return { kind: 'taken', itemId, key: null };
}

/** Carries out what came of this and following before the series did. */
async function applyFollowing(
  services: SchedulingServices,
  mail: MeetingMail,
  orphan: CalendarEvent,
  uid: string,
): Promise<void> {
  const { whole } = await knownMeeting(mail.mailbox, uid);
  const { recurrenceId, recurrenceIdTimeZone, 'waypost:following': _, ...event } = orphan;
  const at = recurrenceId === undefined ? null : instantOf(recurrenceId, recurrenceIdTimeZone ?? null);
  const version = knownVersion(orphan);
  if (whole === null || at === null || isNewer(knownVersion(whole.document), version)) return;
  const key = findOccurrence(whole.document, at);
  if (key !== null) await putFollowing(services, mail, { whole, key, event, version });
}

async function putFollowing(
  services: SchedulingServices,
  mail: MeetingMail,
  {
    whole,
    key,
    event,
    version,
  }: { whole: EventItem; key: LocalDateTime; event: CalendarEvent; version: Version },
): Promise<Taken> {
  const { before, after } = changedFrom(whole.document, event, key, version, mail.owner);
  if (before !== null) {
    const itemId = await meetingItemId(mail.ref, before.uid);
    await putMeeting(services, mail, { itemId, present: null, event: before });
  }
  const put = await putMeeting(services, mail, { itemId: whole.itemId, present: whole, event: after });
  return put === null
    ? { kind: 'ignored', why: 'cannot be kept' }
    : { kind: 'taken', itemId: put.itemId, key: null };
}

/** This and following (RFC 5545 3.2.13). `alike`: the series that came in the same message is as new as this. */
async function takeFollowing(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
  { event, at }: Occurrence,
  alike: boolean,
): Promise<Taken> {
  const version = versionOf(itip.facts);
  const { whole, orphans } = await knownMeeting(mail.mailbox, itip.uid);
  if (whole === null) return takeOrphan(services, mail, itip, { event, at, following: true }, orphans);
  const known = knownVersion(whole.document);
  if (alike ? isNewer(known, version) : !isNewer(version, known)) {
    return { kind: 'ignored', why: 'nothing new' };
  }
  const part = await partAt(mail.mailbox, whole, at);
  const key = findOccurrence(part.item.document, part.at);
  // What lies before a cut is not joined again: the organizer's next word on the whole does that.
  if (key === null || part.item.itemId !== whole.itemId)
    return { kind: 'ignored', why: 'no such occurrence' };
  return putFollowing(services, mail, { whole, key, event, version });
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
  occurrence: Occurrence,
): Promise<Taken> {
  const version = versionOf(itip.facts);
  const { whole, orphans } = await knownMeeting(mail.mailbox, itip.uid);
  if (whole === null) return takeOrphan(services, mail, itip, occurrence, orphans);
  const { item, at } = await partAt(mail.mailbox, whole, occurrence.at);
  const key = matched(item.document, at);
  const stale = isNewer(knownVersion(whole.document), version);
  if (stale || !isNewer(version, knownOccurrenceVersion(item.document, key))) {
    return { kind: 'ignored', why: 'nothing new' };
  }
  const document = receivedOccurrence(item.document, occurrence.event, key, version, mail.owner);
  const put = await putMeeting(services, mail, { itemId: item.itemId, present: item, event: document });
  return put === null
    ? { kind: 'ignored', why: 'cannot be kept' }
    : { kind: 'taken', itemId: put.itemId, key };
}

/** An occurrence whose series is not there: invited to it alone, or before the rest comes. */
async function takeOrphan(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
  { event, at, following }: Occurrence,
  orphans: readonly EventItem[],
): Promise<Taken> {
  const version = versionOf(itip.facts);
  const key = keyOf(event, at);
  const orphan = orphans.find(({ document }) => document.recurrenceId === key) ?? null;
  if (orphan !== null && !isNewer(version, knownVersion(orphan.document))) {
    return { kind: 'ignored', why: 'nothing new' };
  }
  const isAllOver = await isOver(mail, await meetingItemId(mail.ref, itip.uid), itip);
  if (isAllOver || isOverAt(await overtakenOf(mail, itip), at, itip))
    return { kind: 'ignored', why: 'cancelled' };
  const received = receivedEvent(event, orphan?.document ?? null, version, mail.owner);
  const itemId = orphan?.itemId ?? (await meetingItemId(mail.ref, itip.uid, key));
  const alone: CalendarEvent = {
    ...received,
    ...{ recurrenceId: key, recurrenceIdTimeZone: event.timeZone ?? null },
    ...(following ? { 'waypost:following': true as const } : {}),
  };
  const put = await putMeeting(services, mail, { itemId, present: orphan, event: alone });
  return put === null ? { kind: 'ignored', why: 'cannot be kept' } : { kind: 'taken', itemId, key: null };
}

/** The occurrence of a series that a time names; one that the rules do not have is one more. */
function matched(series: CalendarEvent, at: number): LocalDateTime {
  return findOccurrence(series, at) ?? keyOf(series, at);
}
