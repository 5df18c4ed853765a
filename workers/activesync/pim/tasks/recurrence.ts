import { child, el, textOf, type WbxmlElement, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import { atLeast, type Version } from '../../http/versions.ts';
import { isoTime } from '../../mail/time.ts';
import { parseTime } from '../times.ts';

/** Tasks:Recurrence as it is on the wire (MS-ASTASK 2.2.2.20); times in milliseconds, local ones read as UTC. */
export interface TaskRecurrence {
  /** 0 daily, 1 weekly, 2 monthly, 3 monthly on the nth day, 5 yearly, 6 yearly on the nth day. */
  type: 0 | 1 | 2 | 3 | 5 | 6;
  start: number;
  until: number | null;
  occurrences: number | null;
  interval: number;
  /** Bits of days, 1 for Sunday. */
  dayOfWeek: number | null;
  dayOfMonth: number | null;
  /** 5 is the last one. */
  weekOfMonth: number | null;
  monthOfYear: number | null;
  regenerate: boolean;
  deadOccur: boolean;
  calendarType: number | null;
  isLeapMonth: boolean;
  /** 0 for Sunday. */
  firstDayOfWeek: number | null;
}

const TYPES = [0, 1, 2, 3, 5, 6] as const;
/** MS-ASTASK 2.2.2.2: the others are not supported and must not be used. */
const CALENDARS = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 20]);
const MAX_INTERVAL = 999;
const MAX_OCCURRENCES = 999;

/** null when it is no recurrence (Status 6 of the command). */
export function readRecurrence(element: WbxmlElement): TaskRecurrence | null {
  const read = new Numbers(element);
  const type = TYPES.find((t) => t === read.number('Type', 0, 6));
  const start = read.time('Start');
  if (type === undefined || start === null) return null;
  const occurrences = read.number('Occurrences', 1, MAX_OCCURRENCES);
  const recurrence: TaskRecurrence = {
    ...{ type, start, occurrences },
    // MS-ASTASK 3.2.5.3.4: of the two, Occurrences counts.
    until: occurrences === null ? read.time('Until') : null,
    interval: read.number('Interval', 0, MAX_INTERVAL) || 1,
    dayOfWeek: read.number('DayOfWeek', 1, 127),
    dayOfMonth: read.number('DayOfMonth', 1, 31),
    weekOfMonth: read.number('WeekOfMonth', 1, 5),
    monthOfYear: read.number('MonthOfYear', 1, 12),
    regenerate: read.number('Regenerate', 0, 1) === 1,
    deadOccur: (read.number('DeadOccur', 0, 255) ?? 0) > 0,
    calendarType: read.number('CalendarType', 0, 20),
    isLeapMonth: read.number('IsLeapMonth', 0, 1) === 1,
    firstDayOfWeek: read.number('FirstDayOfWeek', 0, 6),
  };
  return read.failed || !fits(recurrence) ? null : recurrence;
}

/** Which parts each type has (MS-ASTASK 2.2.2.2, 2.2.2.9, 2.2.2.10, 2.2.2.31). */
function fits(r: TaskRecurrence): boolean {
  const nth = r.type === 3 || r.type === 6;
  const byDate = r.type === 2 || r.type === 5;
  if (r.dayOfMonth !== null && !byDate) return false;
  if (r.dayOfWeek !== null && byDate) return false;
  if (r.weekOfMonth !== null && !nth) return false;
  if (r.monthOfYear !== null && r.type !== 5 && r.type !== 6) return false;
  if (r.calendarType !== null && !((nth || byDate) && CALENDARS.has(r.calendarType))) return false;
  if (nth && (r.dayOfWeek === null || r.weekOfMonth === null)) return false;
  return r.type !== 6 || r.monthOfYear !== null;
}

/** Reads numbers in bounds; what is there and is none of them makes the whole fail. */
class Numbers {
  readonly #element: WbxmlElement;
  failed = false;

  constructor(element: WbxmlElement) {
    this.#element = element;
  }

  number(name: string, min: number, max: number): number | null {
    const tag = `Tasks:${name}`;
    if (child(this.#element, tag) === undefined) return null;
    const text = textOf(this.#element, tag)?.trim() ?? '';
    const value = /^\d{1,5}$/.test(text) ? Number(text) : -1;
    if (value < min || value > max) this.failed = true;
    return value;
  }

  time(name: string): number | null {
    const text = textOf(this.#element, `Tasks:${name}`);
    if (text === undefined) return null;
    const at = parseTime(text);
    if (at === null) this.failed = true;
    return at;
  }
}

export function writeRecurrence(r: TaskRecurrence, version: Version): WbxmlNode {
  const calendars =
    atLeast(version, '14.0') && (r.type === 2 || r.type === 3 || r.type === 5 || r.type === 6);
  return el(
    'Tasks:Recurrence',
    el('Tasks:Type', r.type),
    el('Tasks:Start', isoTime(r.start)),
    r.until === null ? null : el('Tasks:Until', isoTime(r.until)),
    r.occurrences === null ? null : el('Tasks:Occurrences', r.occurrences),
    el('Tasks:Interval', r.interval),
    r.dayOfWeek === null ? null : el('Tasks:DayOfWeek', r.dayOfWeek),
    r.dayOfMonth === null ? null : el('Tasks:DayOfMonth', r.dayOfMonth),
    r.weekOfMonth === null ? null : el('Tasks:WeekOfMonth', r.weekOfMonth),
    r.monthOfYear === null ? null : el('Tasks:MonthOfYear', r.monthOfYear),
    el('Tasks:Regenerate', r.regenerate),
    el('Tasks:DeadOccur', r.deadOccur),
    calendars ? el('Tasks:CalendarType', r.calendarType ?? 0) : null,
    calendars ? el('Tasks:IsLeapMonth', r.isLeapMonth) : null,
    r.firstDayOfWeek !== null && atLeast(version, '14.1')
      ? el('Tasks:FirstDayOfWeek', r.firstDayOfWeek)
      : null,
  );
}

/** Whether two say the same to a device of this version. */
export function sameRecurrence(a: TaskRecurrence, b: TaskRecurrence, version: Version): boolean {
  const seen = (r: TaskRecurrence) => ({
    ...r,
    ...(atLeast(version, '14.0')
      ? { calendarType: r.calendarType ?? 0 }
      : { calendarType: 0, isLeapMonth: false }),
    ...(atLeast(version, '14.1') && (a.firstDayOfWeek ?? b.firstDayOfWeek) !== null
      ? {}
      : { firstDayOfWeek: null }),
  });
  return JSON.stringify(seen(a)) === JSON.stringify(seen(b));
}
