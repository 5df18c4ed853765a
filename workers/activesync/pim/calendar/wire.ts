import { child, textOf, type WbxmlElement } from '../../../../codecs/wbxml/index.ts';
import {
  DAY,
  formatLocal,
  type LocalSeconds,
  MAX_LOCAL,
  parseLocal,
} from '../../../../core/calendar/time/civil.ts';

const COMPACT = /^(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2})(?::?(\d{2}))?(?:\.\d{1,9})?)?Z?$/i;

/**
 * A Compact DateTime (MS-ASDTYPE 2.7.2), `20261121T182200Z`, in seconds since the epoch; null when it is none. The
 * longer form of 2.3 counts too, and a date without time is its midnight: some devices write these.
 */
export function parseCompact(text: string): LocalSeconds | null {
  const found = COMPACT.exec(text.trim());
  if (found === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = found;
  return parseLocal(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
}

/** Seconds since the epoch as a Compact DateTime. */
export function formatCompact(seconds: LocalSeconds): string {
  const bounded = Math.max(0, Math.min(MAX_LOCAL, Math.floor(seconds)));
  return `${formatLocal(bounded).replace(/[-:]/g, '')}Z`;
}

/** Midnight of the day of a local time. */
export function dayOf(seconds: LocalSeconds): LocalSeconds {
  return Math.floor(seconds / DAY) * DAY;
}

/** The time in an element: undefined when it is absent or empty, 'invalid' when it is no time. */
export function timeOf(element: WbxmlElement | undefined, tag: string): LocalSeconds | undefined | 'invalid' {
  const text = textOf(element, tag)?.trim();
  if (text === undefined || text === '') return undefined;
  return parseCompact(text) ?? 'invalid';
}

/** A whole number within bounds: undefined when it is absent or empty, 'invalid' when it is none. */
export function wholeOf(
  element: WbxmlElement | undefined,
  tag: string,
  min: number,
  max: number,
): number | undefined | 'invalid' {
  const text = textOf(element, tag)?.trim();
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,10}$/.test(text)) return 'invalid';
  const value = Number(text);
  return value >= min && value <= max ? value : 'invalid';
}

/** 0 or 1, and as some devices write it true or false; an empty element is true (MS-ASDTYPE 2.1). */
export function booleanOf(element: WbxmlElement | undefined, tag: string): boolean | undefined | 'invalid' {
  const text = child(element, tag)?.text.trim().toLowerCase();
  if (text === undefined) return undefined;
  if (text === '0' || text === 'false') return false;
  return text === '' || text === '1' || text === 'true' ? true : 'invalid';
}
