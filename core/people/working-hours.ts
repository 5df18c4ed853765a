import { isZone } from '../calendar/index.ts';
import type { NDay } from '../calendar/types.ts';

type Day = NDay['day'];
const WEEK: readonly Day[] = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'];

/** When somebody is at work: what others see beside their free and busy times. */
export interface WorkingHours {
  days: Day[];
  /** Minutes after midnight, the end not before the start and at most 1440. */
  start: number;
  end: number;
  /** IANA name; floating and all-day events of the user are meant in it. */
  timeZone: string;
}

/** Setting of a user in the directory. */
export const WORKING_HOURS_SETTING = 'working-hours';

const DEFAULT_WORKING_HOURS: WorkingHours = {
  ...{ days: ['mo', 'tu', 'we', 'th', 'fr'], start: 8 * 60, end: 17 * 60, timeZone: 'Etc/UTC' },
};

/** What is stored, each part by itself: what is damaged is as if it was never set. */
export function readWorkingHours(value: unknown): WorkingHours {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { days, start, end } = given;
  const usual = DEFAULT_WORKING_HOURS;
  const times = isMinute(start) && isMinute(end) && start <= end;
  return {
    days: Array.isArray(days) ? WEEK.filter((day) => days.includes(day)) : [...usual.days],
    start: times ? start : usual.start,
    end: times ? end : usual.end,
    timeZone: zoneSaidIn(given) ?? usual.timeZone,
  };
}

/** The zone that the user has said, or null. */
export function zoneSaidIn(value: unknown): string | null {
  const said =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)['timeZone'] : null;
  return typeof said === 'string' && isZone(said) ? said : null;
}

function isMinute(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1440;
}
