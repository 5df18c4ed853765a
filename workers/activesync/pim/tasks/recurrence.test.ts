import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import { VERSIONS } from '../../http/versions.ts';
import { codecWorld } from '../testing.ts';
import { taskCodec } from './index.ts';
import { added, made, recurrence, START, t } from './testing.ts';

describe('a recurrence', () => {
  test.each([
    ['MSASTASK_S01_TC01 daily', { Type: 0, Interval: 1, Occurrences: 3 }],
    [
      'MSASTASK_S01_TC04 monthly',
      { Type: 2, Interval: 1, DayOfMonth: 10, Until: '2026-06-02T00:00:00.000Z' },
    ],
    ['MSASTASK_S01_TC05 yearly', { Type: 5, Interval: 1, DayOfMonth: 10, MonthOfYear: 2 }],
    ['MSASTASK_S01_TC06 weekly', { Type: 1, Interval: 2, DayOfWeek: 62, FirstDayOfWeek: 1 }],
    ['MSASTASK_S01_TC10 yearly on the nth day', { Type: 6, DayOfWeek: 3, WeekOfMonth: 2, MonthOfYear: 10 }],
    ['MSASTASK_S01_TC12 monthly on the nth day', { Type: 3, DayOfWeek: 1, WeekOfMonth: 5 }],
    ['of weekdays by the day', { Type: 0, DayOfWeek: 62 }],
    ['that regenerates', { Type: 0, Interval: 3, Regenerate: 1, DeadOccur: 1 }],
  ])('%s comes back', async (_name, fields) => {
    const strings = Object.entries(fields).map(([name, value]) => [name, String(value)]);
    expect(await added(recurrence(fields))).toMatchObject({
      Recurrence: { Start: START, Regenerate: '0', DeadOccur: '0', ...Object.fromEntries(strings) },
    });
  });

  test.each([2, 3, 5, 6])('MSASTASK_S01_TC20 to TC23: of Type %i has a CalendarType', async (Type) => {
    const parts = Type === 2 || Type === 5 ? { DayOfMonth: 4 } : { DayOfWeek: 4, WeekOfMonth: 1 };
    const month = Type > 3 ? { MonthOfYear: 4 } : {};
    expect(await added(recurrence({ Type, ...parts, ...month }))).toMatchObject({
      Recurrence: { CalendarType: '0', IsLeapMonth: '0' },
    });
    expect(await added(recurrence({ Type, ...parts, ...month, CalendarType: 8 }))).toMatchObject({
      Recurrence: { CalendarType: '8' },
    });
  });

  it('MSASTASK_S01_TC24: of weeks says on which day they begin', async () => {
    expect(await added(recurrence({ Type: 1, DayOfWeek: 2 }))).toMatchObject({
      Recurrence: { FirstDayOfWeek: '0' },
    });
  });

  it('MSASTASK_S01_TC15: with Occurrences and Until ends after the occurrences', async () => {
    const shown = await added(recurrence({ Type: 0, Occurrences: 3, Until: '2026-04-02T00:00:00.000Z' }));
    expect(shown).toMatchObject({ Recurrence: { Occurrences: '3' } });
    expect(shown).not.toHaveProperty('Recurrence.Until');
  });

  test.each([
    ['MSASTASK_S01_TC02 without Start', t('Recurrence', t('Type', 0))],
    ['MSASTASK_S01_TC16 without Type', t('Recurrence', t('Start', START))],
    ...[0, 1, 3, 6].map((Type) => [
      `MSASTASK_S01_TC03 DayOfMonth with Type ${Type}`,
      recurrence({ Type, DayOfWeek: 1, WeekOfMonth: 2, MonthOfYear: 2, DayOfMonth: 10 }),
    ]),
    ...[2, 5].map((Type) => [
      `MSASTASK_S01_TC07 DayOfWeek with Type ${Type}`,
      recurrence({ Type, DayOfMonth: 10, DayOfWeek: 1 }),
    ]),
    ['MSASTASK_S01_TC08 FirstDayOfWeek out of range', recurrence({ Type: 1, FirstDayOfWeek: 7 })],
    ...[0, 1, 2, 5].map((Type) => [
      `MSASTASK_S01_TC13 WeekOfMonth with Type ${Type}`,
      recurrence({ Type, WeekOfMonth: 2 }),
    ]),
    ...[0, 1].map((Type) => [
      `MSASTASK_S01_TC14 CalendarType with Type ${Type}`,
      recurrence({ Type, CalendarType: 1 }),
    ]),
    ['a CalendarType that is not supported', recurrence({ Type: 2, DayOfMonth: 1, CalendarType: 13 })],
    ['a Type that is none', recurrence({ Type: 4 })],
    ['an Interval that is too long', recurrence({ Type: 0, Interval: 1000 })],
    ['no DayOfWeek where one is needed', recurrence({ Type: 3, WeekOfMonth: 1 })],
    ['MonthOfYear in a week', recurrence({ Type: 1, MonthOfYear: 1 })],
  ] as [string, WbxmlNode][])('%s: Status 6', async (_name, node) => {
    expect(await added(node)).toBe(6);
  });

  test.each(VERSIONS)('is written so that %s can read it', async (version) => {
    const world = codecWorld(taskCodec, version);
    const item = made({
      ...{ title: 'x', start: '2026-03-02T00:00:00' },
      recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'monthly', byMonthDay: [-1] }],
    });
    expect(await world.shown(item)).toMatchObject({
      Recurrence: { Type: '3', DayOfWeek: '127', WeekOfMonth: '5', Interval: '1' },
    });
  });

  const type = fc.constantFrom(0, 1, 2, 3, 5, 6);
  const number = (min: number, max: number) => fc.integer({ min, max });
  const wild = type.chain((Type) =>
    fc.record(
      {
        Type: fc.constant(Type),
        Interval: number(1, 999),
        ...(Type === 0 || Type === 1 || Type === 3 || Type === 6 ? { DayOfWeek: number(1, 127) } : {}),
        ...(Type === 2 || Type === 5 ? { DayOfMonth: number(1, 31) } : {}),
        ...(Type === 3 || Type === 6 ? { WeekOfMonth: number(1, 5) } : {}),
        ...(Type > 3 ? { MonthOfYear: number(1, 12) } : {}),
        ...(Type > 1 ? { CalendarType: fc.constantFrom(0, 1, 8, 15, 20), IsLeapMonth: number(0, 1) } : {}),
        Occurrences: number(1, 999),
        Regenerate: number(0, 1),
        DeadOccur: number(0, 1),
        FirstDayOfWeek: number(0, 6),
      },
      { requiredKeys: ['Type', 'Interval', 'Regenerate', 'DeadOccur'] },
    ),
  );

  it('of any kind is read, kept and told as it was said', async () => {
    const required = { 3: ['WeekOfMonth', 'DayOfWeek'], 6: ['WeekOfMonth', 'MonthOfYear', 'DayOfWeek'] };
    await fc.assert(
      fc.asyncProperty(wild, async (fields) => {
        const all = fields as Record<string, number>;
        const needs = required[all['Type'] as keyof typeof required] ?? [];
        fc.pre(needs.every((name) => all[name] !== undefined));
        const said = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
        const strings = Object.entries(said).map(([name, value]) => [name, String(value)]);
        const shown = await added(recurrence(said));
        expect(shown).toMatchObject({ Recurrence: Object.fromEntries(strings) });
      }),
    );
  });
});
