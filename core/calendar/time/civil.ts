import type { LocalDateTime } from '../types.ts';

/**
 * Local times as integers: seconds since 1970-01-01T00:00:00 of a clock that knows no zone and no leap second. Days are
 * whole multiples of 86,400 of them.
 */
export type LocalSeconds = number;

export const DAY = 86_400;
/** 0001-01-01T00:00:00 and 9999-12-31T23:59:59. */
const MIN_LOCAL = -62_135_596_800;
export const MAX_LOCAL = 253_402_300_799;

/** Days since 1970-01-01 of a date of the Gregorian calendar; month is 1 to 12. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

export interface CivilDate {
  year: number;
  month: number;
  day: number;
}

export function dateOfDay(days: number): CivilDate {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const ofEra = z - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: era * 400 + year + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 0 is Sunday. */
export function weekdayOf(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?$/;

/** A LocalDateTime as a number, or null when it is none. Fractions of a second are dropped; second 60 is 59. */
export function parseLocal(text: unknown): LocalSeconds | null {
  if (typeof text !== 'string') return null;
  const found = LOCAL.exec(text);
  if (found === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 60) return null;
  return dayNumber(year, month, day) * DAY + hour * 3600 + minute * 60 + Math.min(second, 59);
}

const two = (value: number) => (value < 10 ? `0${value}` : `${value}`);

export function formatLocal(local: LocalSeconds): LocalDateTime {
  const whole = Math.min(Math.max(Math.floor(local), MIN_LOCAL), MAX_LOCAL);
  const days = Math.floor(whole / DAY);
  const rest = whole - days * DAY;
  const { year, month, day } = dateOfDay(days);
  const clock = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}`;
}

/** A UTCDateTime in milliseconds since the epoch, or null. */
export function parseUtc(text: unknown): number | null {
  if (typeof text !== 'string' || !text.endsWith('Z')) return null;
  const local = parseLocal(text.slice(0, -1));
  return local === null ? null : local * 1000;
}

/** Milliseconds since the epoch as a UTCDateTime, to the second. */
export function formatUtc(at: number): string {
  return `${formatLocal(Math.floor(at / 1000))}Z`;
}
