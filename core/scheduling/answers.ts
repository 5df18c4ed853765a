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
  if (key !== null) {
    const occurrence = occurrenceOf(event, key);
    const answered = withAnswer(occurrence, facts, from, null);
    return answered === null ? null : withOccurrence(event, answered, key);
  }
  const { attendee } = facts;
  if (attendee === null) return null;
  const found = participantOf(event, (address) => answersFor(from, address));
  if (found === null) return null;
  const [id, participant] = found;
  if (!isLater(facts, participant)) return null;
  const { 'waypost:proposed': _, ...rest } = participant;
  const next: Participant = {
    ...rest,
    participationStatus: facts.method === 'COUNTER' ? 'tentative' : attendee.status,
    ...(attendee.comment === '' ? {} : { participationComment: attendee.comment.slice(0, MAX_COMMENT) }),
    scheduleSequence: facts.sequence,
    scheduleUpdated: formatUtc(facts.stamp),
    ...proposedOf(facts),
  };
  return { ...event, participants: { ...event.participants, [id]: next } };
}

function isLater(
  { sequence, stamp }: Pick<MeetingFacts, 'sequence' | 'stamp'>,
  { scheduleSequence, scheduleUpdated }: Participant,
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
