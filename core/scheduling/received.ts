/** What the calendar of somebody who is invited makes of what the organizer sends. */

import { findOccurrence } from '../calendar/find.ts';
import { formatUtc } from '../calendar/time/civil.ts';
import type { CalendarEvent, LocalDateTime, Participant, PatchObject } from '../calendar/types.ts';
import { sameJson } from './equal.ts';
import { occurrenceOf, patchOf, withOccurrence } from './occurrence.ts';
import { addressOf, organizerOf, participantOf, sameAddress } from './people.ts';
import { instantOf } from './timing.ts';
import type { MeetingFacts } from './types.ts';

/** How new a message of the organizer is (RFC 5546 2.1.5). */
export interface Version {
  sequence: number;
  /** Milliseconds since the epoch. */
  stamp: number;
}

/** Whose calendar it is. */
export interface Receiver {
  isSelf(address: string): boolean;
}

const NO_ANSWER = { type: 'none' } as const;

/** What the organizer last said of this event, as the calendar noted it; the sequence alone of events that it never came by mail. */
export function knownVersion(event: CalendarEvent): Version {
  const organizer = organizerEntry(event)?.[1];
  return {
    sequence: Math.max(organizer?.scheduleSequence ?? 0, event.sequence ?? 0),
    stamp: organizer?.scheduleUpdated === undefined ? 0 : Date.parse(organizer.scheduleUpdated) || 0,
  };
}

/** Seconds are all that is written down. */
export function isNewer(one: Version, than: Version): boolean {
  if (one.sequence !== than.sequence) return one.sequence > than.sequence;
  return Math.floor(one.stamp / 1000) > Math.floor(than.stamp / 1000);
}

/**
 * A meeting as it is put into the calendar of somebody invited: not answered yet. What they have set
 * themselves stays, and so does their answer unless the meeting takes place at another time.
 */
export function receivedEvent(
  incoming: CalendarEvent,
  present: CalendarEvent | null,
  version: Version,
  receiver: Receiver,
): CalendarEvent {
  const { method: _, ...said } = incoming;
  const intended = busyOf(incoming);
  const answered =
    present !== null && answerOf(present).type !== 'none' && sameTime(present, incoming) ? present : null;
  const event: CalendarEvent = {
    ...said,
    ...own(present),
    ...privacyOf(present, said),
    ...(answered === null ? unanswered(intended) : answer(answered)),
    'waypost:intendedBusy': intended,
  };
  const noted = noteVersion(event, version);
  return setStatus(noted, receiver, answered === null ? 'needs-action' : statusOf(answered, receiver));
}

/** The series with the one occurrence that the organizer sent. */
export function receivedOccurrence(
  series: CalendarEvent,
  incoming: CalendarEvent,
  key: LocalDateTime,
  version: Version,
  receiver: Receiver,
): CalendarEvent {
  const before = occurrenceOf(series, key);
  const occurrence = receivedEvent(
    { ...incoming, timeZone: incoming.timeZone ?? null },
    before,
    version,
    receiver,
  );
  return withOccurrence(series, occurrence, key);
}

/** What the calendar notes of one occurrence when the organizer last spoke of it. */
export function knownOccurrenceVersion(series: CalendarEvent, key: LocalDateTime): Version {
  const patch = series.recurrenceOverrides?.[key];
  if (patch === undefined) return { sequence: 0, stamp: 0 };
  if (patch['excluded'] !== true) return knownVersion({ ...occurrenceOf(series, key), sequence: 0 });
  const { sequence, updated } = patch;
  return {
    sequence: typeof sequence === 'number' ? sequence : 0,
    stamp: typeof updated === 'string' ? Date.parse(updated) || 0 : 0,
  };
}

/**
 * A series as the organizer sends it, with what they had said of some of its occurrences later than that: it was
 * overtaken (RFC 5546 2.1.5).
 */
export function keepNewer(series: CalendarEvent, before: CalendarEvent, version: Version): CalendarEvent {
  const newer = Object.entries(before.recurrenceOverrides ?? {}).filter(([key]) =>
    isNewer(knownOccurrenceVersion(before, key), version),
  );
  if (newer.length === 0) return series;
  const kept = newer.map(([key, patch]) => {
    const at = instantOf(key, before.timeZone);
    return [(at === null ? null : findOccurrence(series, at)) ?? key, patch];
  });
  return { ...series, recurrenceOverrides: { ...series.recurrenceOverrides, ...Object.fromEntries(kept) } };
}

/** A series that came after some of its occurrences, with these in their places, unless it is the newer one. */
export function withOrphans(
  series: CalendarEvent,
  orphans: readonly { event: CalendarEvent; key: LocalDateTime }[],
): CalendarEvent {
  let whole = series;
  const version = knownVersion(series);
  for (const { event, key } of orphans) {
    const own = knownVersion(event);
    const known = whole.recurrenceOverrides?.[key] !== undefined;
    if (isNewer(version, own) || (known && !isNewer(own, knownOccurrenceVersion(whole, key)))) continue;
    whole = {
      ...whole,
      recurrenceOverrides: { ...whole.recurrenceOverrides, [key]: patchOf(whole, event, key) },
    };
  }
  return whole;
}

/** A meeting that does not take place: it stays to be seen, and takes no time (MS-ASCAL 2.2.2.28, MeetingStatus 7). */
export function cancelledEvent(present: CalendarEvent, version: Version): CalendarEvent {
  return noteVersion(
    { ...present, status: 'cancelled', freeBusyStatus: 'free', 'waypost:busy': 'free', alerts: {} },
    version,
  );
}

/** One occurrence that does not take place is gone from the series; what was said before that is known to be over. */
export function cancelledOccurrence(
  present: CalendarEvent,
  key: LocalDateTime,
  version: Version,
): CalendarEvent {
  return {
    ...present,
    recurrenceOverrides: { ...present.recurrenceOverrides, [key]: cancelledPatch(version) },
  };
}

export function cancelledPatch({ sequence, stamp }: Version): PatchObject {
  return { excluded: true, sequence, updated: formatUtc(stamp) };
}

/** The answer of the calendar's owner to a meeting, or to one occurrence of it. */
export function answeredEvent(
  event: CalendarEvent,
  type: 'accepted' | 'tentative' | 'declined',
  at: number,
  receiver: Receiver,
): CalendarEvent {
  const intended = event['waypost:intendedBusy'] ?? busyOf(event);
  const busy =
    type === 'accepted' || intended === 'free' ? intended : type === 'declined' ? 'free' : 'tentative';
  const answered: CalendarEvent = {
    ...event,
    'waypost:response': { type, at: formatUtc(at) },
    'waypost:busy': busy,
    freeBusyStatus: busy === 'free' ? 'free' : 'busy',
    'waypost:intendedBusy': intended,
  };
  return setStatus(answered, receiver, type);
}

/** MS-ASCAL 2.2.2.8 */
export function busyOf(event: CalendarEvent): NonNullable<CalendarEvent['waypost:busy']> {
  const said = event['waypost:busy'];
  if (said !== undefined) return said;
  if (event.freeBusyStatus === 'free') return 'free';
  return event.status === 'tentative' ? 'tentative' : 'busy';
}

function answerOf(event: CalendarEvent): NonNullable<CalendarEvent['waypost:response']> {
  return event['waypost:response'] ?? NO_ANSWER;
}

/** Tentative until it is answered; what takes no time for the organizer takes none here (MS-OXOCAL 2.2.1.2). */
function unanswered(intended: NonNullable<CalendarEvent['waypost:busy']>): Partial<CalendarEvent> {
  const free = intended === 'free';
  return {
    'waypost:response': { ...NO_ANSWER },
    'waypost:busy': free ? 'free' : 'tentative',
    freeBusyStatus: free ? 'free' : 'busy',
  };
}

function answer(present: CalendarEvent): Partial<CalendarEvent> {
  return {
    'waypost:response': answerOf(present),
    'waypost:busy': busyOf(present),
    freeBusyStatus: present.freeBusyStatus ?? 'busy',
  };
}

/** What the owner of a calendar sets for themselves. */
const OWN = ['alerts', 'keywords', 'color', 'waypost:clientUid', 'created'] as const;

function own(present: CalendarEvent | null): Partial<CalendarEvent> {
  if (present === null) return {};
  return Object.fromEntries(OWN.flatMap((name) => (name in present ? [[name, present[name]]] : [])));
}

function sameTime(a: CalendarEvent, b: CalendarEvent): boolean {
  return (
    a.start === b.start &&
    (a.duration ?? 'PT0S') === (b.duration ?? 'PT0S') &&
    (a.timeZone ?? null) === (b.timeZone ?? null) &&
    sameJson(a.recurrenceRules ?? [], b.recurrenceRules ?? [])
  );
}

/** Organizers who say nothing of it do not make public what its owner keeps private. */
function privacyOf(present: CalendarEvent | null, said: CalendarEvent): Partial<CalendarEvent> {
  const kept = present?.privacy;
  if (present === null || kept === undefined || kept === 'public' || said.privacy !== undefined) return {};
  const sensitivity = present['waypost:sensitivity'];
  return { privacy: kept, ...(sensitivity === undefined ? {} : { 'waypost:sensitivity': sensitivity }) };
}

function organizerEntry(event: CalendarEvent): [string, Participant] | null {
  const organizer = organizerOf(event);
  if (organizer === null) return null;
  const all = Object.entries(event.participants ?? {});
  return (
    all.find(([, { roles }]) => roles['owner'] === true) ??
    all.find(([, one]) => sameAddress(addressOf(one), organizer.address)) ??
    null
  );
}

/** Notes at the organizer which of their messages this is. */
export function noteVersion(event: CalendarEvent, { sequence, stamp }: Version): CalendarEvent {
  const noted = { ...event, sequence };
  const organizer = organizerOf(event);
  if (organizer === null) return noted;
  const [id, entry] = organizerEntry(event) ?? [
    'organizer',
    {
      '@type': 'Participant' as const,
      email: organizer.address,
      sendTo: { imip: `mailto:${organizer.address}` },
      roles: { owner: true as const },
    },
  ];
  const known = { ...entry, scheduleSequence: sequence, scheduleUpdated: formatUtc(stamp) };
  return { ...noted, participants: { ...event.participants, [id]: known } };
}

function statusOf(event: CalendarEvent, { isSelf }: Receiver): Participant['participationStatus'] {
  return participantOf(event, isSelf)?.[1].participationStatus;
}

function setStatus(
  event: CalendarEvent,
  { isSelf }: Receiver,
  status: Participant['participationStatus'],
): CalendarEvent {
  const found = participantOf(event, isSelf);
  if (found === null || status === undefined) return event;
  const [id, participant] = found;
  const one = { ...participant, participationStatus: status };
  return { ...event, participants: { ...event.participants, [id]: one } };
}

/** Of the facts of a message. */
export function versionOf({ sequence, stamp }: Pick<MeetingFacts, 'sequence' | 'stamp'>): Version {
  return { sequence, stamp };
}
