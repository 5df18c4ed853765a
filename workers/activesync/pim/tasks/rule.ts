import type { CalendarTask, NDay, RecurrenceRule } from '../../../../core/calendar/types.ts';
import { localMs, localOf } from '../../../../core/tasks/times.ts';
import type { TaskRecurrence } from './recurrence.ts';

const DAYS = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'] as const;
/** Calendars whose months are not the Gregorian ones, by CalendarType (MS-ASTASK 2.2.2.2) and name of CLDR. */
const RSCALES: readonly (readonly [number, string])[] = [
  [6, 'islamic'],
  [8, 'hebrew'],
  [15, 'chinese'],
  [20, 'dangi'],
];
const FREQUENCIES = {
  0: 'daily',
  1: 'weekly',
  2: 'monthly',
  3: 'monthly',
  5: 'yearly',
  6: 'yearly',
} as const;

/** A device's recurrence as a rule of RFC 8984 4.3.3. What it has no word for stands in `waypost:task`. */
export function ruleOf(r: TaskRecurrence): RecurrenceRule {
  const rscale = RSCALES.find(([type]) => type === r.calendarType)?.[1];
  const days = r.dayOfWeek === null ? [] : DAYS.filter((_, n) => ((r.dayOfWeek ?? 0) & (1 << n)) !== 0);
  const nth = r.weekOfMonth === null ? null : r.weekOfMonth === 5 ? -1 : r.weekOfMonth;
  const single = nth !== null && days.length === 1 ? nth : null;
  return {
    '@type': 'RecurrenceRule',
    frequency: FREQUENCIES[r.type],
    ...(r.interval === 1 ? {} : { interval: r.interval }),
    ...(rscale === undefined ? {} : { rscale }),
    ...(r.firstDayOfWeek === null ? {} : { firstDayOfWeek: DAYS[r.firstDayOfWeek] ?? 'su' }),
    ...(days.length === 0 ? {} : { byDay: days.map((day) => nday(day, single)) }),
    ...(r.dayOfMonth === null ? {} : { byMonthDay: [r.dayOfMonth] }),
    ...(r.monthOfYear === null ? {} : { byMonth: [String(r.monthOfYear) + (r.isLeapMonth ? 'L' : '')] }),
    ...(nth !== null && single === null ? { bySetPosition: [nth] } : {}),
    ...(r.occurrences === null ? {} : { count: r.occurrences }),
    ...(r.until === null ? {} : { until: localOf(r.until) }),
  };
}

function nday(day: NDay['day'], nth: number | null): NDay {
  return { '@type': 'NDay', day, ...(nth === null ? {} : { nthOfPeriod: nth }) };
}

/** The recurrence of a task for a device; null when it has none, or none that a device could be told of. */
export function recurrenceOf(task: CalendarTask): TaskRecurrence | null {
  const [rule, ...more] = task.recurrenceRules ?? [];
  if (rule === undefined || more.length > 0) return null;
  const own = task['waypost:task'] ?? {};
  const start = own.recurrenceStart ?? task.start ?? task.due;
  if (
    start === undefined ||
    rule.byHour !== undefined ||
    rule.byMinute !== undefined ||
    rule.bySecond !== undefined
  )
    return null;
  if (rule.byYearDay !== undefined || rule.byWeekNo !== undefined) return null;
  const until = rule.until === undefined ? null : localMs(rule.until);
  if (Number.isNaN(localMs(start)) || Number.isNaN(until)) return null;
  const pattern = patternOf(rule, localMs(start));
  if (pattern === null) return null;
  return {
    ...{ dayOfWeek: null, dayOfMonth: null, weekOfMonth: null, monthOfYear: null, ...pattern },
    start: localMs(start),
    until,
    occurrences: rule.count ?? null,
    interval: rule.interval ?? 1,
    regenerate: own.regenerate === true,
    deadOccur: own.deadOccur === true,
    calendarType: own.calendarType ?? RSCALES.find(([, name]) => name === rule.rscale)?.[0] ?? null,
    isLeapMonth: own.isLeapMonth === true,
    firstDayOfWeek: firstDay(rule),
  };
}

/** RFC 8984 4.3.3: Monday where nothing is said; a week has to begin somewhere (MS-ASTASK 2.2.2.13). */
function firstDay(rule: RecurrenceRule): number | null {
  if (rule.firstDayOfWeek === undefined) return rule.frequency === 'weekly' ? 1 : null;
  return DAYS.indexOf(rule.firstDayOfWeek);
}

type Pattern = Pick<TaskRecurrence, 'type'> &
  Partial<Pick<TaskRecurrence, 'dayOfWeek' | 'dayOfMonth' | 'weekOfMonth' | 'monthOfYear'>>;

function patternOf(rule: RecurrenceRule, start: number): Pattern | null {
  const day = new Date(start);
  const months = rule.byMonth ?? [];
  const month = Number.parseInt(months[0] ?? String(day.getUTCMonth() + 1), 10);
  if (months.length > (rule.frequency === 'yearly' ? 1 : 0)) return null;
  const bits = bitsOf(rule.byDay);
  switch (rule.frequency) {
    case 'daily':
    case 'weekly': {
      if (rule.byMonthDay !== undefined || rule.bySetPosition !== undefined) return null;
      if (rule.byDay?.some((d) => d.nthOfPeriod !== undefined) === true) return null;
      if (rule.frequency === 'daily') return bits === 0 ? { type: 0 } : { type: 0, dayOfWeek: bits };
      return { type: 1, dayOfWeek: bits || 1 << day.getUTCDay() };
    }
    case 'monthly':
    case 'yearly': {
      const yearly = rule.frequency === 'yearly';
      const monthOfYear = yearly ? { monthOfYear: month } : {};
      if (rule.byDay !== undefined) {
        const week = weekOf(rule);
        // The nth day of a year is not that of a month (RFC 5545 3.3.10).
        if (week === null || rule.byMonthDay !== undefined || (yearly && months.length === 0)) return null;
        return { type: yearly ? 6 : 3, dayOfWeek: bits, weekOfMonth: week, ...monthOfYear };
      }
      if (rule.bySetPosition !== undefined) return null;
      const [date, ...others] = rule.byMonthDay ?? [day.getUTCDate()];
      if (date === undefined || others.length > 0) return null;
      // The last day of the month.
      if (date === -1) return { type: yearly ? 6 : 3, dayOfWeek: 127, weekOfMonth: 5, ...monthOfYear };
      return date < 1 ? null : { type: yearly ? 5 : 2, dayOfMonth: date, ...monthOfYear };
    }
    default:
      return null;
  }
}

function bitsOf(days: readonly NDay[] | undefined): number {
  return (days ?? []).reduce((bits, { day }) => bits | (1 << DAYS.indexOf(day)), 0);
}

function weekOf({ byDay = [], bySetPosition }: RecurrenceRule): number | null {
  const given = byDay.filter((d) => d.nthOfPeriod !== undefined);
  const positions = given.length > 0 ? given.map((d) => d.nthOfPeriod) : (bySetPosition ?? []);
  if (given.length > 0 && (byDay.length > 1 || bySetPosition !== undefined)) return null;
  const [nth] = positions;
  if (nth === undefined || positions.length > 1) return null;
  return nth === -1 ? 5 : nth >= 1 && nth <= 4 ? nth : null;
}
