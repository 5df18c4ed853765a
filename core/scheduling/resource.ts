/** Rooms and equipment: mailboxes that answer invitations by themselves. */

import { occurrences } from '../calendar/occurrences.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import { isRecurring } from '../calendar/walk.ts';
import { DomainError } from '../errors.ts';

/** Name of the user setting. */
export const RESOURCE_SETTING = 'resource';

export interface ResourceSettings {
  kind: 'room' | 'equipment';
  /** Answers by itself. */
  autoAccept: boolean;
  /** Takes two meetings at one time. */
  allowConflicts: boolean;
  /** Longest meeting, or null for no limit. */
  maxMinutes: number | null;
  /** Days from now within which a meeting must lie with all its occurrences, or null for no limit. */
  windowDays: number | null;
}

export const RESOURCE_DEFAULTS: Omit<ResourceSettings, 'kind'> = {
  autoAccept: true,
  allowConflicts: false,
  maxMinutes: 1440,
  windowDays: 180,
};

/** null for a user who is no resource. */
export function readResource(value: unknown): ResourceSettings | null {
  if (typeof value !== 'object' || value === null) return null;
  const { kind, autoAccept, allowConflicts, maxMinutes, windowDays } = value as Record<string, unknown>;
  if (kind !== 'room' && kind !== 'equipment') return null;
  const limit = (given: unknown, usual: number | null) =>
    given === null || (typeof given === 'number' && Number.isSafeInteger(given) && given > 0) ? given : usual;
  return {
    kind,
    autoAccept: autoAccept !== false,
    allowConflicts: allowConflicts === true,
    maxMinutes: limit(maxMinutes, RESOURCE_DEFAULTS.maxMinutes),
    windowDays: limit(windowDays, RESOURCE_DEFAULTS.windowDays),
  };
}

const DAY_MS = 86_400_000;
/** Without a limit of its own a resource looks so far ahead. */
const USUAL_DAYS = 400;
/** Occurrences of one meeting that are compared with the calendar. */
const MAX_COMPARED = 1000;

export interface Span {
  start: number;
  end: number;
}

export type Booking =
  | { answer: 'accepted' }
  | { answer: 'declined'; why: 'past' | 'too-long' | 'too-far' | 'endless' | 'conflict' };

/** The times of a meeting that a resource looks at, from now on; null when that is more than it can look at. */
export function bookedTimes(
  event: CalendarEvent,
  now: number,
  { windowDays }: ResourceSettings,
): Span[] | null {
  try {
    const to = now + (windowDays ?? USUAL_DAYS) * DAY_MS;
    const times = occurrences(event, { from: now, to, limit: MAX_COMPARED + 1 });
    return times.length > MAX_COMPARED ? null : times.map(({ start, end }) => ({ start, end }));
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/**
 * Whether a resource takes a meeting.
 *
 * @param times of the meeting, by `bookedTimes`
 * @param lastEnd when its last occurrence ends
 * @param busy when the resource is taken
 */
export function decideBooking(
  event: CalendarEvent,
  { times, lastEnd, busy }: { times: readonly Span[] | null; lastEnd: number; busy: readonly Span[] },
  now: number,
  { allowConflicts, maxMinutes, windowDays }: ResourceSettings,
): Booking {
  if (lastEnd <= now) return { answer: 'declined', why: 'past' };
  if (times === null) return { answer: 'declined', why: 'endless' };
  if (maxMinutes !== null && times.some(({ start, end }) => end - start > maxMinutes * 60_000)) {
    return { answer: 'declined', why: 'too-long' };
  }
  if (windowDays !== null && lastEnd > now + windowDays * DAY_MS) {
    return { answer: 'declined', why: isRecurring(event) ? 'endless' : 'too-far' };
  }
  if (!allowConflicts && overlaps(times, busy)) return { answer: 'declined', why: 'conflict' };
  return { answer: 'accepted' };
}

/** Whether any of the ones takes place while one of the others does. */
export function overlaps(ones: readonly Span[], others: readonly Span[]): boolean {
  const byStart = [...others].sort((a, b) => a.start - b.start);
  return ones.some(({ start, end }) => {
    for (const other of byStart) {
      if (other.start >= end) return false;
      if (other.end > start) return true;
    }
    return false;
  });
}

/** What a resource says of its answer. */
export const BOOKING_WORDS: Record<'accepted' | Extract<Booking, { answer: 'declined' }>['why'], string> = {
  accepted: 'Your request was accepted.',
  past: 'Your request was declined because it lies in the past.',
  'too-long': 'Your request was declined because the meeting is longer than this resource can be booked for.',
  'too-far':
    'Your request was declined because it lies beyond the time for which this resource can be booked.',
  endless:
    'Your request was declined because the series goes on beyond the time for which this resource can be booked.',
  conflict: 'Your request was declined because there are conflicts with other meetings.',
};
