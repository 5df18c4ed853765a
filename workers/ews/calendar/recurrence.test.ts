import { describe, expect, test } from 'vitest';
import { parseXml } from '../../../codecs/soap/parse.ts';
import { writeTyped } from '../../../codecs/soap/write.ts';
import { parseLocal } from '../../../core/calendar/time/civil.ts';
import { readRecurrence, writeRecurrence } from './recurrence.ts';

const START = parseLocal('2026-12-01T10:00:00') ?? 0;

function readBack(inner: string) {
  const read = readRecurrence(parseXml(`<Recurrence>${inner}</Recurrence>`), 36_000);
  const { rule, startDate, regenerate } = read;
  const written = writeRecurrence(rule, START, { startDate, regenerate });
  const text = writeTyped({ name: 'Recurrence', prefix: 't', type: 't:TaskRecurrenceType' }, written ?? {});
  return { rule, text: text.join('').replaceAll('t:', '') };
}

const NO_END = '<NoEndRecurrence><StartDate>2026-12-01</StartDate></NoEndRecurrence>';

describe('patterns of recurrence', () => {
  test.each([
    `<DailyRecurrence><Interval>2</Interval></DailyRecurrence>${NO_END}`,
    `<WeeklyRecurrence><Interval>1</Interval><DaysOfWeek>Monday Wednesday</DaysOfWeek><FirstDayOfWeek>Monday</FirstDayOfWeek></WeeklyRecurrence>${NO_END}`,
    `<AbsoluteMonthlyRecurrence><Interval>3</Interval><DayOfMonth>31</DayOfMonth></AbsoluteMonthlyRecurrence>${NO_END}`,
    `<RelativeMonthlyRecurrence><Interval>1</Interval><DaysOfWeek>Tuesday</DaysOfWeek><DayOfWeekIndex>Last</DayOfWeekIndex></RelativeMonthlyRecurrence>${NO_END}`,
    `<RelativeMonthlyRecurrence><Interval>1</Interval><DaysOfWeek>Weekday</DaysOfWeek><DayOfWeekIndex>First</DayOfWeekIndex></RelativeMonthlyRecurrence>${NO_END}`,
    `<RelativeMonthlyRecurrence><Interval>1</Interval><DaysOfWeek>Day</DaysOfWeek><DayOfWeekIndex>Last</DayOfWeekIndex></RelativeMonthlyRecurrence>${NO_END}`,
    `<RelativeMonthlyRecurrence><Interval>1</Interval><DaysOfWeek>Day</DaysOfWeek><DayOfWeekIndex>Third</DayOfWeekIndex></RelativeMonthlyRecurrence>${NO_END}`,
    `<RelativeYearlyRecurrence><DaysOfWeek>WeekendDay</DaysOfWeek><DayOfWeekIndex>Second</DayOfWeekIndex><Month>May</Month></RelativeYearlyRecurrence>${NO_END}`,
    `<AbsoluteYearlyRecurrence><DayOfMonth>24</DayOfMonth><Month>December</Month></AbsoluteYearlyRecurrence>${NO_END}`,
    '<DailyRecurrence><Interval>1</Interval></DailyRecurrence><NumberedRecurrence><StartDate>2026-12-01</StartDate><NumberOfOccurrences>5</NumberOfOccurrences></NumberedRecurrence>',
    '<DailyRecurrence><Interval>1</Interval></DailyRecurrence><EndDateRecurrence><StartDate>2026-12-01</StartDate><EndDate>2026-12-24</EndDate></EndDateRecurrence>',
    `<MonthlyRegeneration><Interval>2</Interval></MonthlyRegeneration>${NO_END}`,
  ])('%s is read and written the same', (inner) => {
    expect(readBack(inner).text).toBe(
      `<Recurrence>${inner.replace(/(\d{4}-\d\d-\d\d)</g, '$1+00:00<')}</Recurrence>`,
    );
  });

  test('a range ends with the occurrence of its last day', () => {
    const { rule } = readBack(
      '<DailyRecurrence><Interval>1</Interval></DailyRecurrence><EndDateRecurrence><StartDate>2026-12-01+00:00</StartDate><EndDate>2026-12-24Z</EndDate></EndDateRecurrence>',
    );
    expect(rule.until).toBe('2026-12-24T10:00:00');
  });

  test('weeks have days, and no kinds of days', () => {
    const weekly = (days: string) =>
      `<WeeklyRecurrence><Interval>1</Interval><DaysOfWeek>${days}</DaysOfWeek></WeeklyRecurrence>${NO_END}`;
    expect(() => readBack(weekly('Weekday'))).toThrow(
      expect.objectContaining({ code: 'ErrorCalendarInvalidDayForWeeklyRecurrence' }),
    );
    expect(readBack(weekly('Friday')).rule.firstDayOfWeek).toBe('su');
  });

  test.each([
    '<DailyRecurrence><Interval>0</Interval></DailyRecurrence>',
    '<AbsoluteMonthlyRecurrence><Interval>1</Interval><DayOfMonth>32</DayOfMonth></AbsoluteMonthlyRecurrence>',
  ])('%s is refused', (pattern) => {
    expect(() => readBack(pattern + NO_END)).toThrow(
      expect.objectContaining({ code: 'ErrorCalendarInvalidRecurrence' }),
    );
  });

  test('rules that Exchange has no pattern for are not written', () => {
    const rule = { '@type': 'RecurrenceRule', frequency: 'yearly', byYearDay: [100] } as const;
    expect(writeRecurrence({ ...rule, byYearDay: [100] }, START)).toBeNull();
    expect(writeRecurrence({ '@type': 'RecurrenceRule', frequency: 'hourly' }, START)).toBeNull();
    expect(
      writeRecurrence({ '@type': 'RecurrenceRule', frequency: 'monthly', byMonthDay: [1, 15] }, START),
    ).toBeNull();
  });
});
