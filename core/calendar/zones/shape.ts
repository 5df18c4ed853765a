import { DAY, dateOfDay, dayNumber, daysInMonth, weekdayOf } from '../time/civil.ts';
import { offsetAt, type Transition, transitionsOf } from './offsets.ts';

/** When clocks are set each year, as Windows says it: a weekday of a month, in the local time before the change. */
export interface ChangeRule {
  /** 1 to 12. */
  month: number;
  /** 0 is Sunday. */
  weekday: number;
  /** 1 to 4; 5 is the last one of the month. */
  week: number;
  /** Seconds since midnight. */
  time: number;
}

/** The clocks of a zone in one year. Offsets are seconds ahead of UTC. */
export interface ZoneShape {
  standard: number;
  /** null where the clocks stay as they are. */
  daylight: { offset: number; begins: ChangeRule; ends: ChangeRule } | null;
}

/** The shape of a zone in the year of a time. Where rules changed in this very year, what holds at that time stays. */
export function shapeOf(zone: string, at: number): ZoneShape {
  const year = new Date(at + offsetAt(zone, at) * 1000).getUTCFullYear();
  const changes = transitionsOf(zone, year);
  // The clocks of some zones are set more than twice (Ramadan): what lies between is left out.
  const up = changes.find((change) => change.after > change.before);
  const down = changes.findLast((change) => change.after < change.before);
  if (up === undefined || down === undefined || changes.length % 2 !== 0 || up.after !== down.before) {
    return { standard: offsetAt(zone, at), daylight: null };
  }
  return {
    standard: down.after,
    daylight: { offset: up.after, begins: ruleOf(zone, up, year), ends: ruleOf(zone, down, year) },
  };
}

function localDate(change: Transition) {
  const local = Math.floor(change.at / 1000) + change.before;
  const days = Math.floor(local / DAY);
  return { days, time: local - days * DAY, ...dateOfDay(days) };
}

function ruleOf(zone: string, change: Transition, year: number): ChangeRule {
  const { days, time, month, day } = localDate(change);
  const weekday = weekdayOf(days);
  let week = Math.ceil(day / 7);
  // The 25th to the 28th can be the fourth one or the last one: the years around tell.
  if (day > 28) week = 5;
  else if (day > daysInMonth(year, month) - 7 && !isFourth(zone, change, month, weekday, year)) week = 5;
  return { month, weekday, week, time };
}

function isFourth(zone: string, change: Transition, month: number, weekday: number, year: number): boolean {
  for (let other = year - 4; other <= year + 6; other++) {
    for (const near of transitionsOf(zone, other)) {
      if (near.after - near.before !== change.after - change.before) continue;
      const date = localDate(near);
      if (date.month !== month || weekdayOf(date.days) !== weekday) continue;
      if (date.day > 28) return false;
      if (date.day <= daysInMonth(other, month) - 7) return true;
    }
  }
  return false;
}

/** The changes that a shape gives in a year of its local time, in order. */
export function changesOf(shape: ZoneShape, year: number): Transition[] {
  if (shape.daylight === null) return [];
  const { offset, begins, ends } = shape.daylight;
  const changes = [
    { at: (ruleTime(begins, year) - shape.standard) * 1000, before: shape.standard, after: offset },
    { at: (ruleTime(ends, year) - offset) * 1000, before: offset, after: shape.standard },
  ];
  return changes.sort((a, b) => a.at - b.at);
}

function ruleTime({ month, weekday, week, time }: ChangeRule, year: number): number {
  const first = dayNumber(year, month, 1);
  const size = daysInMonth(year, month);
  let day = 1 + ((weekday - weekdayOf(first) + 7) % 7) + (week - 1) * 7;
  while (day > size) day -= 7;
  return (first + day - 1) * DAY + time;
}
