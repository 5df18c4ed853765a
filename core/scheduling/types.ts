import type { LocalDateTime, ParticipationStatus, RecurrenceRule } from '../calendar/types.ts';

/** RFC 5546 1.4 */
export const MEETING_METHODS = [
  'PUBLISH',
  'REQUEST',
  'REPLY',
  'ADD',
  'CANCEL',
  'REFRESH',
  'COUNTER',
  'DECLINECOUNTER',
] as const;
export type MeetingMethod = (typeof MEETING_METHODS)[number];

export interface MeetingPerson {
  name: string;
  /** As the calendar has it, without `mailto:`. */
  address: string;
}

/** What a message says of a meeting: kept with it, so that showing it reads no raw. Times in milliseconds since the epoch. */
export interface MeetingFacts {
  method: MeetingMethod;
  uid: string;
  sequence: number;
  /** DTSTAMP: of two messages of one sequence the later one counts (RFC 5546 2.1.5). */
  stamp: number;
  title: string;
  organizer: MeetingPerson | null;
  /** SENT-BY of the organizer: who acts for them. */
  sentBy: string | null;
  /** Who answers, of a REPLY, COUNTER or REFRESH. */
  attendee: (MeetingPerson & { status: ParticipationStatus; comment: string }) | null;
  startsAt: number | null;
  endsAt: number | null;
  /** In `zone`. */
  start: LocalDateTime | null;
  /** IANA name; null for a floating time and for whole days. */
  zone: string | null;
  allDay: boolean;
  location: string;
  rule: RecurrenceRule | null;
  /** The one occurrence that it is about. */
  recurrenceAt: number | null;
  /** And about all that follow it (RFC 5545 3.2.13). */
  following?: true;
  busy: 'free' | 'tentative' | 'busy' | 'oof' | 'elsewhere';
  /** MS-ASEMAIL 2.2.2.70 */
  sensitivity: 0 | 1 | 2 | 3;
  /** Minutes before the beginning, or null. */
  reminder: number | null;
  responseRequested: boolean;
  noCounter: boolean;
  /** Another time that the one who answers proposes (COUNTER). */
  proposed: { startsAt: number; endsAt: number } | null;
  /** Delegates of the one invited got it too (MS-ASEMAIL 2.2.2.47). */
  delegated?: true;
  /** People to whom the meeting was passed on (MS-ASCMD 2.2.3.79). */
  forwardees: MeetingPerson[];
}

/** Longest facts as JSON, in bytes; a meeting that says more is shown as an ordinary message. */
export const MAX_MEETING_BYTES = 32 * 1024;
