import type { Duration } from '../types.ts';
import { DAY } from './civil.ts';

/** Days follow the calendar (a day can have 23 hours); seconds are exact (RFC 5545 3.3.6, RFC 8984 1.4.5). */
export interface Span {
  days: number;
  seconds: number;
}

const SHAPE =
  /^([+-]?)P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,10})(?:\.\d{1,9})?S)?)?$/;
const NOTHING: Span = { days: 0, seconds: 0 };
/** About 2,700 years: beyond it there is nothing to add to. */
const MAX_DAYS = 1_000_000;

/** A (signed) duration, or null when it is none. */
export function parseDuration(text: unknown): Span | null {
  if (typeof text !== 'string' || text.length > 64) return null;
  const found = SHAPE.exec(text);
  if (found === null || !/\d/.test(text)) return null;
  const sign = found[1] === '-' ? -1 : 1;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(2)
    .map((part) => (part === undefined ? 0 : Number(part)));
  const span = { days: sign * (weeks * 7 + days), seconds: sign * (hours * 3600 + minutes * 60 + seconds) };
  if (Math.abs(span.days) + Math.abs(span.seconds) / DAY > MAX_DAYS) return null;
  // No negative zeros: they are not equal to what is written for them.
  return { days: span.days || 0, seconds: span.seconds || 0 };
}

/** As `parseDuration`, and nothing where there is none. */
export function spanOrNothing(text: unknown): Span {
  return parseDuration(text) ?? NOTHING;
}

/** Both members of `span` have the same sign, or are 0. */
export function formatDuration({ days, seconds }: Span): Duration {
  if (days === 0 && seconds === 0) return 'PT0S';
  const sign = days < 0 || seconds < 0 ? '-' : '';
  const rest = Math.abs(seconds);
  const [hours, minutes, left] = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
  const clock = `${hours === 0 ? '' : `${hours}H`}${minutes === 0 ? '' : `${minutes}M`}${left === 0 ? '' : `${left}S`}`;
  return `${sign}P${days === 0 ? '' : `${Math.abs(days)}D`}${clock === '' ? '' : `T${clock}`}`;
}
