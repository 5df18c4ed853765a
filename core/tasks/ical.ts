import type { CalendarTask } from '../calendar/types.ts';

type Own = NonNullable<CalendarTask['waypost:task']>;

/** Carries what neither iCalendar nor RFC 8984 has a word for: JSON, percent-encoded, so that nobody escapes it again. */
const PROPERTY = 'x-waypost-task';
const MAX_LENGTH = 10_000;

/** What a value must be under each name; others are left out. */
const SOUND: { [K in keyof Own]-?: (value: unknown) => boolean } = {
  regenerate: (value) => value === true,
  deadOccur: (value) => value === true,
  reminderSet: (value) => value === true,
  isLeapMonth: (value) => value === true,
  ordinalDate: isTime,
  dateCompleted: isTime,
  recurrenceStart: isTime,
  subOrdinalDate: (value) => typeof value === 'string' && value.length <= 255,
  sensitivity: (value) => [0, 1, 2, 3].some((one) => one === value),
  calendarType: (value) => isByte(value),
  importance: (value) => isByte(value),
  ahead: (value) => {
    const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return fields.every(([name, one]) => (name === 'start' || name === 'due') && Number.isSafeInteger(one));
  },
};

/** The task with a property that `taskFromICal` understands, for writing it as iCalendar. */
export function taskForICal(task: CalendarTask): CalendarTask {
  const own = task['waypost:task'];
  if (own === undefined) return task;
  const kept = task['waypost:ical'];
  const property = [PROPERTY, {}, 'unknown', encodeURIComponent(JSON.stringify(own).toWellFormed())];
  return { ...task, 'waypost:ical': { ...kept, properties: [...(kept?.properties ?? []), property] } };
}

/** A task as it was read, with what that property said back in its place. */
export function taskFromICal(task: CalendarTask): CalendarTask {
  const kept = task['waypost:ical'];
  const properties = kept?.properties ?? [];
  const found = properties.find(isOurs);
  if (kept === undefined || found === undefined) return task;
  const { 'waypost:ical': _, ...rest } = task;
  const others = properties.filter((one) => !isOurs(one));
  const own = read(found);
  return {
    ...rest,
    ...(own === null ? {} : { 'waypost:task': own }),
    ...(others.length === 0 && kept.components === undefined
      ? {}
      : { 'waypost:ical': { ...kept, properties: others } }),
  };
}

function isOurs(property: unknown): property is unknown[] {
  return Array.isArray(property) && property[0] === PROPERTY;
}

function read(property: unknown[]): Own | null {
  const text = property[3];
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return null;
  let value: unknown;
  try {
    value = JSON.parse(decodeURIComponent(text));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const sound = Object.entries(value).filter(
    ([name, one]) => Object.hasOwn(SOUND, name) && SOUND[name as keyof Own](one),
  );
  return Object.fromEntries(sound) as Own;
}

function isTime(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

function isByte(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
}
