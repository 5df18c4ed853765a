import { DAY, formatLocal, parseLocal } from '../time/civil.ts';
import { formatDuration } from '../time/duration.ts';
import type { Duration, LocalDateTime } from '../types.ts';
import { localOf, utcOf } from './convert.ts';

/** A time (milliseconds since the epoch) as the clocks of a zone show it. */
export function localTime(at: number, zone: string): LocalDateTime {
  return formatLocal(localOf(at, zone));
}

/**
 * Milliseconds since the epoch of a local time in a zone, or null when it is none. One that the clocks skip moves forward;
 * of one that comes twice, the first counts.
 */
export function utcTime(local: LocalDateTime, zone: string): number | null {
  const seconds = parseLocal(local);
  return seconds === null ? null : utcOf(seconds, zone);
}

/**
 * The duration of what begins and ends at two times (milliseconds since the epoch): in days where it ends at the hour at
 * which it began, since then days are meant, else exact. Nothing where it ends before it begins.
 */
export function durationBetween(start: number, end: number, zone: string): Duration {
  if (end <= start) return 'PT0S';
  const length = localOf(end, zone) - localOf(start, zone);
  if (length > 0 && length % DAY === 0) return formatDuration({ days: length / DAY, seconds: 0 });
  return formatDuration({ days: 0, seconds: Math.round((end - start) / 1000) });
}
