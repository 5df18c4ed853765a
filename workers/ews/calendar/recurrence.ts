import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import {
  DAY,
  dateOfDay,
  formatLocal,
  type LocalSeconds,
  parseLocal,
  weekdayOf,
} from '../../../core/calendar/time/civil.ts';
import type { NDay, RecurrenceRule } from '../../../core/calendar/types.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { readDay } from './times.ts';

/** What a Recurrence says (MS-OXWSCDATA 2.2.4.60). */
export interface Recurrence {
  rule: RecurrenceRule;
  /** Day on or after which the first occurrence takes place: `2026-12-01`. */
  startDate: string;
  /** A new task so long after the last one was completed (MS-OXWSTASK 2.2.4). */
  regenerate: boolean;
}

const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const DAYS: readonly NDay['day'][] = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'];
const WORKDAYS: readonly NDay['day'][] = ['mo', 'tu', 'we', 'th', 'fr'];
const WEEKEND: readonly NDay['day'][] = ['su', 'sa'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];
const INDEXES = ['First', 'Second', 'Third', 'Fourth'];
const MAX_OCCURRENCES = 999;

function invalid(message: string): EwsError {
  return new EwsError('ErrorCalendarInvalidRecurrence', message);
}

/** @param clock time of day of the occurrences, in seconds: when the last day of a range ends */
export function readRecurrence(element: XmlElement, clock: number): Recurrence {
  const patterns = element.children.filter(
    ({ name }) => /Recurrence$|Regeneration$/.test(name) && !isRange(name),
  );
  const [pattern] = patterns;
  const range = element.children.find(({ name }) => isRange(name));
  if (pattern === undefined || range === undefined || patterns.length > 1)
    throw new SchemaError('a Recurrence must have a pattern and a range.');
  const regenerate = pattern.name.endsWith('Regeneration');
  const rule: RecurrenceRule = { '@type': 'RecurrenceRule', frequency: 'daily' };
  const interval = numberOf(pattern, 'Interval', 1, 999, 1);
  if (interval > 1) rule.interval = interval;
  placePattern(rule, pattern);
  const startDate = readDay(textOf(range, 'StartDate') ?? '');
  if (startDate === null) throw new SchemaError('the range of a Recurrence must have a StartDate.');
  if (range.name === 'NumberedRecurrence') {
    rule.count = numberOf(range, 'NumberOfOccurrences', 1, MAX_OCCURRENCES);
  } else if (range.name === 'EndDateRecurrence') {
    const end = readDay(textOf(range, 'EndDate') ?? '');
    if (end === null) throw new SchemaError('an EndDateRecurrence must have an EndDate.');
    if (end < startDate)
      throw new EwsError(
        'ErrorCalendarEndDateIsEarlierThanStartDate',
        'The recurrence ends before it begins.',
      );
    rule.until = formatLocal((parseLocal(`${end}T00:00:00`) ?? 0) + clock);
  }
  return { rule, startDate, regenerate };
}

function isRange(name: string): boolean {
  return name === 'NoEndRecurrence' || name === 'EndDateRecurrence' || name === 'NumberedRecurrence';
}

function placePattern(rule: RecurrenceRule, pattern: XmlElement): void {
  switch (pattern.name) {
    case 'DailyRecurrence':
    case 'DailyRegeneration':
      return;
    case 'WeeklyRegeneration':
      rule.frequency = 'weekly';
      return;
    case 'MonthlyRegeneration':
      rule.frequency = 'monthly';
      return;
    case 'YearlyRegeneration':
      rule.frequency = 'yearly';
      return;
    case 'WeeklyRecurrence':
      rule.frequency = 'weekly';
      rule.byDay = weekdays(textOf(pattern, 'DaysOfWeek') ?? '');
      placeFirstDay(rule, textOf(pattern, 'FirstDayOfWeek'));
      return;
    case 'AbsoluteMonthlyRecurrence':
      rule.frequency = 'monthly';
      rule.byMonthDay = [numberOf(pattern, 'DayOfMonth', 1, 31)];
      return;
    case 'RelativeMonthlyRecurrence':
      rule.frequency = 'monthly';
      placeNth(rule, pattern);
      return;
    case 'AbsoluteYearlyRecurrence':
      rule.frequency = 'yearly';
      rule.byMonthDay = [numberOf(pattern, 'DayOfMonth', 1, 31)];
      rule.byMonth = [monthOf(pattern)];
      return;
    case 'RelativeYearlyRecurrence':
      rule.frequency = 'yearly';
      rule.byMonth = [monthOf(pattern)];
      placeNth(rule, pattern);
      return;
    default:
      throw new SchemaError(`${pattern.name} is no pattern of a Recurrence.`);
  }
}

function weekdays(text: string): NDay[] {
  const names = text.trim().split(/\s+/);
  const days = DAYS.filter((_day, n) => names.includes(DAY_NAMES[n] ?? ''));
  if (days.length === 0 || days.length !== new Set(names).size) {
    throw new EwsError(
      'ErrorCalendarInvalidDayForWeeklyRecurrence',
      'A weekly recurrence takes place on days of the week.',
    );
  }
  return days.map((day) => ({ '@type': 'NDay', day }));
}

function placeFirstDay(rule: RecurrenceRule, text: string | null): void {
  const day = text === null ? undefined : DAYS[DAY_NAMES.indexOf(text)];
  if (text !== null && day === undefined) throw new SchemaError('FirstDayOfWeek must be a day of the week.');
  // Exchange begins its weeks on Sunday where nothing is said.
  rule.firstDayOfWeek = day ?? 'su';
}

function placeNth(rule: RecurrenceRule, pattern: XmlElement): void {
  const name = textOf(pattern, 'DaysOfWeek') ?? '';
  const index = textOf(pattern, 'DayOfWeekIndex') ?? '';
  const nth = index === 'Last' ? -1 : INDEXES.indexOf(index) + 1;
  if (nth === 0) throw new SchemaError('DayOfWeekIndex must be First, Second, Third, Fourth or Last.');
  const single = DAYS[DAY_NAMES.indexOf(name)];
  if (single !== undefined) {
    rule.byDay = [{ '@type': 'NDay', day: single, nthOfPeriod: nth }];
    return;
  }
  if (name === 'Day' && nth === -1) {
    rule.byMonthDay = [-1];
    return;
  }
  const days = name === 'Day' ? DAYS : name === 'Weekday' ? WORKDAYS : name === 'WeekendDay' ? WEEKEND : null;
  if (days === null) throw new SchemaError('DaysOfWeek of a relative pattern must be one day.');
  rule.byDay = days.map((day) => ({ '@type': 'NDay', day }));
  rule.bySetPosition = [nth];
}

function monthOf(pattern: XmlElement): string {
  const n = MONTHS.indexOf(textOf(pattern, 'Month') ?? '');
  if (n < 0) throw new SchemaError('Month must be the name of a month.');
  return String(n + 1);
}

function numberOf(parent: XmlElement, name: string, min: number, max: number, otherwise?: number): number {
  const text = textOf(parent, name);
  if (text === null && otherwise !== undefined) return otherwise;
  if (text === null || !/^[+-]?\d{1,9}$/.test(text)) throw new SchemaError(`${name} must be a number.`);
  const value = Number(text);
  if (value < min || value > max) throw invalid(`${name} must be between ${min} and ${max}.`);
  return value;
}

/**
 * The content of a Recurrence, or null where Exchange has no pattern for a rule: then a client is shown its occurrences
 * and not how they come about.
 * @param start of the first occurrence
 * @param kept what else is known of a task
 */
export function writeRecurrence(
  rule: RecurrenceRule,
  start: LocalSeconds,
  kept: { regenerate?: boolean; startDate?: string } = {},
): XmlObject | null {
  const { byYearDay, byWeekNo, byHour, byMinute, bySecond } = rule;
  if ([byYearDay, byWeekNo, byHour, byMinute, bySecond].some((list) => (list?.length ?? 0) > 0)) return null;
  const pattern = kept.regenerate === true ? regeneration(rule) : patternOf(rule, start);
  if (pattern === null) return null;
  const startDate = kept.startDate ?? formatLocal(start).slice(0, 10);
  return { ...pattern, ...rangeOf(rule, start, startDate) };
}

function rangeOf({ count, until }: RecurrenceRule, start: LocalSeconds, startDate: string): XmlObject {
  const StartDate = dated(startDate);
  if (count !== undefined) return { NumberedRecurrence: { StartDate, NumberOfOccurrences: count } };
  const end = until === undefined ? null : parseLocal(until);
  if (end === null) return { NoEndRecurrence: { StartDate } };
  const clock = start - Math.floor(start / DAY) * DAY;
  const lastDay = Math.floor((end - clock) / DAY) * DAY;
  const EndDate = formatLocal(Math.max(lastDay, parseLocal(`${startDate}T00:00:00`) ?? 0)).slice(0, 10);
  return { EndDateRecurrence: { StartDate, EndDate: dated(EndDate) } };
}

/** Exchange tells days with an offset, and some clients read them only so. */
function dated(day: string): string {
  return `${day}+00:00`;
}

function regeneration({ frequency, interval = 1 }: RecurrenceRule): XmlObject | null {
  const names: Partial<Record<RecurrenceRule['frequency'], string>> = {
    daily: 'DailyRegeneration',
    weekly: 'WeeklyRegeneration',
    monthly: 'MonthlyRegeneration',
    yearly: 'YearlyRegeneration',
  };
  const name = names[frequency];
  return name === undefined ? null : { [name]: { Interval: interval } };
}

function patternOf(rule: RecurrenceRule, start: LocalSeconds): XmlObject | null {
  const { frequency, interval = 1, byDay = [], byMonthDay = [], byMonth = [], bySetPosition = [] } = rule;
  const plain = byMonthDay.length === 0 && byMonth.length === 0 && bySetPosition.length === 0;
  const day = Math.floor(start / DAY);
  const first = dateOfDay(day);
  const Interval = interval;
  switch (frequency) {
    case 'daily':
      if (!plain || byDay.some(isNth)) return null;
      if (byDay.length === 0) return { DailyRecurrence: { Interval } };
      return interval === 1 ? { WeeklyRecurrence: { Interval, DaysOfWeek: namesOf(byDay) } } : null;
    case 'weekly': {
      if (!plain || byDay.some(isNth)) return null;
      const DaysOfWeek = namesOf(byDay) || (DAY_NAMES[weekdayOf(day)] ?? '');
      const FirstDayOfWeek = nameOf(rule.firstDayOfWeek ?? 'mo');
      return { WeeklyRecurrence: { Interval, DaysOfWeek, FirstDayOfWeek } };
    }
    case 'monthly': {
      if (byMonth.length > 0) return null;
      const DayOfMonth = dayOfMonth(rule, first.day);
      if (DayOfMonth !== null) return { AbsoluteMonthlyRecurrence: { Interval, DayOfMonth } };
      const nth = nthOf(rule);
      return nth === null ? null : { RelativeMonthlyRecurrence: { Interval, ...nth } };
    }
    case 'yearly': {
      // The schema has no interval of years.
      const [named] = byMonth;
      if (interval !== 1 || byMonth.length > 1 || (named === undefined && byDay.length > 0)) return null;
      const Month = MONTHS[(named === undefined ? first.month : Number(named)) - 1];
      if (Month === undefined) return null;
      const DayOfMonth = dayOfMonth(rule, first.day);
      if (DayOfMonth !== null) return { AbsoluteYearlyRecurrence: { DayOfMonth, Month } };
      const nth = nthOf(rule);
      return nth === null ? null : { RelativeYearlyRecurrence: { ...nth, Month } };
    }
    default:
      return null;
  }
}

function isNth({ nthOfPeriod }: NDay): boolean {
  return nthOfPeriod !== undefined;
}

function nameOf(day: NDay['day']): string {
  return DAY_NAMES[DAYS.indexOf(day)] ?? 'Monday';
}

function namesOf(days: readonly NDay[]): string {
  return DAYS.filter((day) => days.some((one) => one.day === day))
    .map(nameOf)
    .join(' ');
}

/** The one day of a month; null where the rule says something else of it. */
function dayOfMonth(
  { byDay = [], byMonthDay = [], bySetPosition = [] }: RecurrenceRule,
  usual: number,
): number | null {
  if (byDay.length > 0 || bySetPosition.length > 0 || byMonthDay.length > 1) return null;
  const [day = usual] = byMonthDay;
  return day >= 1 && day <= 31 ? day : null;
}

function nthOf(rule: RecurrenceRule): { DaysOfWeek: string; DayOfWeekIndex: string } | null {
  const { byDay = [], byMonthDay = [], bySetPosition = [] } = rule;
  if (byMonthDay.length > 0) {
    const last =
      byMonthDay.length === 1 && byMonthDay[0] === -1 && byDay.length === 0 && bySetPosition.length === 0;
    return last ? { DaysOfWeek: 'Day', DayOfWeekIndex: 'Last' } : null;
  }
  const [only] = byDay;
  const nth =
    bySetPosition.length === 0 && byDay.length === 1
      ? only?.nthOfPeriod
      : bySetPosition.length === 1 && !byDay.some(isNth)
        ? bySetPosition[0]
        : undefined;
  const DayOfWeekIndex = nth === -1 ? 'Last' : nth === undefined ? undefined : INDEXES[nth - 1];
  const DaysOfWeek = groupOf(byDay);
  return DayOfWeekIndex === undefined || DaysOfWeek === null ? null : { DaysOfWeek, DayOfWeekIndex };
}

/** One day, or one of the groups of days that have a name. */
function groupOf(byDay: readonly NDay[]): string | null {
  const days = DAYS.filter((day) => byDay.some((one) => one.day === day));
  if (days.length === 1 && days[0] !== undefined) return nameOf(days[0]);
  if (days.length === 7) return 'Day';
  const is = (group: readonly NDay['day'][]) =>
    days.length === group.length && group.every((day) => days.includes(day));
  if (is(WORKDAYS)) return 'Weekday';
  return is(WEEKEND) ? 'WeekendDay' : null;
}
