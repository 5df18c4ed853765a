import ICAL from 'ical.js';
import { ICalError } from './errors.ts';
import { contentLines } from './lines.ts';
import type { ICalComponent, ICalProperty, ICalWarning } from './types.ts';

export interface ICalLimits {
  /** Characters of all of it. */
  size: number;
  lines: number;
  lineLength: number;
  components: number;
  depth: number;
}

const ICAL_LIMITS: ICalLimits = {
  size: 32 * 1024 * 1024,
  lines: 1_000_000,
  lineLength: 8 * 1024 * 1024,
  components: 100_000,
  depth: 8,
};

/** Longest line that is no inline attachment: what is longer is made to be slow. */
const MAX_PLAIN = 256 * 1024;

/** What some programs keep without a calendar around it. */
const BARE = new Set(['vevent', 'vtodo', 'vtimezone']);

export interface ParsedICal {
  /** The VCALENDAR objects, in order. */
  calendars: ICalComponent[];
  warnings: ICalWarning[];
}

/**
 * iCalendar (RFC 5545) as a tree. Lines that cannot be read are left out and told of; one that belongs to no component, or
 * an END without its BEGIN, is an error, as is what goes beyond the limits.
 * @throws ICalError
 */
export function parseICal(text: string, limits: ICalLimits = ICAL_LIMITS): ParsedICal {
  const calendars: ICalComponent[] = [];
  const warnings: ICalWarning[] = [];
  const bare: ICalComponent = { name: 'vcalendar', line: 0, properties: [], components: [] };
  const open: ICalComponent[] = [];
  let components = 0;
  for (const { text: content, line } of contentLines(text, limits)) {
    const current = open.at(-1);
    const mark = /^(BEGIN|END)[ \t]*:[ \t]*([A-Za-z0-9-]{1,64})[ \t]*$/i.exec(content);
    if (mark === null) {
      if (current === undefined)
        throw new ICalError('not-icalendar', line, 'a property outside of a calendar');
      const property = readProperty(content);
      if (typeof property === 'string') {
        if (warnings.length < 1000) warnings.push({ line, detail: property });
      } else current.properties.push(property);
      continue;
    }
    const name = (mark[2] ?? '').toLowerCase();
    if (mark[1]?.toUpperCase() === 'BEGIN') {
      if (++components > limits.components)
        throw new ICalError('too-many-components', line, 'too many components');
      if (open.length >= limits.depth) throw new ICalError('too-deep', line, 'components within components');
      const component: ICalComponent = { name, line, properties: [], components: [] };
      if (current !== undefined) current.components.push(component);
      else if (name === 'vcalendar') calendars.push(component);
      else if (BARE.has(name)) bare.components.push(component);
      else throw new ICalError('not-icalendar', line, `a ${name.toUpperCase()} outside of a calendar`);
      open.push(component);
    } else {
      if (current?.name !== name)
        throw new ICalError('misplaced', line, `END:${name.toUpperCase()} without its BEGIN`);
      open.pop();
    }
  }
  const left = open.at(-1);
  if (left !== undefined)
    throw new ICalError('misplaced', left.line, `${left.name.toUpperCase()} does not end`);
  if (bare.components.length > 0) calendars.push(bare);
  if (calendars.length === 0) throw new ICalError('not-icalendar', 1, 'there is no calendar in it');
  return { calendars, warnings };
}

/** A property, or what is wrong with it. */
function readProperty(content: string): ICalProperty | string {
  if (content.length > MAX_PLAIN && !/^ATTACH|^IMAGE|^X-|^DESCRIPTION|^STYLED-DESCRIPTION/i.test(content)) {
    return 'a property is too long';
  }
  try {
    const jcal: unknown = ICAL.parse.property(content);
    if (!Array.isArray(jcal) || jcal.length < 4) return 'a property without a value';
    const [name, params, type, ...values]: unknown[] = jcal;
    if (typeof name !== 'string' || typeof type !== 'string') return 'a property without a name';
    if (type === 'recur') keepLeapMonths(content, values[0]);
    return { name, params: safeParams(params), type, values };
  } catch (error) {
    // The message can hold the line itself, which is somebody's.
    return error instanceof Error && /parameter/i.test(error.message)
      ? 'parameters are malformed'
      : 'a line is malformed';
  }
}

/** `BYMONTH=5L` (RFC 7529 4.2): the library makes numbers of it. */
function keepLeapMonths(content: string, recur: unknown): void {
  const [, months = ''] = /[:;]BYMONTH=([\dL,]{1,64})(?:;|\s*$)/i.exec(content) ?? [];
  if (!/L/i.test(months) || typeof recur !== 'object' || recur === null) return;
  Object.assign(recur, { bymonth: months.toUpperCase().split(',') });
}

function safeParams(params: unknown): Record<string, string | string[]> {
  const safe: Record<string, string | string[]> = {};
  if (typeof params !== 'object' || params === null) return safe;
  for (const [name, value] of Object.entries(params)) {
    if (name === '__proto__' || name === 'constructor') continue;
    if (typeof value === 'string') safe[name] = value;
    else if (Array.isArray(value)) safe[name] = value.map(String);
  }
  return safe;
}
