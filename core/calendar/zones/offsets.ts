import { customOffset, isCustomZone } from './fixed.ts';
import { standInsOf } from './stand-ins.ts';

/** When the clocks of a zone are set: from `at` (milliseconds since the epoch) on they are `after` seconds ahead of UTC. */
export interface Transition {
  at: number;
  before: number;
  after: number;
}

interface YearOfZone {
  /** Seconds ahead of UTC when the year begins (UTC). */
  first: number;
  transitions: Transition[];
}

const HOUR = 3_600_000;
/** Shorter than any time between two changes of the clocks that the zone database knows since 1970. */
const STEP = 8 * 24 * HOUR;
/** Years of zones that are remembered in an isolate. */
const MAX_YEARS = 4000;
/** Clocks that are kept: each takes some 40 KB. More than the zones that are compared with each other. */
const MAX_ZONES = 200;

/** Begins of 1850 and of 2401. */
const EARLIEST = Date.UTC(1850, 0, 1);
const LATEST = Date.UTC(2401, 0, 1);

const formats = new Map<string, Intl.DateTimeFormat | null>();
/** By zone and year. */
const years = new Map<string, Map<number, YearOfZone>>();
let remembered = 0;

/** The clock of a zone, or of one that stands for it where the runtime is older than its name; null for no zone. */
function clockOf(zone: string): Intl.DateTimeFormat | null {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  let made = clockNamed(zone);
  // What is not a zone is remembered as such, as bad input tends to come again.
  if (made === null) for (const name of standInsOf(zone)) made ??= clockNamed(name);
  formats.set(zone, made);
  if (formats.size > MAX_ZONES) {
    const [oldest] = formats.keys();
    if (oldest !== undefined) formats.delete(oldest);
  }
  return made;
}

function clockNamed(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
}

/** Whether local times can be told in it. */
export function isZone(zone: string): boolean {
  // Offsets (`+01:00`) are zones to some runtimes: not to us.
  return isCustomZone(zone) || (/^[A-Za-z]/.test(zone) && zone.length < 64 && clockOf(zone) !== null);
}

/** As `offsetAt`, of one time only: nothing is looked up or remembered of the year around it. */
export function clockAt(zone: string, at: number): number {
  if (isCustomZone(zone)) return customOffset(zone);
  const clock = clockOf(zone);
  if (clock === null) return 0;
  const parts: Record<string, string> = {};
  for (const { type, value } of clock.formatToParts(at)) parts[type] = value;
  const number = (type: string) => Number(parts[type]);
  const year = parts['era']?.startsWith('B') === true ? 1 - number('year') : number('year');
  const local = new Date(0);
  local.setUTCFullYear(year, number('month') - 1, number('day'));
  local.setUTCHours(number('hour'), number('minute'), number('second'));
  return Math.round((local.getTime() - Math.floor(at / 1000) * 1000) / 1000);
}

function yearStart(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1);
}

function yearOf(zone: string, year: number): YearOfZone {
  const known = years.get(zone)?.get(year);
  return known ?? learn(zone, year);
}

function learn(zone: string, year: number): YearOfZone {
  const end = yearStart(year + 1);
  let at = yearStart(year);
  let offset = clockAt(zone, at);
  const made: YearOfZone = { first: offset, transitions: [] };
  while (at < end) {
    const next = Math.min(at + STEP, end);
    const then = clockAt(zone, next);
    if (then !== offset) {
      // Clocks are set on a whole second.
      let [low, high] = [at, next];
      while (high - low > 1000) {
        const middle = low + Math.floor((high - low) / 2000) * 1000;
        if (clockAt(zone, middle) === offset) low = middle;
        else high = middle;
      }
      made.transitions.push({ at: high, before: offset, after: then });
    }
    [at, offset] = [next, then];
  }
  if (remembered >= MAX_YEARS) {
    years.clear();
    remembered = 0;
  }
  const ofZone = years.get(zone) ?? new Map<number, YearOfZone>();
  years.set(zone, ofZone.set(year, made));
  remembered++;
  return made;
}

/** Before the first, no zone had clocks that were set; after the last, they are as 400 years before. */
const FIRST_YEAR = 1850;
const LAST_YEAR = 2400;
const CYCLE = 146_097 * 24 * HOUR;

/** Changes of a zone's clocks within a year of UTC, in order. None for a zone that there is not. */
export function transitionsOf(zone: string, year: number): readonly Transition[] {
  if (isCustomZone(zone) || !(year >= FIRST_YEAR)) return [];
  if (year <= LAST_YEAR) return yearOf(zone, year).transitions;
  const cycles = Math.ceil((Math.min(year, 10_000) - LAST_YEAR) / 400);
  return yearOf(zone, Math.min(year, 10_000) - cycles * 400).transitions.map((change) => ({
    ...change,
    at: change.at + cycles * CYCLE,
  }));
}

/** Seconds that a zone's clocks are ahead of UTC at a time in milliseconds since the epoch; 0 for an unknown zone. */
export function offsetAt(zone: string, at: number): number {
  if (zone === 'Etc/UTC') return 0;
  if (isCustomZone(zone)) return customOffset(zone);
  let near = Math.max(at, EARLIEST);
  if (near >= LATEST) near -= Math.ceil((near - LATEST + 1) / CYCLE) * CYCLE;
  if (!Number.isFinite(near)) return 0;
  const { first, transitions } = yearOf(zone, new Date(near).getUTCFullYear());
  let offset = first;
  for (const change of transitions) if (near >= change.at) offset = change.after;
  return offset;
}
