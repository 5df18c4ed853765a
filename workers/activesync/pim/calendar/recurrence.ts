import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../../codecs/wbxml/index.ts';
import { DAY, dateOfDay, type LocalSeconds, weekdayOf } from '../../../../core/calendar/time/civil.ts';
import type { LocalDateTime, NDay, RecurrenceRule } from '../../../../core/calendar/types.ts';
import { atLeast, type Version } from '../../http/versions.ts';
import { calendarTypeOf, hasLeapMonths, hasOwnMonths, isCalendarType, rscaleOf } from './calendar-type.ts';
import { wholeOf } from './wire.ts';

/** The children of a Recurrence, by name (MS-ASCAL 2.2.2.37). */
export interface Pattern {
  Type: 0 | 1 | 2 | 3 | 5 | 6;
  Interval: number;
  Occurrences?: number | undefined;
  /** Compact DateTime. */
  Until?: string | undefined;
  DayOfWeek?: number | undefined;
  DayOfMonth?: number | undefined;
  WeekOfMonth?: number | undefined;
  MonthOfYear?: number | undefined;
  CalendarType?: number | undefined;
  IsLeapMonth?: number | undefined;
  FirstDayOfWeek?: number | undefined;
}

/** What a rule needs to know of its event. */
export interface RuleFrame {
  version: Version;
  /** Of the first occurrence. */
  start: LocalSeconds;
  /** `until` of a rule as the device has it, and back; null when it is no time. */
  toWire(until: LocalDateTime): string | null;
  toLocal(until: string): LocalDateTime | null;
}

const DAYS: readonly NDay['day'][] = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'];
const MAX_COUNT = 999;
const ALL_DAYS = 127;
const LAST = 5;
const TYPES = [0, 1, 2, 3, 5, 6] as const;
/** Which Types may have a child that not all have: anything else is Status 6 (MS-ASCAL 3.2.5.3). */
const ONLY_OF: readonly (readonly [tag: string, types: readonly number[]])[] = [
  ['DayOfMonth', [2, 5]],
  ['DayOfWeek', [0, 1, 3, 6]],
  ['MonthOfYear', [5, 6]],
  ['WeekOfMonth', [3, 6]],
];

/** What a Recurrence element says; null for an empty one, which ends a series (16.x), 'invalid' for Status 6. */
export function readPattern(element: WbxmlElement, version: Version): Pattern | null | 'invalid' {
  if (element.children.length === 0) return null;
  const value = (name: string, min: number, max: number) => wholeOf(element, `Calendar:${name}`, min, max);
  const Type = TYPES.find((type) => type === value('Type', 0, 6));
  if (Type === undefined || children(element, 'Calendar:CalendarType').length > 1) return 'invalid';
  for (const [name, types] of ONLY_OF) {
    if (child(element, `Calendar:${name}`) !== undefined && !types.includes(Type)) return 'invalid';
  }
  const Interval = value('Interval', 0, MAX_COUNT);
  const Occurrences = value('Occurrences', 1, MAX_COUNT);
  const DayOfWeek = value('DayOfWeek', 1, ALL_DAYS);
  const DayOfMonth = value('DayOfMonth', 1, 31);
  const WeekOfMonth = value('WeekOfMonth', 1, LAST);
  const MonthOfYear = value('MonthOfYear', 1, 12);
  const CalendarType = atLeast(version, '14.0') ? value('CalendarType', 0, 23) : undefined;
  const IsLeapMonth = atLeast(version, '14.0') ? value('IsLeapMonth', 0, 1) : undefined;
  const FirstDayOfWeek = atLeast(version, '14.1') ? value('FirstDayOfWeek', 0, 6) : undefined;
  if (Interval === 'invalid' || Occurrences === 'invalid' || DayOfWeek === 'invalid') return 'invalid';
  if (DayOfMonth === 'invalid' || WeekOfMonth === 'invalid' || MonthOfYear === 'invalid') return 'invalid';
  if (CalendarType === 'invalid' || IsLeapMonth === 'invalid' || FirstDayOfWeek === 'invalid')
    return 'invalid';
  if (CalendarType !== undefined && !isCalendarType(CalendarType)) return 'invalid';
  const Until = textOf(element, 'Calendar:Until')?.trim() || undefined;
  return {
    Type,
    // MS-ASCAL 7, note 1: every Exchange since 2010 SP1 takes 0 for 1.
    Interval: Interval === undefined || Interval === 0 ? 1 : Interval,
    Occurrences,
    // Of both, Occurrences counts (MS-ASCAL 3.2.5.3).
    Until: Occurrences === undefined ? Until : undefined,
    ...{ DayOfWeek, DayOfMonth, WeekOfMonth, MonthOfYear, CalendarType, IsLeapMonth, FirstDayOfWeek },
  };
}

/** The rule that a pattern stands for, or 'invalid' where it lacks what its Type needs (MS-ASCAL 2.2.2.37.1). */
export function ruleOf(pattern: Pattern, frame: RuleFrame): RecurrenceRule | 'invalid' {
  const rule: RecurrenceRule = { '@type': 'RecurrenceRule', frequency: 'daily' };
  const { Type, Interval, Occurrences, Until, CalendarType } = pattern;
  if (Interval > 1) rule.interval = Interval;
  const rscale = Type === 0 || Type === 1 ? undefined : rscaleOf(CalendarType ?? 0);
  if (rscale !== undefined) rule.rscale = rscale;
  const firstDay = DAYS[pattern.FirstDayOfWeek ?? 1];
  if (firstDay !== undefined && firstDay !== 'mo') rule.firstDayOfWeek = firstDay;
  if (!placeDays(rule, pattern, frame.start)) return 'invalid';
  if (Occurrences !== undefined) rule.count = Occurrences;
  else if (Until !== undefined) {
    const until = frame.toLocal(Until);
    if (until === null) return 'invalid';
    rule.until = until;
  }
  return rule;
}

function placeDays(rule: RecurrenceRule, pattern: Pattern, start: LocalSeconds): boolean {
  const { Type, DayOfWeek, DayOfMonth, WeekOfMonth, MonthOfYear, CalendarType, IsLeapMonth } = pattern;
  const first = dateOfDay(Math.floor(start / DAY));
  switch (Type) {
    case 0:
      // With days it is a weekly one (MS-ASCAL 2.2.2.37.1).
      if (DayOfWeek === undefined) return true;
      rule.frequency = 'weekly';
      rule.byDay = daysOf(DayOfWeek);
      return true;
    case 1:
      rule.frequency = 'weekly';
      rule.byDay = daysOf(DayOfWeek ?? 1 << weekdayOf(Math.floor(start / DAY)));
      return true;
    case 2:
      rule.frequency = 'monthly';
      rule.byMonthDay = [DayOfMonth ?? first.day];
      return true;
    case 3:
      rule.frequency = 'monthly';
      return placeNth(rule, DayOfWeek, WeekOfMonth);
    default: {
      if (MonthOfYear === undefined) return false;
      const leap = IsLeapMonth === 1 && hasLeapMonths(CalendarType ?? 0) ? 'L' : '';
      rule.frequency = 'yearly';
      rule.byMonth = [`${MonthOfYear}${leap}`];
      if (Type === 6) return placeNth(rule, DayOfWeek, WeekOfMonth);
      rule.byMonthDay = [DayOfMonth ?? first.day];
      return true;
    }
  }
}

function placeNth(rule: RecurrenceRule, mask: number | undefined, week: number | undefined): boolean {
  if (mask === undefined || week === undefined) return false;
  const nth = week === LAST ? -1 : week;
  const days = daysOf(mask);
  const [only] = days;
  if (mask === ALL_DAYS && nth === -1) rule.byMonthDay = [-1];
  else if (days.length === 1 && only !== undefined) rule.byDay = [{ ...only, nthOfPeriod: nth }];
  else {
    rule.byDay = days;
    rule.bySetPosition = [nth];
  }
  return true;
}

function daysOf(mask: number): NDay[] {
  return DAYS.filter((_day, bit) => (mask & (1 << bit)) !== 0).map((day) => ({ '@type': 'NDay', day }));
}

function maskOf(days: readonly NDay[]): number {
  return days.reduce((mask, { day }) => mask | (1 << DAYS.indexOf(day)), 0);
}

/** The pattern of a rule, or null when there is none for it: then a device sees the first occurrence alone. */
export function patternOf(rule: RecurrenceRule, frame: RuleFrame): Pattern | null {
  const { byYearDay, byWeekNo, byHour, byMinute, bySecond } = rule;
  if ([byYearDay, byWeekNo, byHour, byMinute, bySecond].some((list) => list !== undefined && list.length > 0))
    return null;
  const { version, start, toWire } = frame;
  const days = patternDays(rule, start);
  const CalendarType = calendarTypeOf(rule.rscale);
  if (days === null || CalendarType === null) return null;
  const until = rule.until === undefined || rule.count !== undefined ? undefined : toWire(rule.until);
  const isWeekly = days.Type === 1;
  const scaled = days.Type !== 0 && !isWeekly && atLeast(version, '14.0');
  return {
    ...days,
    Interval: Math.min(MAX_COUNT, Math.max(1, rule.interval ?? 1)),
    Occurrences: rule.count === undefined ? undefined : Math.min(MAX_COUNT, rule.count),
    Until: until ?? undefined,
    CalendarType: scaled ? CalendarType : undefined,
    IsLeapMonth: scaled && days.MonthOfYear !== undefined ? (days.IsLeapMonth ?? 0) : undefined,
    // A weekly one always has it (MS-ASCAL 3.2.5).
    FirstDayOfWeek:
      atLeast(version, '14.1') && (isWeekly || rule.firstDayOfWeek !== undefined)
        ? DAYS.indexOf(rule.firstDayOfWeek ?? 'mo')
        : undefined,
  };
}

type Days = Pick<
  Pattern,
  'Type' | 'DayOfWeek' | 'DayOfMonth' | 'WeekOfMonth' | 'MonthOfYear' | 'IsLeapMonth'
>;

function patternDays(rule: RecurrenceRule, start: LocalSeconds): Days | null {
  const { frequency, byDay = [], byMonthDay = [], byMonth = [], bySetPosition = [] } = rule;
  const plain = byMonthDay.length === 0 && byMonth.length === 0 && bySetPosition.length === 0;
  const gregorian = !hasOtherMonths(rule.rscale);
  const first = dateOfDay(Math.floor(start / DAY));
  switch (frequency) {
    case 'daily':
      if (!plain || (byDay.length > 0 && (rule.interval ?? 1) !== 1)) return null;
      if (byDay.length === 0) return { Type: 0 };
      return byDay.some(isNth) ? null : { Type: 1, DayOfWeek: maskOf(byDay) };
    case 'weekly':
      if (!plain || byDay.some(isNth)) return null;
      return { Type: 1, DayOfWeek: maskOf(byDay) || 1 << weekdayOf(Math.floor(start / DAY)) };
    case 'monthly': {
      if (byMonth.length > 0) return null;
      if (byDay.length === 0 && byMonthDay.length === 0 && bySetPosition.length === 0)
        return gregorian ? { Type: 2, DayOfMonth: first.day } : null;
      const day = dayOfMonth(rule);
      if (day !== null) return { Type: 2, DayOfMonth: day };
      const nth = nthOf(rule);
      return nth === null ? null : { Type: 3, ...nth };
    }
    case 'yearly': {
      const [named] = byMonth;
      if (byMonth.length > 1 || (named === undefined && (!gregorian || byDay.length > 0))) return null;
      const month = /^(\d{1,2})(L?)$/.exec(named ?? String(first.month));
      const MonthOfYear = Number(month?.[1] ?? 0);
      if (month === null || MonthOfYear < 1 || MonthOfYear > 12) return null;
      const when = { MonthOfYear, IsLeapMonth: month[2] === 'L' ? 1 : 0 };
      if (byDay.length === 0 && byMonthDay.length === 0 && bySetPosition.length === 0)
        return gregorian ? { Type: 5, DayOfMonth: first.day, ...when } : null;
      const day = dayOfMonth(rule);
      if (day !== null) return { Type: 5, DayOfMonth: day, ...when };
      const nth = nthOf(rule);
      return nth === null ? null : { Type: 6, ...nth, ...when };
    }
    default:
      return null;
  }
}

function hasOtherMonths(rscale: string | undefined): boolean {
  const type = calendarTypeOf(rscale);
  return type === null || hasOwnMonths(type);
}

function isNth({ nthOfPeriod }: NDay): boolean {
  return nthOfPeriod !== undefined;
}

function dayOfMonth({ byDay = [], byMonthDay = [], bySetPosition = [] }: RecurrenceRule): number | null {
  const [day = 0] = byMonthDay;
  return byDay.length === 0 && bySetPosition.length === 0 && byMonthDay.length === 1 && day >= 1 && day <= 31
    ? day
    : null;
}

/** One weekday of a month, or one of several: the first to fourth, or the last. */
function nthOf(rule: RecurrenceRule): { DayOfWeek: number; WeekOfMonth: number } | null {
  const { byDay = [], byMonthDay = [], bySetPosition = [] } = rule;
  if (byMonthDay.length > 0) {
    const isLastDay = byDay.length === 0 && bySetPosition.length === 0 && byMonthDay.length === 1;
    return isLastDay && byMonthDay[0] === -1 ? { DayOfWeek: ALL_DAYS, WeekOfMonth: LAST } : null;
  }
  const [only] = byDay;
  const nth =
    bySetPosition.length === 0 && byDay.length === 1
      ? only?.nthOfPeriod
      : bySetPosition.length === 1 && !byDay.some(isNth)
        ? bySetPosition[0]
        : undefined;
  if (byDay.length === 0 || nth === undefined || nth === 0 || nth > 4 || nth < -1) return null;
  return { DayOfWeek: maskOf(byDay), WeekOfMonth: nth === -1 ? LAST : nth };
}

const ORDER = [
  'Type',
  'Occurrences',
  'Interval',
  'WeekOfMonth',
  'DayOfWeek',
  'MonthOfYear',
  'Until',
  'DayOfMonth',
  'CalendarType',
  'IsLeapMonth',
  'FirstDayOfWeek',
] as const satisfies readonly (keyof Pattern)[];

export function recurrenceElement(pattern: Pattern): WbxmlNode {
  return el(
    'Calendar:Recurrence',
    ORDER.flatMap((name) => {
      const value = pattern[name];
      return value === undefined ? [] : [el(`Calendar:${name}`, value)];
    }),
  );
}
