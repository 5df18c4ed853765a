import { RecurrenceTooLargeError } from '../errors.ts';
import { DAY, dateOfDay, type LocalSeconds, parseLocal, weekdayOf } from '../time/civil.ts';
import type { NDay, RecurrenceRule } from '../types.ts';

type Frequency = RecurrenceRule['frequency'];

/** A rule as numbers, complete with what its start says (RFC 8984 4.3.3, RFC 5545 3.3.10). */
export interface CompiledRule {
  frequency: Frequency;
  interval: number;
  count: number | null;
  until: LocalSeconds | null;
  /** 0 is Sunday. */
  firstDayOfWeek: number;
  skip: 'omit' | 'backward' | 'forward';
  /** Empty ones do not limit. nth is 0 for every such day. */
  byDay: { day: number; nth: number }[];
  byMonthDay: number[];
  byMonth: number[];
  byYearDay: number[];
  byWeekNo: number[];
  byHour: number[];
  byMinute: number[];
  bySecond: number[];
  bySetPosition: number[];
}

const WEEKDAYS: Record<string, number> = { su: 0, mo: 1, tu: 2, we: 3, th: 4, fr: 5, sa: 6 };
export const WEEKDAY_NAMES: readonly NDay['day'][] = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'];
const FREQUENCIES: readonly Frequency[] = [
  'yearly',
  'monthly',
  'weekly',
  'daily',
  'hourly',
  'minutely',
  'secondly',
];

/** As many different values as a part can have (RFC 5545 3.3.10): longer lists are made to be slow (A12). */
const MAX_VALUES = { byDay: 749, byMonthDay: 62, byMonth: 12, byYearDay: 732, byWeekNo: 106 } as const;
const MAX_POSITIONS = 732;

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

function listOf(name: string, value: unknown, max: number): unknown[] {
  if (!Array.isArray(value)) return [];
  if (value.length > max) throw new RecurrenceTooLargeError(`${name} of a rule has ${value.length} values`);
  return value;
}

function numbers(name: string, value: unknown, max: number, low: number, high: number): number[] {
  const kept = listOf(name, value, max).filter((one): one is number => isWhole(one));
  return [...new Set(kept.filter((one) => one !== 0 && one >= low && one <= high))].sort((a, b) => a - b);
}

/** Hours, minutes and seconds: zero is one of them; the leap second is the one before it (RFC 5545 3.3.10). */
function clockNumbers(name: string, value: unknown, high: number): number[] {
  const kept = listOf(name, value, 61).filter((one): one is number => isWhole(one) && one >= 0 && one <= 60);
  return [...new Set(kept.map((one) => Math.min(one, high)))].sort((a, b) => a - b);
}

/**
 * null for what is no rule at all; parts that are none are left out. Throws RecurrenceTooLargeError for a list that is
 * longer than there are values.
 */
export function compileRule(rule: RecurrenceRule, start: LocalSeconds): CompiledRule | null {
  if (typeof rule !== 'object' || rule === null || !FREQUENCIES.includes(rule.frequency)) return null;
  const compiled: CompiledRule = {
    frequency: rule.frequency,
    interval: isWhole(rule.interval) && rule.interval > 0 ? Math.min(rule.interval, 1_000_000_000) : 1,
    count: isWhole(rule.count) && rule.count > 0 ? rule.count : null,
    until: parseLocal(rule.until),
    firstDayOfWeek: WEEKDAYS[rule.firstDayOfWeek ?? 'mo'] ?? 1,
    skip: rule.skip === 'backward' || rule.skip === 'forward' ? rule.skip : 'omit',
    byDay: listOf('byDay', rule.byDay, MAX_VALUES.byDay).flatMap(compileDay),
    byMonthDay: numbers('byMonthDay', rule.byMonthDay, MAX_VALUES.byMonthDay, -31, 31),
    // A leap month (`5L`) is one of other calendars.
    byMonth: numbers('byMonth', listOf('byMonth', rule.byMonth, MAX_VALUES.byMonth).map(monthOf), 12, 1, 12),
    byYearDay: numbers('byYearDay', rule.byYearDay, MAX_VALUES.byYearDay, -366, 366),
    byWeekNo: numbers('byWeekNo', rule.byWeekNo, MAX_VALUES.byWeekNo, -53, 53),
    byHour: clockNumbers('byHour', rule.byHour, 23).filter((hour) => hour < 24),
    byMinute: clockNumbers('byMinute', rule.byMinute, 59),
    bySecond: clockNumbers('bySecond', rule.bySecond, 59),
    bySetPosition: numbers('bySetPosition', rule.bySetPosition, MAX_POSITIONS, -86_400, 86_400),
  };
  fromStart(compiled, start);
  return compiled;
}

function monthOf(value: unknown): number {
  return typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : isWhole(value) ? value : 0;
}

function compileDay(value: unknown): { day: number; nth: number }[] {
  if (typeof value !== 'object' || value === null) return [];
  const { day, nthOfPeriod }: { day?: unknown; nthOfPeriod?: unknown } = value;
  const weekday = typeof day === 'string' ? WEEKDAYS[day] : undefined;
  if (weekday === undefined) return [];
  const nth = isWhole(nthOfPeriod) && Math.abs(nthOfPeriod) <= 53 ? nthOfPeriod : 0;
  return [{ day: weekday, nth }];
}

/** What a rule does not say itself, its start says (RFC 8984 4.3.3.1). */
function fromStart(rule: CompiledRule, start: LocalSeconds): void {
  const days = Math.floor(start / DAY);
  const clock = start - days * DAY;
  const date = dateOfDay(days);
  const { frequency } = rule;
  if (rule.bySecond.length === 0 && frequency !== 'secondly') rule.bySecond = [clock % 60];
  if (rule.byMinute.length === 0 && frequency !== 'secondly' && frequency !== 'minutely') {
    rule.byMinute = [Math.floor(clock / 60) % 60];
  }
  const below = frequency === 'secondly' || frequency === 'minutely' || frequency === 'hourly';
  if (rule.byHour.length === 0 && !below) rule.byHour = [Math.floor(clock / 3600)];
  const noDay = rule.byDay.length === 0;
  if (frequency === 'weekly' && noDay) rule.byDay = [{ day: weekdayOf(days), nth: 0 }];
  if (frequency === 'monthly' && noDay && rule.byMonthDay.length === 0 && rule.byYearDay.length === 0) {
    rule.byMonthDay = [date.day];
  }
  if (frequency !== 'yearly' || rule.byYearDay.length > 0) return;
  if (rule.byWeekNo.length > 0) {
    if (noDay && rule.byMonthDay.length === 0) rule.byDay = [{ day: weekdayOf(days), nth: 0 }];
  } else if (noDay && rule.byMonthDay.length === 0) {
    rule.byMonthDay = [date.day];
    if (rule.byMonth.length === 0) rule.byMonth = [date.month];
  }
}
