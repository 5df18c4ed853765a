import { describe, expect, test } from 'vitest';
import { InvalidCalendarError } from './errors.ts';
import { findOccurrence } from './find.ts';
import { occurrences } from './occurrences.ts';
import { applyPatch, occurrenceDocument } from './patch.ts';
import { nextReminder } from './reminder.ts';
import { spanOf } from './span.ts';
import { splitAt } from './split.ts';
import type { CalendarEvent, CalendarTask, RecurrenceRule } from './types.ts';

const utc = (text: string) => Date.parse(text);
const rule = (more: Omit<RecurrenceRule, '@type'>): RecurrenceRule => ({
  '@type': 'RecurrenceRule',
  ...more,
});
const weekly: CalendarEvent = {
  '@type': 'Event',
  uid: 'w',
  updated: '2026-01-01T00:00:00Z',
  start: '2026-03-02T09:00:00',
  duration: 'PT1H',
  timeZone: 'Europe/Berlin',
  title: 'Weekly',
  recurrenceRules: [rule({ frequency: 'weekly', count: 8 })],
};
const year = { from: utc('2026-01-01T00:00:00Z'), to: utc('2027-01-01T00:00:00Z') };
const starts = (event: Parameters<typeof occurrences>[0], window = year) =>
  occurrences(event, window).map(({ start }) => new Date(start).toISOString().slice(0, 16));
const series = (start: string, more: Omit<RecurrenceRule, '@type'>, window = year) =>
  starts({ ...weekly, start, timeZone: 'Etc/UTC', recurrenceRules: [rule(more)] }, window);

describe('occurrences', () => {
  test('keep their hour when the clocks are set', () => {
    expect(starts(weekly).slice(3, 6)).toEqual(['2026-03-23T08:00', '2026-03-30T07:00', '2026-04-06T07:00']);
  });

  test('are those that touch the window', () => {
    const window = { from: utc('2026-03-09T08:30:00Z'), to: utc('2026-03-16T08:00:00Z') };
    expect(starts(weekly, window)).toEqual(['2026-03-09T08:00']);
    // Ending when it begins, and beginning when it ends, is outside.
    expect(starts(weekly, { from: utc('2026-03-09T09:00:00Z'), to: utc('2026-03-16T08:00:00Z') })).toEqual(
      [],
    );
  });

  test('are moved, changed, left out and added by overrides, in order of their starts', () => {
    const recurrenceOverrides = {
      '2026-03-09T09:00:00': { start: '2026-03-20T15:00:00', duration: 'PT30M' },
      '2026-03-16T09:00:00': { excluded: true },
      '2026-03-23T09:00:00': { title: 'Changed' },
      '2026-03-25T12:00:00': {},
    };
    const found = occurrences(
      { ...weekly, recurrenceOverrides },
      { from: year.from, to: utc('2026-04-01T00:00:00Z') },
    );
    expect(
      found.map(({ recurrenceId, start, end }) => [recurrenceId, start, (end - start) / 60_000]),
    ).toEqual([
      ['2026-03-02T09:00:00', utc('2026-03-02T08:00:00Z'), 60],
      ['2026-03-09T09:00:00', utc('2026-03-20T14:00:00Z'), 30],
      ['2026-03-23T09:00:00', utc('2026-03-23T08:00:00Z'), 60],
      ['2026-03-25T12:00:00', utc('2026-03-25T11:00:00Z'), 60],
      ['2026-03-30T09:00:00', utc('2026-03-30T07:00:00Z'), 60],
    ]);
    expect(occurrenceDocument({ ...weekly, recurrenceOverrides }, '2026-03-09T09:00:00')).toMatchObject({
      start: '2026-03-20T15:00:00',
      duration: 'PT30M',
      recurrenceId: '2026-03-09T09:00:00',
      title: 'Weekly',
    });
  });

  test('of a day without a zone are days of whoever looks', () => {
    const day: CalendarEvent = {
      ...weekly,
      start: '2026-07-04T00:00:00',
      duration: 'P1D',
      timeZone: null,
      showWithoutTime: true,
    };
    const { recurrenceRules: _, ...single } = day;
    expect(occurrences(single, { ...year, zone: 'America/New_York' })[0]).toMatchObject({
      start: utc('2026-07-04T04:00:00Z'),
      end: utc('2026-07-05T04:00:00Z'),
    });
    expect(starts(single)).toEqual(['2026-07-04T00:00']);
  });

  test('of days have 23 hours where the clocks are set, of hours have all of theirs', () => {
    const { recurrenceRules: _, ...single } = weekly;
    const length = (duration: string) => {
      const [one] = occurrences({ ...single, start: '2026-03-29T00:00:00', duration }, year);
      return ((one?.end ?? 0) - (one?.start ?? 0)) / 3_600_000;
    };
    expect([length('P1D'), length('PT24H'), length('P1DT1H')]).toEqual([23, 24, 24]);
  });

  test('end where the rule says, in the zone of the object', () => {
    expect(
      starts({ ...weekly, recurrenceRules: [rule({ frequency: 'daily', until: '2026-03-04T09:00:00' })] }),
    ).toHaveLength(3);
    expect(
      starts({ ...weekly, recurrenceRules: [rule({ frequency: 'daily', until: '2026-03-04T08:59:59' })] }),
    ).toHaveLength(2);
  });

  test('begin with the start, whether it fits the rule or not', () => {
    const sunday = rule({ frequency: 'weekly', byDay: [{ '@type': 'NDay', day: 'su' }], count: 3 });
    expect(starts({ ...weekly, recurrenceRules: [sunday] })).toEqual([
      '2026-03-02T08:00',
      '2026-03-08T08:00',
      '2026-03-15T08:00',
    ]);
  });

  test('of several rules come once, and excluded rules take theirs away', () => {
    const rules = [rule({ frequency: 'daily', count: 6 }), rule({ frequency: 'weekly', count: 2 })];
    const days = starts({ ...weekly, recurrenceRules: rules }).map((one) => one.slice(8, 10));
    expect(days).toEqual(['02', '03', '04', '05', '06', '07', '09']);
    const excludedRecurrenceRules = [
      rule({ frequency: 'daily', interval: 2, byDay: [{ '@type': 'NDay', day: 'we' }] }),
    ];
    const left = starts({ ...weekly, recurrenceRules: rules, excludedRecurrenceRules }).map((one) =>
      one.slice(8, 10),
    );
    expect(left).toEqual(['02', '03', '05', '06', '07', '09']);
  });

  test('of a task lie between its start and the time it is due', () => {
    const task: CalendarTask = {
      '@type': 'Task',
      uid: 't',
      updated: weekly.updated,
      timeZone: 'Etc/UTC',
      start: '2026-03-01T09:00:00',
      due: '2026-03-02T17:00:00',
    };
    expect(
      occurrences({ ...task, recurrenceRules: [rule({ frequency: 'weekly', count: 2 })] }, year)[1],
    ).toMatchObject({
      start: utc('2026-03-08T09:00:00Z'),
      end: utc('2026-03-09T17:00:00Z'),
    });
    const { start: _, ...due } = task;
    expect(starts(due)).toEqual(['2026-03-02T17:00']);
    expect(starts({ '@type': 'Task', uid: 't', updated: weekly.updated })).toEqual([]);
  });
});

/** Where libraries go wrong, or differ (RFC 5545 3.3.10, RFC 7529 4.1). */
describe('rules', () => {
  test('30 February never comes', () => {
    expect(series('2026-01-01T00:00:00', { frequency: 'yearly', byMonth: ['2'], byMonthDay: [30] })).toEqual([
      '2026-01-01T00:00',
    ]);
  });

  test('the 31st is left out, comes earlier or later in months without one', () => {
    const days = (skip: 'omit' | 'backward' | 'forward') =>
      series('2026-01-31T00:00:00', { frequency: 'monthly', skip, count: 4 }).map((one) => one.slice(5, 10));
    expect(days('omit')).toEqual(['01-31', '03-31', '05-31', '07-31']);
    expect(days('backward')).toEqual(['01-31', '02-28', '03-31', '04-30']);
    expect(days('forward')).toEqual(['01-31', '03-01', '03-31', '05-01']);
  });

  test('29 February comes every four years, or every year a day earlier', () => {
    const long = { from: utc('2024-01-01T00:00:00Z'), to: utc('2029-01-01T00:00:00Z') };
    expect(series('2024-02-29T00:00:00', { frequency: 'yearly' }, long)).toEqual([
      '2024-02-29T00:00',
      '2028-02-29T00:00',
    ]);
    expect(series('2024-02-29T00:00:00', { frequency: 'yearly', skip: 'backward', count: 2 }, long)[1]).toBe(
      '2025-02-28T00:00',
    );
  });

  test('positions count in the whole period, also the part before the start', () => {
    const workdays = (['mo', 'tu', 'we', 'th', 'fr'] as const).map((day) => ({
      '@type': 'NDay' as const,
      day,
    }));
    const last = { frequency: 'monthly' as const, byDay: workdays, bySetPosition: [-2], count: 3 };
    expect(series('2026-01-29T00:00:00', last).map((one) => one.slice(5, 10))).toEqual([
      '01-29',
      '02-26',
      '03-30',
    ]);
    const first = { frequency: 'weekly' as const, byDay: workdays, bySetPosition: [1], count: 2 };
    expect(series('2026-01-07T00:00:00', first).map((one) => one.slice(5, 10))).toEqual(['01-07', '01-12']);
  });

  test('weekdays of one list each count, also beside nth ones', () => {
    const byDay = [
      { '@type': 'NDay' as const, day: 'mo' as const },
      { '@type': 'NDay' as const, day: 'fr' as const, nthOfPeriod: -1 },
    ];
    const found = series('2026-02-02T00:00:00', { frequency: 'monthly', byDay, count: 5 });
    expect(found.map((one) => one.slice(5, 10))).toEqual(['02-02', '02-09', '02-16', '02-23', '02-27']);
  });

  test('the week begins on the day that the rule says', () => {
    const byDay = (['tu', 'su'] as const).map((day) => ({ '@type': 'NDay' as const, day }));
    const days = (firstDayOfWeek: 'mo' | 'su') =>
      series(
        '1997-08-05T09:00:00',
        { frequency: 'weekly', interval: 2, count: 4, byDay, firstDayOfWeek },
        { from: 0, to: year.to },
      ).map((one) => one.slice(5, 10));
    expect(days('mo')).toEqual(['08-05', '08-10', '08-19', '08-24']);
    expect(days('su')).toEqual(['08-05', '08-17', '08-19', '08-31']);
  });

  test('a counted rule is found far from its start', () => {
    const far = { from: utc('2026-06-01T00:00:00Z'), to: utc('2026-06-02T00:00:00Z') };
    expect(series('1990-01-01T10:00:00', { frequency: 'daily', count: 20_000 }, far)).toEqual([
      '2026-06-01T10:00',
    ]);
    expect(series('1990-01-01T10:00:00', { frequency: 'daily', count: 13_300 }, far)).toEqual([]);
    expect(
      series(
        '1990-01-01T10:00:00',
        { frequency: 'weekly', byDay: [{ '@type': 'NDay', day: 'mo' }], count: 1901 },
        far,
      ),
    ).toEqual(['2026-06-01T10:00']);
    expect(
      series(
        '1990-01-01T10:00:00',
        { frequency: 'weekly', byDay: [{ '@type': 'NDay', day: 'mo' }], count: 1900 },
        far,
      ),
    ).toEqual([]);
  });
});

describe('spans', () => {
  test('reach to the end of the last occurrence', () => {
    expect(spanOf(weekly)).toEqual({ start: utc('2026-03-02T08:00:00Z'), end: utc('2026-04-20T08:00:00Z') });
  });

  test('begin with the first that takes place', () => {
    const recurrenceOverrides = { '2026-03-02T09:00:00': { excluded: true } };
    expect(spanOf({ ...weekly, recurrenceOverrides })?.start).toBe(utc('2026-03-09T08:00:00Z'));
    const endless = { ...weekly, recurrenceRules: [rule({ frequency: 'weekly' })], recurrenceOverrides };
    expect(spanOf(endless)?.start).toBe(utc('2026-03-09T08:00:00Z'));
  });
});

describe('which occurrence a device means', () => {
  test('is the one of that time, or of that day when the hour is wrong', () => {
    expect(findOccurrence(weekly, utc('2026-03-09T08:00:00Z'))).toBe('2026-03-09T09:00:00');
    expect(findOccurrence(weekly, '2026-03-09T09:00:00')).toBe('2026-03-09T09:00:00');
    // An hour off, after the clocks were set; midnight of the day; midnight of the day in UTC.
    expect(findOccurrence(weekly, utc('2026-03-30T08:00:00Z'))).toBe('2026-03-30T09:00:00');
    expect(findOccurrence(weekly, '2026-03-30T00:00:00')).toBe('2026-03-30T09:00:00');
    expect(findOccurrence({ ...weekly, timeZone: 'America/New_York' }, utc('2026-03-09T00:00:00Z'))).toBe(
      '2026-03-09T09:00:00',
    );
    expect(findOccurrence(weekly, '2026-03-10T09:00:00')).toBeNull();
    expect(findOccurrence(weekly, 'nonsense')).toBeNull();
  });

  test('is still the same when it was moved or left out before', () => {
    const recurrenceOverrides = {
      '2026-03-09T09:00:00': { start: '2026-03-11T09:00:00' },
      '2026-03-16T09:00:00': { excluded: true },
    };
    expect(findOccurrence({ ...weekly, recurrenceOverrides }, '2026-03-09T09:00:00')).toBe(
      '2026-03-09T09:00:00',
    );
    expect(findOccurrence({ ...weekly, recurrenceOverrides }, '2026-03-16T12:00:00')).toBe(
      '2026-03-16T09:00:00',
    );
  });
});

describe('reminders', () => {
  const alert = (offset: string, more = {}) => ({
    '@type': 'Alert' as const,
    trigger: { '@type': 'OffsetTrigger' as const, offset },
    ...more,
  });

  test('are those of the next occurrence that has one', () => {
    const event = {
      ...weekly,
      alerts: { a: alert('-PT15M') },
      recurrenceOverrides: {
        '2026-03-09T09:00:00': { alerts: null },
        '2026-03-16T09:00:00': { 'alerts/a/trigger/offset': '-PT1H' },
      },
    };
    const next = (after: string) =>
      new Date(nextReminder(event, utc(after))?.at ?? 0).toISOString().slice(0, 16);
    expect(next('2026-03-01T00:00:00Z')).toBe('2026-03-02T07:45');
    expect(next('2026-03-02T07:45:00Z')).toBe('2026-03-16T07:00');
    expect(nextReminder(event, utc('2026-05-01T00:00:00Z'))).toBeNull();
  });

  test('that were seen do not come again', () => {
    const event = { ...weekly, alerts: { a: alert('-PT15M', { acknowledged: '2026-03-02T07:50:00Z' }) } };
    expect(nextReminder(event, 0)?.at).toBe(utc('2026-03-09T07:45:00Z'));
  });

  test('of a birthday on 29 February come after years', () => {
    const birthday = {
      ...weekly,
      start: '2024-02-29T00:00:00',
      timeZone: 'Etc/UTC',
      alerts: { a: alert('-P1D') },
      recurrenceRules: [rule({ frequency: 'yearly' })],
    };
    expect(nextReminder(birthday, utc('2024-03-01T00:00:00Z'))?.at).toBe(utc('2028-02-28T00:00:00Z'));
  });

  test('at a time of their own need no occurrence', () => {
    const task: CalendarTask = {
      '@type': 'Task',
      uid: 't',
      updated: weekly.updated,
      alerts: {
        a: { '@type': 'Alert', trigger: { '@type': 'AbsoluteTrigger', when: '2026-05-05T05:05:05Z' } },
      },
    };
    expect(nextReminder(task, 0)).toEqual({ at: utc('2026-05-05T05:05:05Z'), occurrence: null });
    expect(nextReminder({ ...task, progress: 'completed' }, 0)).toBeNull();
  });
});

describe('this and following', () => {
  const overridden = {
    ...weekly,
    recurrenceOverrides: {
      '2026-03-09T09:00:00': { title: 'Early' },
      '2026-04-06T09:00:00': { title: 'Late' },
    },
  };

  test('are two series with the occurrences of one', () => {
    const { before, after } = splitAt(overridden, '2026-03-30T09:00:00', 'second');
    expect([...starts(before), ...starts(after)]).toEqual(starts(weekly));
    expect([before.uid, after.uid, after.start]).toEqual(['w', 'second', '2026-03-30T09:00:00']);
    expect(Object.keys(before.recurrenceOverrides ?? {})).toEqual(['2026-03-09T09:00:00']);
    expect(Object.keys(after.recurrenceOverrides ?? {})).toEqual(['2026-04-06T09:00:00']);
    expect(after.relatedTo?.['w']?.relation).toEqual({ first: true });
  });

  test('keep what the first start said of later ones', () => {
    const monthly = {
      ...weekly,
      start: '2026-01-31T09:00:00',
      recurrenceRules: [rule({ frequency: 'monthly', skip: 'backward' })],
    };
    const { before, after } = splitAt(monthly, '2026-04-30T09:00:00', 'second');
    expect([...starts(before), ...starts(after)]).toEqual(starts(monthly));
  });

  test('cannot begin with the first', () => {
    expect(() => splitAt(weekly, weekly.start, 'second')).toThrow(InvalidCalendarError);
  });
});

test('a patch changes no more than it may', () => {
  const patched = applyPatch(weekly, {
    uid: 'other',
    title: null,
    'locations/1': { name: 'nowhere' },
    '__proto__/x': 1,
    start: 's',
  } as Record<string, unknown>);
  expect(patched.uid).toBe('w');
  expect('title' in patched).toBe(false);
  expect(patched.start).toBe('s');
  expect(patched.locations).toBeUndefined();
});
