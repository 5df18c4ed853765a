/** What the organizer's calendar makes of the answers of those who are invited. */
import { formatUtc } from '../calendar/time/civil.ts';
import type { CalendarEvent, LocalDateTime, Participant } from '../calendar/types.ts';
import { occurrenceOf, withOccurrence } from './occurrence.ts';
import { answersFor, participantOf } from './people.ts';
import type { MeetingFacts } from './types.ts';

const MAX_COMMENT = 2000;

/**
 * The event with the answer of one attendee, or null when it changes nothing: nobody of that address was invited, or a
 * later answer is known already (RFC 5546 2.1.5: by SEQUENCE, then DTSTAMP).
 *
 * @param key the one occurrence that is answered; null for all of it
 */
export function withAnswer(
  event: CalendarEvent,
  facts: Pick<MeetingFacts, 'method' | 'attendee' | 'sequence' | 'stamp' | 'proposed'>,
  from: string,
  key: LocalDateTime | null,
): CalendarEvent | null {
  const { attendee } = facts;
  if (attendee === null) return null;
  const series = participantOf(event, (address) => answersFor(from, address));
  if (key === null) {
    if (series === null || !isLater(facts, series[1])) return null;
    const [id, before] = series;
    const next = answering(before, facts, attendee);
    return {
      ...event,
      participants: { ...event.participants, [id]: next },
      ...inOverrides(event, id, before, next),
    };
  }
  const occurrence = occurrenceOf(event, key);
  const found = participantOf(occurrence, (address) => answersFor(from, address));
  if (found === null) return null;
  const [id, participant] = found;
  // What was said of the series stands there for want of an answer to the one: an earlier one to that counts still.
  const own = series !== null && sameAnswer(participant, series[1]) ? {} : participant;
  if (!isLater(facts, own)) return null;
  const next = answering(participant, facts, attendee);
  return withOccurrence(
    event,
    { ...occurrence, participants: { ...occurrence.participants, [id]: next } },
    key,
  );
}

const SAID: ReadonlySet<Participant['participationStatus']> = new Set(['accepted', 'declined', 'tentative']);

function answering(
  participant: Participant,
  facts: Pick<MeetingFacts, 'method' | 'sequence' | 'stamp' | 'proposed'>,
  { status, comment }: NonNullable<MeetingFacts['attendee']>,
): Participant {
  const { 'waypost:proposed': _, ...rest } = participant;
  return {
    ...rest,
    // Who proposes another time and says nothing else would rather come then.
    participationStatus: facts.method === 'COUNTER' && !SAID.has(status) ? 'tentative' : status,
    ...(comment === '' ? {} : { participationComment: comment.slice(0, MAX_COMMENT) }),
    scheduleSequence: facts.sequence,
    scheduleUpdated: formatUtc(facts.stamp),
    ...proposedOf(facts),
  };
}

function sameAnswer(a: Participant, b: Participant): boolean {
  return a.scheduleUpdated === b.scheduleUpdated && a.scheduleSequence === b.scheduleSequence;
}

/** Occurrences name all who are invited: those in which this one has not answered apart follow the answer to all. */
function inOverrides(
  { recurrenceOverrides }: CalendarEvent,
  id: string,
  before: Participant,
  next: Participant,
): Partial<CalendarEvent> {
  if (recurrenceOverrides === undefined) return {};
  const followed = Object.entries(recurrenceOverrides).map(([key, patch]) => {
    const people = patch['participants'] as CalendarEvent['participants'] | null | undefined;
    const one = people?.[id];
    if (one === undefined || !sameAnswer(one, before)) return [key, patch];
    return [key, { ...patch, participants: { ...people, [id]: { ...next, roles: one.roles } } }];
  });
  return { recurrenceOverrides: Object.fromEntries(followed) };
}

function isLater(
  { sequence, stamp }: Pick<MeetingFacts, 'sequence' | 'stamp'>,
  { scheduleSequence, scheduleUpdated }: Partial<Participant>,
): boolean {
  if (scheduleUpdated === undefined) return true;
  if (sequence !== (scheduleSequence ?? 0)) return sequence > (scheduleSequence ?? 0);
  return Math.floor(stamp / 1000) > Math.floor((Date.parse(scheduleUpdated) || 0) / 1000);
}

function proposedOf({ method, proposed }: Pick<MeetingFacts, 'method' | 'proposed'>): Partial<Participant> {
  // Outlook proposes a time in a REPLY too.
  if (proposed === null || (method !== 'COUNTER' && method !== 'REPLY')) return {};
  const { startsAt, endsAt } = proposed;
  return { 'waypost:proposed': { start: formatUtc(startsAt), end: formatUtc(endsAt) } };
}
