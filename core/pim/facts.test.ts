import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CalendarEvent, CalendarTask } from '../calendar/types.ts';
import { pimFacts } from './facts.ts';
import { ENDLESS, type PimDocuments, type PimKind } from './types.ts';

const event = (more: Partial<CalendarEvent> = {}): CalendarEvent => ({
  '@type': 'Event',
  uid: 'one',
  updated: '2026-01-01T00:00:00Z',
  start: '2026-03-02T09:00:00',
  duration: 'PT1H',
  timeZone: 'Europe/Berlin',
  title: 'Meeting',
  ...more,
});
const utc = (text: string) => Date.parse(text);
const daily = (more: object = {}) => [
  { '@type': 'RecurrenceRule' as const, frequency: 'daily' as const, ...more },
];

test('an event lies where its last occurrence ends', () => {
  expect(pimFacts('event', event())).toEqual({
    uid: 'one',
    title: 'Meeting',
    startsAt: utc('2026-03-02T08:00:00Z'),
    endsAt: utc('2026-03-02T09:00:00Z'),
    sortAt: utc('2026-03-02T09:00:00Z'),
    remindAt: null,
  });
  const counted = pimFacts('event', event({ recurrenceRules: daily({ count: 30 }) }));
  // The clocks were set in between.
  expect(counted.endsAt).toBe(utc('2026-03-31T08:00:00Z'));
  const moved = {
    '2026-03-03T09:00:00': { start: '2026-02-01T09:00:00' },
    '2026-03-04T09:00:00': { start: '2026-09-01T09:00:00' },
  };
  const facts = pimFacts(
    'event',
    event({ recurrenceRules: daily({ count: 3 }), recurrenceOverrides: moved }),
  );
  expect([facts.startsAt, facts.endsAt]).toEqual([utc('2026-02-01T08:00:00Z'), utc('2026-09-01T08:00:00Z')]);
  expect(pimFacts('event', event({ recurrenceRules: daily() }))).toMatchObject({
    endsAt: ENDLESS,
    sortAt: ENDLESS,
  });
});

test('a floating event covers the day of all zones', () => {
  const facts = pimFacts(
    'event',
    event({ timeZone: null, showWithoutTime: true, start: '2026-03-02T00:00:00', duration: 'P1D' }),
  );
  expect([facts.startsAt, facts.endsAt]).toEqual([utc('2026-03-01T00:00:00Z'), utc('2026-03-04T00:00:00Z')]);
});

test('an event that recurs without reason has no end, and costs little', () => {
  const began = performance.now();
  const bomb = event({
    recurrenceRules: [
      { '@type': 'RecurrenceRule', frequency: 'secondly', byMinute: [1], count: 999_999_999 },
    ],
  });
  expect(pimFacts('event', bomb).endsAt).toBe(ENDLESS);
  expect(performance.now() - began).toBeLessThan(2000);
});

test('a task has no end while it is open, then it lies where it was completed', () => {
  const task: CalendarTask = { '@type': 'Task', uid: 't', updated: '2026-01-01T00:00:00Z', title: 'Do' };
  expect(pimFacts('task', task)).toMatchObject({ sortAt: ENDLESS, startsAt: null, endsAt: null });
  const done: CalendarTask = { ...task, progress: 'completed', progressUpdated: '2026-02-03T04:05:06Z' };
  expect(pimFacts('task', done).sortAt).toBe(utc('2026-02-03T04:05:06Z'));
});

test('the next reminder is the first after now, or after the last change', () => {
  const alerts = {
    a: { '@type': 'Alert' as const, trigger: { '@type': 'OffsetTrigger' as const, offset: '-PT15M' } },
  };
  const series = event({ alerts, recurrenceRules: daily() });
  expect(pimFacts('event', series).remindAt).toBe(utc('2026-03-02T07:45:00Z'));
  expect(pimFacts('event', series, utc('2026-05-01T12:00:00Z')).remindAt).toBe(utc('2026-05-02T06:45:00Z'));
  expect(pimFacts('event', { ...series, status: 'cancelled' }).remindAt).toBeNull();
});

test('contacts are titled as they are filed', () => {
  const card = {
    '@type': 'Card' as const,
    version: '1.0' as const,
    uid: 'c',
    updated: '2026-01-02T00:00:00Z',
  };
  expect(pimFacts('contact', { ...card, emails: { email1: { address: 'a@example.com' } } }).title).toBe(
    'a@example.com',
  );
  expect(pimFacts('contact', { ...card, name: { full: 'Ann  Lee' } })).toMatchObject({
    title: 'Ann Lee',
    sortAt: utc('2026-01-02T00:00:00Z'),
  });
  const components = [
    { kind: 'given' as const, value: 'Ann' },
    { kind: 'surname' as const, value: 'Lee' },
  ];
  expect(pimFacts('contact', { ...card, name: { components } }).title).toBe('Ann Lee');
  expect(
    pimFacts('contact', { ...card, name: { full: 'Ann' }, 'waypost:eas': { FileAs: 'Lee, Ann' } }).title,
  ).toBe('Lee, Ann');
});

test('keys and titles fit their columns, and long UIDs that differ stay apart', () => {
  const long = (tail: string) =>
    pimFacts('event', event({ uid: `${'x'.repeat(300)}${tail}`, title: '😀'.repeat(400) }));
  expect(long('a').uid.length).toBeLessThanOrEqual(255);
  expect(long('a').uid).not.toBe(long('b').uid);
  expect(long('a').title.length).toBeLessThanOrEqual(255);
  expect(long('a').title.isWellFormed()).toBe(true);
});

test('no document makes it throw', () => {
  const kinds: PimKind[] = ['event', 'contact', 'task', 'note', 'sms'];
  const names = [
    'uid',
    'updated',
    'created',
    'title',
    'start',
    'due',
    'duration',
    'timeZone',
    'recurrenceRules',
    'recurrenceOverrides',
    'excludedRecurrenceRules',
    'alerts',
    'name',
    'emails',
    'waypost:eas',
    'progress',
    'subject',
    'date',
    '@type',
  ];
  const value = fc.oneof(
    fc.anything(),
    fc.constantFrom(
      '2026-01-01T00:00:00',
      '2026-01-01T00:00:00Z',
      'P1D',
      'Europe/Berlin',
      'Event',
      'Task',
      [null],
      { a: null },
    ),
    fc.constant([{ frequency: 'daily', byDay: [null, 3], count: 2 }]),
    fc.constant({ '2026-01-02T00:00:00': { start: 5, alerts: 7 }, x: null, '2026-01-03T00:00:00': null }),
    fc.constant({ a: { trigger: { '@type': 'OffsetTrigger', offset: 'PT1H' } }, b: { trigger: null }, c: 4 }),
  );
  const document = fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...names), value));
  fc.assert(
    fc.property(fc.constantFrom(...kinds), document, (kind, damaged) => {
      const facts = pimFacts(kind, damaged as PimDocuments[typeof kind]);
      expect(typeof facts.uid).toBe('string');
      expect(typeof facts.title).toBe('string');
      expect(Number.isFinite(facts.sortAt)).toBe(true);
    }),
    { numRuns: 2000, seed: 5545 },
  );
}, 60_000);
