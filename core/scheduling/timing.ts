import { spanOf as calendarSpan } from '../calendar/span.ts';
import { formatLocal, parseLocal } from '../calendar/time/civil.ts';
import { spanOrNothing } from '../calendar/time/duration.ts';
import type { CalendarEvent, LocalDateTime } from '../calendar/types.ts';
import { localOf, utcOf } from '../calendar/zones/convert.ts';

const DAY_S = 86_400;

/** Of a local time in milliseconds since the epoch; a time without zone as if it were UTC. null for what is no time. */
export function instantOf(local: LocalDateTime, zone: string | null | undefined): number | null {
  const seconds = parseLocal(local);
  if (seconds === null) return null;
  return zone === null || zone === undefined ? seconds * 1000 : utcOf(seconds, zone);
}

/** The name of the occurrence that begins at this time in a series: a key of its overrides (RFC 8984 4.3.5). */
export function keyOf({ timeZone }: Pick<CalendarEvent, 'timeZone'>, at: number): LocalDateTime {
  if (timeZone === null || timeZone === undefined) return formatLocal(Math.floor(at / 1000));
  return formatLocal(localOf(at, timeZone));
}

/** When an event that does not recur, or the first of a series, takes place. Milliseconds since the epoch. */
export function spanOf({
  start,
  duration,
  timeZone,
}: Pick<CalendarEvent, 'start' | 'duration' | 'timeZone'>): {
  startsAt: number;
  endsAt: number;
} | null {
  const seconds = parseLocal(start);
  const startsAt = instantOf(start, timeZone);
  if (seconds === null || startsAt === null) return null;
  const span = spanOrNothing(duration);
  // Days follow the calendar, what is left of them the clock (RFC 8984 1.4.5).
  const later = instantOf(formatLocal(seconds + span.days * DAY_S), timeZone) ?? startsAt;
  return { startsAt, endsAt: later + span.seconds * 1000 };
}

/** When the last occurrence ends, milliseconds since the epoch; never for a series without end. */
export function lastEndOf(event: CalendarEvent): number {
  return calendarSpan(event)?.end ?? Number.POSITIVE_INFINITY;
}
