import { formatLocal, parseLocal } from '../../../core/calendar/time/civil.ts';
import { localOf, utcOf } from '../../../core/calendar/zones/convert.ts';

const TIME = /^(-?\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,12})?)?(Z|[+-]\d{2}:\d{2})?$/i;

/**
 * An xs:dateTime or xs:date in milliseconds since the epoch, to the second; one that does not say where is meant in `zone`.
 * null for what is none.
 */
export function readTime(text: string, zone: string): number | null {
  const found = TIME.exec(text.trim());
  if (found === null) return null;
  const [, year = '', month, day, hour = '00', minute = '00', second = '00', offset] = found;
  // Midnight at the end of a day (XML Schema 3.2.7).
  const late = hour === '24' && minute === '00' && second === '00';
  const local = parseLocal(`${year}-${month}-${day}T${late ? '00' : hour}:${minute}:${second}`);
  if (local === null) return null;
  const seconds = local + (late ? 86_400 : 0);
  if (offset === undefined) return utcOf(seconds, zone);
  return (seconds - offsetSeconds(offset)) * 1000;
}

function offsetSeconds(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const size = Number(offset.slice(1, 3)) * 3600 + Number(offset.slice(4, 6)) * 60;
  return offset.startsWith('-') ? -size : size;
}

/** The day of an xs:date or xs:dateTime as it is written, whatever its offset: `2026-12-01`. null for what is none. */
export function readDay(text: string): string | null {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(text.trim())?.[0];
  return day !== undefined && parseLocal(`${day}T00:00:00`) !== null ? day : null;
}

/** As the clocks of a zone show it, with nothing that says which: answers of the availability service. */
export function writeLocal(at: number, zone: string): string {
  return formatLocal(localOf(at, zone));
}

/** The same with how far these clocks are from UTC (StartWallClock). */
export function writeWallClock(at: number, zone: string): string {
  const local = localOf(at, zone);
  const minutes = Math.round((local - Math.floor(at / 1000)) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${formatLocal(local)}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Seconds as an xs:duration of hours, minutes and seconds: `PT1H`, `-PT5H30M`. */
export function writeOffset(seconds: number): string {
  const size = Math.abs(seconds);
  const [hours, minutes, rest] = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60];
  const text = `${hours === 0 ? '' : `${hours}H`}${minutes === 0 ? '' : `${minutes}M`}${rest === 0 ? '' : `${rest}S`}`;
  return `${seconds < 0 ? '-' : ''}PT${text === '' ? '0S' : text}`;
}

const DURATION = /^(-)?P(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.\d{1,9})?S)?)?$/;

/** Seconds of an xs:duration of at most days; null for what is none. */
export function readOffset(text: string): number | null {
  const found = DURATION.exec(text.trim());
  if (found === null || !/\d/.test(text)) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(2).map((one) => Number(one ?? 0));
  const size = days * 86_400 + hours * 3600 + minutes * 60 + seconds;
  return found[1] === '-' ? -size : size;
}
