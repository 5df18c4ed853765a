import { zoneOfObject } from '../calendar/anchor.ts';
import type { CalendarTask, LocalDateTime, UtcDateTime } from '../calendar/types.ts';
import { utcOf as fromZone } from '../calendar/zones/convert.ts';

/** A time as it is written where the task was made, and in UTC: both in milliseconds since the epoch. */
export interface TaskTime {
  local: number;
  utc: number;
}

/** The milliseconds of a local time, read as if it were UTC; NaN for a damaged one. */
export function localMs(time: LocalDateTime): number {
  return Date.parse(`${time}Z`);
}

export function localOf(ms: number): LocalDateTime {
  return new Date(ms).toISOString().slice(0, 19);
}

export function utcOf(ms: number): UtcDateTime {
  return `${localOf(ms)}Z`;
}

/** `start` or `due` of a task; null when it has none. A floating one without more is taken as it stands. */
export function taskTime(task: CalendarTask, which: 'start' | 'due'): TaskTime | null {
  const time = task[which];
  if (time === undefined) return null;
  const local = localMs(time);
  // A damaged one is none.
  if (Number.isNaN(local)) return null;
  const ahead = task['waypost:task']?.ahead?.[which];
  if (ahead !== undefined) return { local, utc: local + ahead * 1000 };
  const zone = zoneOfObject(task);
  return { local, utc: zone === null ? local : fromZone(local / 1000, zone) };
}
