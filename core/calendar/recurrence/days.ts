import { dateOfDay, dayNumber, daysInMonth, isLeapYear, weekdayOf } from '../time/civil.ts';
import type { Budget } from './budget.ts';
import type { CompiledRule } from './rule.ts';

/** Whether a day is one of those that a rule names, nth weekdays aside. */
export function dayMatches(rule: CompiledRule, day: number, nthCounts: 'ignored' | 'unless'): boolean {
  const { year, month, day: ofMonth } = dateOfDay(day);
  if (rule.byMonth.length > 0 && !rule.byMonth.includes(month)) return false;
  if (rule.byMonthDay.length > 0 && !monthDayMatches(rule, ofMonth, daysInMonth(year, month))) return false;
  if (rule.byYearDay.length > 0) {
    const ofYear = day - dayNumber(year, 1, 1) + 1;
    const size = isLeapYear(year) ? 366 : 365;
    if (!rule.byYearDay.some((wanted) => wanted === ofYear || wanted === ofYear - size - 1)) return false;
  }
  if (rule.byWeekNo.length > 0 && !weekMatches(rule, day, year)) return false;
  if (rule.byDay.length === 0) return true;
  const weekday = weekdayOf(day);
  return rule.byDay.some((wanted) => wanted.day === weekday && (nthCounts === 'ignored' || wanted.nth === 0));
}

function monthDayMatches(rule: CompiledRule, day: number, size: number): boolean {
  return rule.byMonthDay.some((wanted) => wanted === day || wanted === day - size - 1);
}

/** First day of the first week of a year: the week that has at least four days in it (RFC 5545 3.3.10, ISO 8601). */
function firstWeek(year: number, firstDayOfWeek: number): number {
  const first = dayNumber(year, 1, 1);
  const into = (weekdayOf(first) - firstDayOfWeek + 7) % 7;
  return into <= 3 ? first - into : first - into + 7;
}

function weekMatches(rule: CompiledRule, day: number, year: number): boolean {
  let start = firstWeek(year, rule.firstDayOfWeek);
  let next = firstWeek(year + 1, rule.firstDayOfWeek);
  // The days at the edges of a year can belong to weeks of its neighbours.
  if (day < start) [start, next] = [firstWeek(year - 1, rule.firstDayOfWeek), start];
  else if (day >= next) [start, next] = [next, firstWeek(year + 2, rule.firstDayOfWeek)];
  const week = Math.floor((day - start) / 7) + 1;
  const size = (next - start) / 7;
  return rule.byWeekNo.some((wanted) => wanted === week || wanted === week - size - 1);
}

/** Days of the span [first, first + size) that byDay names, counting nth ones within it. */
function weekdaysWithin(rule: CompiledRule, first: number, size: number): Set<number> {
  const found = new Set<number>();
  for (const { day, nth } of rule.byDay) {
    const earliest = first + ((day - weekdayOf(first) + 7) % 7);
    const last = first + size - 1;
    if (nth === 0) for (let one = earliest; one <= last; one += 7) found.add(one);
    else if (nth > 0 && earliest + (nth - 1) * 7 <= last) found.add(earliest + (nth - 1) * 7);
    else if (nth < 0) {
      const latest = last - ((weekdayOf(last) - day + 7) % 7);
      if (latest + (nth + 1) * 7 >= first) found.add(latest + (nth + 1) * 7);
    }
  }
  return found;
}

/** Days of one month that a monthly rule names, or a yearly one that names months (RFC 5545 3.3.10), in order. */
export function daysOfMonth(rule: CompiledRule, year: number, month: number, budget: Budget): number[] {
  const first = dayNumber(year, month, 1);
  const size = daysInMonth(year, month);
  let days: Set<number>;
  if (rule.byMonthDay.length > 0) {
    days = new Set();
    for (const wanted of rule.byMonthDay) {
      const day = wanted > 0 ? wanted : size + 1 + wanted;
      if (day >= 1 && day <= size) days.add(first + day - 1);
      // RFC 7529 4.1: a day that the month does not have. None ends in a 32nd.
      else if (wanted > 0 && rule.skip !== 'omit')
        days.add(rule.skip === 'backward' ? first + size - 1 : first + size);
    }
    if (rule.byDay.length > 0) {
      const weekdays = weekdaysWithin(rule, first, size);
      days = new Set([...days].filter((day) => weekdays.has(day)));
    }
  } else if (rule.byDay.length > 0) days = weekdaysWithin(rule, first, size);
  else days = new Set(Array.from({ length: size }, (_, i) => first + i));
  if (rule.byYearDay.length > 0 || rule.byWeekNo.length > 0) {
    const rest = { ...rule, byDay: [], byMonthDay: [], byMonth: [] };
    days = new Set([...days].filter((day) => dayMatches(rest, day, 'ignored')));
  }
  budget.spend(days.size);
  return [...days].sort((a, b) => a - b);
}

/** Days of one year that a yearly rule names, in order. */
export function daysOfYear(rule: CompiledRule, year: number, budget: Budget): number[] {
  const inMonths = rule.byMonth.length > 0 || rule.byMonthDay.length > 0;
  if (inMonths && rule.byWeekNo.length === 0 && rule.byYearDay.length === 0) {
    const months = rule.byMonth.length > 0 ? rule.byMonth : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    const days =
      rule.byMonth.length > 0
        ? months.flatMap((month) => daysOfMonth(rule, year, month, budget))
        : withoutMonths(rule, year, months, budget);
    // A day that moved forward can be one of the next month's.
    return rule.skip === 'forward' ? [...new Set(days)].sort((a, b) => a - b) : days;
  }
  const first = dayNumber(year, 1, 1);
  const size = isLeapYear(year) ? 366 : 365;
  const nthCounts = rule.byWeekNo.length > 0 ? 'ignored' : 'unless';
  const nth = rule.byWeekNo.length > 0 ? new Set<number>() : nthWeekdays(rule, year, first, size);
  const others = { ...rule, byDay: [] };
  budget.spend(size);
  const days: number[] = [];
  for (let day = first; day < first + size; day++) {
    if (dayMatches(rule, day, nthCounts) || (nth.has(day) && dayMatches(others, day, 'ignored')))
      days.push(day);
  }
  return days;
}

/** nth weekdays count within the year, or within the months that the rule names. */
function nthWeekdays(rule: CompiledRule, year: number, first: number, size: number): Set<number> {
  const counted = { ...rule, byDay: rule.byDay.filter(({ nth }) => nth !== 0) };
  if (counted.byDay.length === 0) return new Set();
  if (rule.byMonth.length === 0) return weekdaysWithin(counted, first, size);
  const days = new Set<number>();
  for (const month of rule.byMonth) {
    const start = dayNumber(year, month, 1);
    for (const day of weekdaysWithin(counted, start, daysInMonth(year, month))) days.add(day);
  }
  return days;
}

/** Days of the month of every month; nth weekdays among them count within the year. */
function withoutMonths(rule: CompiledRule, year: number, months: number[], budget: Budget): number[] {
  const plain = { ...rule, byDay: [] };
  const days = months.flatMap((month) => daysOfMonth(plain, year, month, budget));
  if (rule.byDay.length === 0) return days;
  const weekdays = weekdaysWithin(rule, dayNumber(year, 1, 1), isLeapYear(year) ? 366 : 365);
  return days.filter((day) => weekdays.has(day));
}
