import { describe, expect, test } from 'vitest';
import { decodeWbxml, el, encodeWbxml, textOf, type WbxmlElement } from '../../../../codecs/wbxml/index.ts';
import { formatLocal, parseLocal } from '../../../../core/calendar/time/civil.ts';
import type { RecurrenceRule } from '../../../../core/calendar/types.ts';
import type { Version } from '../../http/versions.ts';
import { patternOf, type RuleFrame, readPattern, recurrenceElement, ruleOf } from './recurrence.ts';
import { formatCompact, parseCompact } from './wire.ts';

/** A Thursday, in UTC. */
function frame(version: Version = '14.1', start = '2026-11-26T09:30:00'): RuleFrame {
  return {
    version,
    start: parseLocal(start) ?? 0,
    toWire: (until) => formatCompact(parseLocal(until) ?? 0),
    toLocal(until) {
      const at = parseCompact(until);
      return at === null ? null : formatLocal(at);
    },
  };
}

function element(children: [string, string | number][], version: Version = '14.1'): WbxmlElement {
  const written = el(
    'Calendar:Recurrence',
    children.map(([name, value]) => el(`Calendar:${name}`, value)),
  );
  return decodeWbxml(encodeWbxml(written, { version }));
}

function read(children: [string, string | number][], version: Version = '14.1') {
  const pattern = readPattern(element(children, version), version);
  return pattern === null || pattern === 'invalid' ? pattern : ruleOf(pattern, frame(version));
}

const rule = (more: Partial<RecurrenceRule>): RecurrenceRule => ({
  '@type': 'RecurrenceRule',
  frequency: 'daily',
  ...more,
});
const day = (name: 'su' | 'mo' | 'tu' | 'we' | 'th' | 'fr' | 'sa', nthOfPeriod?: number) => ({
  '@type': 'NDay' as const,
  day: name,
  ...(nthOfPeriod === undefined ? {} : { nthOfPeriod }),
});

describe('a Recurrence as a rule (MS-ASCAL 2.2.2.37)', () => {
  test.each<[string, [string, string | number][], RecurrenceRule]>([
    [
      'every second day, three times (MSASCAL_S01_TC11)',
      [
        ['Type', 0],
        ['Interval', 2],
        ['Occurrences', 3],
      ],
      rule({ interval: 2, count: 3 }),
    ],
    [
      'Type 0 with days is a weekly one',
      [
        ['Type', 0],
        ['DayOfWeek', 62],
      ],
      rule({ frequency: 'weekly', byDay: [day('mo'), day('tu'), day('we'), day('th'), day('fr')] }),
    ],
    [
      'Sundays (MSASCAL_S01_TC12)',
      [
        ['Type', 1],
        ['Interval', 1],
        ['DayOfWeek', 1],
      ],
      rule({ frequency: 'weekly', byDay: [day('su')] }),
    ],
    [
      'a day of the month (MSASCAL_S01_TC13)',
      [
        ['Type', 2],
        ['Interval', 1],
        ['DayOfMonth', 1],
      ],
      rule({ frequency: 'monthly', byMonthDay: [1] }),
    ],
    [
      'the first Sunday of the month (MSASCAL_S01_TC14)',
      [
        ['Type', 3],
        ['WeekOfMonth', 1],
        ['DayOfWeek', 1],
      ],
      rule({ frequency: 'monthly', byDay: [day('su', 1)] }),
    ],
    [
      'the last Friday of the month',
      [
        ['Type', 3],
        ['WeekOfMonth', 5],
        ['DayOfWeek', 32],
      ],
      rule({ frequency: 'monthly', byDay: [day('fr', -1)] }),
    ],
    [
      'the second weekday of the month',
      [
        ['Type', 3],
        ['WeekOfMonth', 2],
        ['DayOfWeek', 62],
      ],
      rule({
        frequency: 'monthly',
        byDay: [day('mo'), day('tu'), day('we'), day('th'), day('fr')],
        bySetPosition: [2],
      }),
    ],
    [
      'the last weekend day of the month',
      [
        ['Type', 3],
        ['WeekOfMonth', 5],
        ['DayOfWeek', 65],
      ],
      rule({ frequency: 'monthly', byDay: [day('su'), day('sa')], bySetPosition: [-1] }),
    ],
    [
      'the last day of the month',
      [
        ['Type', 3],
        ['WeekOfMonth', 5],
        ['DayOfWeek', 127],
      ],
      rule({ frequency: 'monthly', byMonthDay: [-1] }),
    ],
    [
      '1 April (MSASCAL_S01_TC15)',
      [
        ['Type', 5],
        ['MonthOfYear', 4],
        ['DayOfMonth', 1],
      ],
      rule({ frequency: 'yearly', byMonth: ['4'], byMonthDay: [1] }),
    ],
    [
      'the first Sunday of April (MSASCAL_S01_TC16)',
      [
        ['Type', 6],
        ['MonthOfYear', 4],
        ['WeekOfMonth', 1],
        ['DayOfWeek', 1],
      ],
      rule({ frequency: 'yearly', byMonth: ['4'], byDay: [day('su', 1)] }),
    ],
    [
      'another first day of the week (MSASCAL_S01_TC17)',
      [
        ['Type', 1],
        ['Interval', 2],
        ['DayOfWeek', 2],
        ['FirstDayOfWeek', 0],
      ],
      rule({ frequency: 'weekly', interval: 2, byDay: [day('mo')], firstDayOfWeek: 'su' }),
    ],
    [
      'Occurrences before Until (MSASCAL_S01_TC19)',
      [
        ['Type', 0],
        ['Occurrences', 6],
        ['Until', '20261201T090000Z'],
      ],
      rule({ count: 6 }),
    ],
    [
      'Until alone',
      [
        ['Type', 0],
        ['Until', '20261201T090000Z'],
      ],
      rule({ until: '2026-12-01T09:00:00' }),
    ],
    [
      'Interval 0 as 1 (MSASCAL_S01_TC35)',
      [
        ['Type', 0],
        ['Interval', 0],
      ],
      rule({}),
    ],
    [
      'a leap month of a calendar that has one (MSASCAL_S01_TC20)',
      [
        ['Type', 5],
        ['MonthOfYear', 4],
        ['DayOfMonth', 1],
        ['CalendarType', 15],
        ['IsLeapMonth', 1],
      ],
      rule({ frequency: 'yearly', rscale: 'chinese', byMonth: ['4L'], byMonthDay: [1] }),
    ],
    [
      'no leap month of the Gregorian one (MSASCAL_S01_TC20)',
      [
        ['Type', 5],
        ['MonthOfYear', 4],
        ['DayOfMonth', 1],
        ['CalendarType', 1],
        ['IsLeapMonth', 1],
      ],
      rule({ frequency: 'yearly', rscale: 'gregorian', byMonth: ['4'], byMonthDay: [1] }),
    ],
    [
      'days that are left out as those of the start',
      [['Type', 2]],
      rule({ frequency: 'monthly', byMonthDay: [26] }),
    ],
  ])('reads %s', (_name, children, expected) => {
    expect(read(children)).toEqual(expected);
  });

  test('an empty one ends a series (16.x)', () => {
    expect(read([])).toBeNull();
  });

  test.each<[string, [string, string | number][]]>([
    [
      'two CalendarTypes (MSASCAL_S01_TC21)',
      [
        ['Type', 2],
        ['DayOfMonth', 1],
        ['CalendarType', 1],
        ['CalendarType', 1],
      ],
    ],
    ...[13, 16, 17, 18, 19, 21, 22, 23].map((type): [string, [string, string | number][]] => [
      `CalendarType ${type} (MSASCAL_S01_TC22)`,
      [
        ['Type', 2],
        ['DayOfMonth', 1],
        ['CalendarType', type],
      ],
    ]),
    [
      'FirstDayOfWeek 7 (MSASCAL_S01_TC23)',
      [
        ['Type', 1],
        ['DayOfWeek', 1],
        ['FirstDayOfWeek', 7],
      ],
    ],
    ...[0, 1, 3, 6].map((type): [string, [string, string | number][]] => [
      `DayOfMonth of Type ${type} (MSASCAL_S01_TC24)`,
      [
        ['Type', type],
        ['DayOfMonth', 1],
        ['DayOfWeek', 1],
        ['WeekOfMonth', 1],
        ['MonthOfYear', 1],
      ],
    ]),
    ...[2, 5].map((type): [string, [string, string | number][]] => [
      `DayOfWeek of Type ${type} (MSASCAL_S01_TC25)`,
      [
        ['Type', type],
        ['DayOfMonth', 1],
        ['DayOfWeek', 1],
      ],
    ]),
    ...[0, 1, 2, 3].map((type): [string, [string, string | number][]] => [
      `MonthOfYear of Type ${type} (MSASCAL_S01_TC26)`,
      [
        ['Type', type],
        ['MonthOfYear', 1],
      ],
    ]),
    ...[0, 1, 2, 5].map((type): [string, [string, string | number][]] => [
      `WeekOfMonth of Type ${type} (MSASCAL_S01_TC27)`,
      [
        ['Type', type],
        ['WeekOfMonth', 1],
      ],
    ]),
    ['no Type', [['Interval', 1]]],
    ['Type 4', [['Type', 4]]],
    [
      'a month that there is not',
      [
        ['Type', 5],
        ['MonthOfYear', 13],
        ['DayOfMonth', 1],
      ],
    ],
    [
      'a day that there is not',
      [
        ['Type', 2],
        ['DayOfMonth', 32],
      ],
    ],
    [
      'an Interval beyond 999',
      [
        ['Type', 0],
        ['Interval', 1000],
      ],
    ],
    [
      'an nth day without its number',
      [
        ['Type', 3],
        ['DayOfWeek', 1],
      ],
    ],
    [
      'an Until that is no time',
      [
        ['Type', 0],
        ['Until', 'tomorrow'],
      ],
    ],
  ])('refuses %s', (_name, children) => {
    expect(read(children)).toBe('invalid');
  });
});

describe('a rule as a Recurrence', () => {
  const texts = (one: RecurrenceRule, version: Version = '14.1') => {
    const pattern = patternOf(one, frame(version));
    if (pattern === null) return null;
    const decoded = decodeWbxml(encodeWbxml(recurrenceElement(pattern), { version }));
    return Object.fromEntries(
      decoded.children.map((c) => [c.tag.replace('Calendar:', ''), textOf(decoded, c.tag)]),
    );
  };

  test('says of a weekly one always where its week begins (MS-ASCAL 3.2.5)', () => {
    expect(texts(rule({ frequency: 'weekly' }))).toEqual({
      Type: '1',
      Interval: '1',
      DayOfWeek: '16',
      FirstDayOfWeek: '1',
    });
    expect(texts(rule({ frequency: 'weekly' }), '14.0')).toEqual({
      Type: '1',
      Interval: '1',
      DayOfWeek: '16',
    });
  });

  test('says of a monthly or yearly one always its calendar, from 14.0 on (MSASCAL_S01_TC36)', () => {
    const monthly = rule({ frequency: 'monthly', byMonthDay: [3] });
    expect(texts(monthly)).toEqual({ Type: '2', Interval: '1', DayOfMonth: '3', CalendarType: '0' });
    expect(texts({ ...monthly, rscale: 'gregorian' })).toMatchObject({ CalendarType: '1' });
    expect(texts(monthly, '12.1')).toEqual({ Type: '2', Interval: '1', DayOfMonth: '3' });
    expect(texts(rule({ frequency: 'yearly' }))).toMatchObject({
      Type: '5',
      MonthOfYear: '11',
      DayOfMonth: '26',
      IsLeapMonth: '0',
    });
  });

  test('says working days every day as a weekly one', () => {
    const days = [day('mo'), day('tu'), day('we'), day('th'), day('fr')];
    expect(texts(rule({ byDay: days }))).toMatchObject({ Type: '1', DayOfWeek: '62' });
  });

  test.each<[string, RecurrenceRule]>([
    ['hours', rule({ frequency: 'hourly' })],
    ['two days of a month', rule({ frequency: 'monthly', byMonthDay: [1, 15] })],
    ['the fifth Monday', rule({ frequency: 'monthly', byDay: [day('mo', 5)] })],
    ['weeks of a year', rule({ frequency: 'yearly', byWeekNo: [20] })],
    ['two months', rule({ frequency: 'yearly', byMonth: ['1', '7'], byMonthDay: [1] })],
    ['the 100th Monday of the year', rule({ frequency: 'yearly', byDay: [day('mo', 20)] })],
    ['a calendar without a number', rule({ frequency: 'monthly', rscale: 'ethiopic', byMonthDay: [1] })],
  ])('has no words for %s', (_name, one) => {
    expect(patternOf(one, frame())).toBeNull();
  });
});
