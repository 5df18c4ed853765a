import { DAY, dateOfDay, type LocalSeconds, MAX_LOCAL, weekdayOf } from '../time/civil.ts';
import type { Budget } from './budget.ts';
import { dayMatches, daysOfMonth, daysOfYear } from './days.ts';
import type { CompiledRule } from './rule.ts';

/** Days of one period of a rule, in order, times two: what bySetPosition counts in (RFC 5545 3.3.10). */
interface Period {
  days: number[];
  /** Seconds of the day, in order. */
  times: number[];
}

export interface Unfolding {
  rule: CompiledRule;
  start: LocalSeconds;
  /** What lies before need not be told, but may be. */
  from: LocalSeconds;
  /** Nothing after it is told. */
  to: LocalSeconds;
  /** Whether the start counts, also when it does not fit the rule (RFC 8984 4.3.3.1): not where times are excluded. */
  startCounts: boolean;
  budget: Budget;
}

/**
 * Times of a rule in order. Costs of the budget what
 * it looks at; where nothing has to be counted it begins near `from`.
 */
export function* timesOf({ rule, start, from, to, startCounts, budget }: Unfolding): Generator<LocalSeconds> {
  const last = Math.min(to, rule.until ?? MAX_LOCAL, MAX_LOCAL);
  if (start > to || rule.count === 0) return;
  let before = startCounts ? start : start - 1;
  let told = startCounts ? 1 : 0;
  // The start takes place even when `until` lies before it.
  if (startCounts) yield start;
  const positions = rule.bySetPosition;
  const size = constantSize(rule);
  let first = 0;
  if (from > start && (rule.count === null || size !== null))
    first = Math.max(0, periodAt(rule, start, from) - 1);
  if (first > 0 && rule.count !== null && size !== null) {
    for (const time of inPeriod(periodOf(rule, start, 0, budget), positions, budget))
      if (time > before) told++;
    told += (first - 1) * size;
    if (told >= rule.count) return;
  }
  for (let k = first; ; k++) {
    const begin = periodStart(rule, start, k);
    if (begin > last) return;
    budget.spend(1);
    const skipped = skippable(rule, begin);
    if (skipped !== null) {
      k += Math.max(0, Math.ceil((skipped - begin) / (unitOf(rule) * rule.interval)) - 1);
      continue;
    }
    for (const time of inPeriod(periodOf(rule, start, k, budget), positions, budget)) {
      if (time > last) return;
      if (time <= before) continue;
      if (rule.count !== null && told >= rule.count) return;
      told++;
      before = time;
      yield time;
    }
  }
}

/** Seconds of the periods that have a fixed length; 0 for months and years. */
function unitOf(rule: CompiledRule): number {
  const lengths = {
    secondly: 1,
    minutely: 60,
    hourly: 3600,
    daily: DAY,
    weekly: 7 * DAY,
    monthly: 0,
    yearly: 0,
  };
  return lengths[rule.frequency];
}

/** Begin of the period that a time lies in. */
function floorOf(rule: CompiledRule, time: LocalSeconds): LocalSeconds {
  const unit = unitOf(rule);
  if (rule.frequency !== 'weekly') return Math.floor(time / unit) * unit;
  const day = Math.floor(time / DAY);
  return (day - ((weekdayOf(day) - rule.firstDayOfWeek + 7) % 7)) * DAY;
}

function monthIndex(time: LocalSeconds): number {
  const { year, month } = dateOfDay(Math.floor(time / DAY));
  return year * 12 + month - 1;
}

/** Begin of the kth period; of months and years, a day number that is not after it. */
function periodStart(rule: CompiledRule, start: LocalSeconds, k: number): LocalSeconds {
  const step = k * rule.interval;
  if (rule.frequency === 'yearly' || rule.frequency === 'monthly') {
    const months = monthIndex(start) + (rule.frequency === 'yearly' ? step * 12 : step);
    // 30 days before a month of mean length begins: near enough to stop by.
    return k === 0 ? start : Math.floor((months / 12 - 1970) * 365.2425 - 400) * DAY;
  }
  return floorOf(rule, start) + step * unitOf(rule);
}

/** The period that a time lies in or after. */
function periodAt(rule: CompiledRule, start: LocalSeconds, time: LocalSeconds): number {
  if (rule.frequency === 'yearly') {
    const years = Math.floor(monthIndex(time) / 12) - Math.floor(monthIndex(start) / 12);
    return Math.floor(years / rule.interval);
  }
  if (rule.frequency === 'monthly') return Math.floor((monthIndex(time) - monthIndex(start)) / rule.interval);
  return Math.floor((time - floorOf(rule, start)) / (unitOf(rule) * rule.interval));
}

/** How many times each period has but the first, where that is always the same number; else null. */
function constantSize(rule: CompiledRule): number | null {
  const { frequency, byDay, byMonth, byMonthDay, byYearDay, byWeekNo, bySetPosition } = rule;
  if (byMonth.length + byMonthDay.length + byYearDay.length + byWeekNo.length + bySetPosition.length > 0)
    return null;
  if (frequency === 'weekly') return new Set(byDay.map(({ day }) => day)).size * clockTimes(rule, 0).length;
  if (byDay.length > 0) return null;
  if (frequency === 'daily') return clockTimes(rule, 0).length;
  if (rule.byHour.length > 0) return null;
  if (frequency === 'hourly') return rule.byMinute.length * rule.bySecond.length;
  if (rule.byMinute.length > 0) return null;
  if (frequency === 'minutely') return rule.bySecond.length;
  return frequency === 'secondly' && rule.bySecond.length === 0 ? 1 : null;
}

/** Where the next period can begin, for one that a day, an hour or a minute that does not fit begins in; else null. */
function skippable(rule: CompiledRule, begin: LocalSeconds): LocalSeconds | null {
  const { frequency } = rule;
  if (frequency === 'yearly' || frequency === 'monthly' || frequency === 'weekly') return null;
  const day = Math.floor(begin / DAY);
  if (!dayMatches(rule, day, 'ignored')) return (day + 1) * DAY;
  if (frequency === 'daily') return null;
  const hour = Math.floor(begin / 3600);
  if (rule.byHour.length > 0 && !rule.byHour.includes(hour - day * 24)) return (hour + 1) * 3600;
  if (frequency === 'hourly') return null;
  const minute = Math.floor(begin / 60);
  if (rule.byMinute.length > 0 && !rule.byMinute.includes(minute - hour * 60)) return (minute + 1) * 60;
  if (frequency === 'minutely') return null;
  return rule.bySecond.length > 0 && !rule.bySecond.includes(begin - minute * 60) ? begin + 1 : null;
}

const clocks = new WeakMap<CompiledRule, number[]>();

/** Times of the day that the period beginning at a second of the day has. */
function clockTimes(rule: CompiledRule, second: number): number[] {
  const { frequency } = rule;
  if (frequency === 'secondly') return [second];
  if (frequency === 'minutely') return rule.bySecond.map((one) => second + one);
  if (frequency === 'hourly') {
    return rule.byMinute.flatMap((minute) => rule.bySecond.map((one) => second + minute * 60 + one));
  }
  const known = clocks.get(rule);
  if (known !== undefined) return known;
  const times = rule.byHour.flatMap((hour) =>
    rule.byMinute.flatMap((minute) => rule.bySecond.map((one) => hour * 3600 + minute * 60 + one)),
  );
  clocks.set(rule, times);
  return times;
}

function periodOf(rule: CompiledRule, start: LocalSeconds, k: number, budget: Budget): Period {
  const { frequency } = rule;
  const step = k * rule.interval;
  if (frequency === 'yearly') {
    const year = Math.floor(monthIndex(start) / 12) + step;
    return { days: year > 9999 ? [] : daysOfYear(rule, year, budget), times: clockTimes(rule, 0) };
  }
  if (frequency === 'monthly') {
    const months = monthIndex(start) + step;
    const [year, month] = [Math.floor(months / 12), (months % 12) + 1];
    const fits = year <= 9999 && (rule.byMonth.length === 0 || rule.byMonth.includes(month));
    return { days: fits ? daysOfMonth(rule, year, month, budget) : [], times: clockTimes(rule, 0) };
  }
  const begin = periodStart(rule, start, k);
  const day = Math.floor(begin / DAY);
  if (frequency === 'weekly') {
    const days = [0, 1, 2, 3, 4, 5, 6].map((i) => day + i).filter((one) => dayMatches(rule, one, 'ignored'));
    return { days, times: clockTimes(rule, 0) };
  }
  // What does not fit was skipped.
  return { days: [day], times: clockTimes(rule, frequency === 'daily' ? 0 : begin - day * DAY) };
}

/** Times of a period in order, or those of them at the wanted positions. */
function* inPeriod({ days, times }: Period, positions: number[], budget: Budget): Generator<LocalSeconds> {
  if (positions.length === 0) {
    for (const day of days) {
      for (const time of times) {
        budget.spend(1);
        yield day * DAY + time;
      }
    }
    return;
  }
  const size = days.length * times.length;
  const wanted = new Set(positions.map((position) => (position > 0 ? position - 1 : size + position)));
  budget.spend(wanted.size);
  for (const index of [...wanted].sort((a, b) => a - b)) {
    const day = days[Math.floor(index / times.length)];
    const time = times[index % times.length];
    if (index >= 0 && day !== undefined && time !== undefined) yield day * DAY + time;
  }
}
