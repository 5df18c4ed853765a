import type { CalendarTask, LocalDateTime, UtcDateTime } from '../calendar/types.ts';

/** A time as it is written where the task was made, and in UTC: both in milliseconds since the epoch. */
export interface TaskTime {
  local: number;
  utc: number;
}

/** The milliseconds of a local time, read as if it were UTC. */
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
  const ahead = task['waypost:task']?.ahead?.[which];
  if (ahead !== undefined) return { local, utc: local + ahead * 1000 };
  return { local, utc: local - offsetAt(task.timeZone ?? null, local) };
}

/** How far a zone is ahead of UTC at a local time, in milliseconds. In the hour that comes twice, the first counts. */
function offsetAt(zone: string | null, local: number): number {
  if (zone === null) return 0;
  const format = formatOf(zone);
  if (format === null) return 0;
  const guess = offsetOf(format, local);
  const before = offsetOf(format, local - guess - 6 * 3_600_000);
  // A change of the clock lies close by: the offset before it holds until it has come.
  return offsetOf(format, local - before) === before ? before : offsetOf(format, local - guess);
}

const formats = new Map<string, Intl.DateTimeFormat | null>();

function formatOf(zone: string): Intl.DateTimeFormat | null {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  let made: Intl.DateTimeFormat | null = null;
  try {
    made = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', era: 'short' },
      ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  } catch {
    // A name that is none: its time is taken as it stands.
  }
  if (formats.size > 500) formats.clear();
  formats.set(zone, made);
  return made;
}

function offsetOf(format: Intl.DateTimeFormat, at: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}
