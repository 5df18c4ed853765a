import { describe, expect, test } from 'vitest';
import { spanOf } from '../calendar/span.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import {
  bookedTimes,
  decideBooking,
  overlaps,
  type ResourceSettings,
  readResource,
  type Span,
} from './resource.ts';
import { meeting } from './testing.ts';

const NOW = Date.UTC(2026, 10, 20);
const room = (more: Partial<ResourceSettings> = {}) => ({
  ...(readResource({ kind: 'room' }) as ResourceSettings),
  ...more,
});

function book(event: CalendarEvent, busy: Span[] = [], settings = room()) {
  const times = bookedTimes(event, NOW, settings);
  const booking = decideBooking(event, { times, lastEnd: spanOf(event)?.end ?? 0, busy }, NOW, settings);
  return booking.answer === 'accepted' ? 'accepted' : booking.why;
}
const at = (hour: number, minutes = 60): Span => {
  const start = Date.UTC(2026, 10, 23, hour);
  return { start, end: start + minutes * 60_000 };
};

describe('a resource', () => {
  test('takes a meeting when it is free, also right after another', () => {
    expect(book(meeting())).toBe('accepted');
    expect(book(meeting(), [at(7), at(9)])).toBe('accepted');
  });

  test('declines what overlaps, unless it may not care', () => {
    expect(book(meeting(), [at(8, 10)])).toBe('conflict');
    expect(book(meeting(), [at(8, 10)], room({ allowConflicts: true }))).toBe('accepted');
  });

  test('declines what is too long, too far away, or over', () => {
    expect(book(meeting({ duration: 'PT25H' }))).toBe('too-long');
    expect(book(meeting({ duration: 'PT25H' }), [], room({ maxMinutes: null }))).toBe('accepted');
    expect(book(meeting({ start: '2027-11-23T09:00:00' }))).toBe('too-far');
    expect(book(meeting({ start: '2026-01-23T09:00:00' }))).toBe('past');
  });

  test('looks at every occurrence of a series', () => {
    const daily = (count?: number) =>
      meeting({
        recurrenceRules: [
          { '@type': 'RecurrenceRule', frequency: 'daily', ...(count === undefined ? {} : { count }) },
        ],
      });
    expect(book(daily(5))).toBe('accepted');
    const wednesday = Date.UTC(2026, 10, 25, 8, 30);
    expect(book(daily(5), [{ start: wednesday, end: wednesday + 1 }])).toBe('conflict');
    expect(book(daily())).toBe('endless');
  });

  test('is no resource without a kind, and careful where it is not told', () => {
    expect(readResource(null)).toBeNull();
    expect(readResource({ kind: 'car' })).toBeNull();
    expect(readResource({ kind: 'equipment', maxMinutes: 'x', windowDays: null })).toEqual({
      ...{ kind: 'equipment', autoAccept: true, allowConflicts: false, maxMinutes: 1440, windowDays: null },
    });
  });

  test('overlaps only with what takes time at the same time', () => {
    expect(overlaps([at(8)], [at(9), at(7)])).toBe(false);
    expect(overlaps([at(8)], [at(7, 61)])).toBe(true);
    expect(overlaps([], [at(8)])).toBe(false);
  });
});
