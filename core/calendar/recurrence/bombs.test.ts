import { describe, expect, test } from 'vitest';
import { checkRecurrence } from '../check.ts';
import { RecurrenceTooLargeError } from '../errors.ts';
import { findOccurrence } from '../find.ts';
import { readICal } from '../ical/read.ts';
import { occurrences } from '../occurrences.ts';
import { nextReminder } from '../reminder.ts';
import { spanOf } from '../span.ts';
import type { CalendarEvent, RecurrenceRule } from '../types.ts';

// A12: recurrence bombs. Each question about one costs little, whatever the answer is.
const CEILING_MS = 2000;
const MONTH = { from: Date.UTC(2026, 5, 1), to: Date.UTC(2026, 6, 1) };

const event = (...rules: Omit<RecurrenceRule, '@type'>[]): CalendarEvent => ({
  '@type': 'Event',
  uid: 'bomb',
  updated: '2026-01-01T00:00:00Z',
  start: '1990-01-01T00:00:00',
  duration: 'PT1M',
  timeZone: 'Europe/Berlin',
  alerts: { a: { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset: '-PT5M' } } },
  recurrenceRules: rules.map((rule) => ({ '@type': 'RecurrenceRule', ...rule })),
});
const range = (length: number, from = 0) => Array.from({ length }, (_, i) => i + from);

const BOMBS: [name: string, bomb: CalendarEvent][] = [
  ['every second without end', event({ frequency: 'secondly' })],
  ['every second, a billion times', event({ frequency: 'secondly', count: 1_000_000_000 })],
  [
    'every second of a day that never comes',
    event({ frequency: 'secondly', byMonth: ['2'], byMonthDay: [30] }),
  ],
  [
    'a day that never comes, counted',
    event({ frequency: 'daily', byMonth: ['2'], byMonthDay: [30], count: 5 }),
  ],
  [
    'a minute that the interval never meets',
    event({ frequency: 'minutely', interval: 60, byMinute: [7], count: 3 }),
  ],
  [
    'every second of every day by lists',
    event({
      frequency: 'yearly',
      byYearDay: range(366, 1),
      byHour: range(24),
      byMinute: range(60),
      bySecond: range(60),
    }),
  ],
  [
    'the same, at positions',
    event({
      frequency: 'yearly',
      byYearDay: range(366, 1),
      byHour: range(24),
      byMinute: range(60),
      bySecond: range(60),
      bySetPosition: range(366, 1),
    }),
  ],
  ['a list of thousands', event({ frequency: 'yearly', byYearDay: range(5000, 1) })],
  [
    'days by the thousand',
    event({ frequency: 'monthly', byDay: range(5000).map(() => ({ '@type': 'NDay', day: 'mo' })) }),
  ],
  ['rules by the thousand', event(...range(5000).map(() => ({ frequency: 'daily' as const })))],
  [
    'twenty rules, each every minute',
    event(...range(20).map((i) => ({ frequency: 'minutely' as const, interval: i + 1 }))),
  ],
  ['an interval beyond all time', event({ frequency: 'yearly', interval: 1_000_000_000 })],
  [
    'exclusion of everything',
    {
      ...event({ frequency: 'minutely' }),
      excludedRecurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'minutely' }],
    },
  ],
];

/** What it gave, or the error of the domain that it threw; anything else is none of ours. */
function bounded(ask: () => unknown): void {
  const began = performance.now();
  try {
    ask();
  } catch (error) {
    expect(error).toBeInstanceOf(RecurrenceTooLargeError);
  }
  expect(performance.now() - began).toBeLessThan(CEILING_MS);
}

describe.each(BOMBS)('%s', (_, bomb) => {
  test('costs little, whatever is asked', () => {
    bounded(() => occurrences(bomb, MONTH));
    bounded(() => occurrences(bomb, { ...MONTH, limit: 5 }));
    bounded(() => occurrences(bomb, { from: 0, to: 8e15 }));
    bounded(() => spanOf(bomb));
    bounded(() => nextReminder(bomb, MONTH.from));
    bounded(() => findOccurrence(bomb, MONTH.from));
    bounded(() => checkRecurrence(bomb));
  });
});

test.each([
  'every second without end',
  'every second, a billion times',
  'every second of every day by lists',
  'a list of thousands',
  'rules by the thousand',
  'twenty rules, each every minute',
])('%s is refused before it is kept', (name) => {
  const bomb = BOMBS.find(([one]) => one === name)?.[1];
  expect(() => bomb && checkRecurrence(bomb)).toThrow(RecurrenceTooLargeError);
});

test('more occurrences than anything shows are an error, and a limit is none', () => {
  const often = event({ frequency: 'minutely' });
  expect(() => occurrences(often, MONTH)).toThrow(RecurrenceTooLargeError);
  expect(occurrences(often, { ...MONTH, limit: 3 })).toHaveLength(3);
});

test('what an honest calendar has is taken', () => {
  checkRecurrence(
    event(
      { frequency: 'daily' },
      { frequency: 'yearly', byDay: [{ '@type': 'NDay', day: 'fr', nthOfPeriod: -1 }], byMonth: ['12'] },
    ),
  );
  checkRecurrence(event({ frequency: 'hourly' }));
});

test('a million dates in a file are refused, at little cost', () => {
  const file = (lines: string) =>
    `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260101T000000Z\r\n${lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
  const dates = (count: number) => Array.from({ length: count }, () => '20260101T000000Z').join(',');
  const began = performance.now();
  expect(() => readICal(file(`RDATE:${dates(1_000_000)}`))).toThrow(/too long \(line 5\)/);
  const { documents, warnings } = readICal(file(`RDATE:${dates(100_000)}`));
  expect(documents[0]?.recurrenceOverrides).toBeUndefined();
  expect(warnings).toEqual([{ line: 5, detail: 'a property is too long' }]);
  const many = Array.from({ length: 20_000 }, () => 'RDATE:20260101T000000Z,20260102T000000Z').join('\r\n');
  expect(() => readICal(file(many))).toThrow(RecurrenceTooLargeError);
  expect(performance.now() - began).toBeLessThan(5 * CEILING_MS);
});
