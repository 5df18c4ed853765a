import { MAIN_ZONES } from './names.ts';
import { clockAt, isZone, offsetAt, transitionsOf } from './offsets.ts';
import { changesOf, shapeOf, type ZoneShape } from './shape.ts';

const YEAR_MS = 366 * 86_400_000;
/** Clocks that go apart for two days a year, by an hour, are the same: rules are told in different ways. */
const ALIKE = 2 * 86_400 * 3600;
/** Of zones with the same clocks, those where most people are. */
const POPULAR = [
  'Etc/UTC',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Africa/Johannesburg',
  'Africa/Lagos',
  'Asia/Dubai',
  'Asia/Kolkata',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Australia/Sydney',
];

/** Zones whose clocks are those of no zone that Windows names first. */
const OTHERS = ['Antarctica/Troll'];

/** Seconds ahead of UTC that a shape gives at a time. */
export function shapeOffset(shape: ZoneShape, at: number): number {
  if (shape.daylight === null) return shape.standard;
  const changes = changesOf(shape, new Date(at).getUTCFullYear());
  let offset = changes[0]?.before ?? shape.standard;
  for (const change of changes) if (at >= change.at) offset = change.after;
  return offset;
}

/** How far the clocks of a zone and of a shape go apart in the year of a time, in seconds times seconds. */
function apart(shape: ZoneShape, zone: string, at: number): number {
  const year = new Date(at).getUTCFullYear();
  const start = Date.UTC(year, 0, 1);
  const cuts = [...transitionsOf(zone, year), ...changesOf(shape, year)].map((change) => change.at);
  const times = [start, ...cuts.filter((cut) => cut > start && cut < start + YEAR_MS).sort((a, b) => a - b)];
  let sum = 0;
  for (const [i, time] of times.entries()) {
    const length = ((times[i + 1] ?? start + YEAR_MS) - time) / 1000;
    sum += Math.abs(offsetAt(zone, time) - shapeOffset(shape, time)) * length;
  }
  return sum;
}

/** Whether a zone's clocks are those of the shape in the year of a time. */
export function sameClocks(shape: ZoneShape, zone: string, at: number): boolean {
  if (!isZone(zone)) return false;
  if (apart(shape, zone, at) <= ALIKE) return true;
  // In a year in which a zone's rules change, it is told by what no rule can say all of.
  const told = shapeOf(zone, at);
  return told.standard === shape.standard && JSON.stringify(told.daylight) === JSON.stringify(shape.daylight);
}

/** Seasons in which zones are compared before they are looked at closely. */
function seasons(at: number): [number, number] {
  const year = new Date(at).getUTCFullYear();
  return [Date.UTC(year, 0, 15, 12), Date.UTC(year, 6, 15, 12)];
}

/**
 * The zone whose clocks are nearest to a shape among those that agree with it in January and in July; `named`, if it is
 * one of them, before all others. null where there is none.
 */
export function nearestZone(shape: ZoneShape, named: string | null, at: number): string | null {
  const times = seasons(at);
  const agrees = (zone: string) => times.every((time) => clockAt(zone, time) === shapeOffset(shape, time));
  if (named !== null && agrees(named)) return named;
  let best: { zone: string; apart: number } | null = null;
  for (const zone of new Set([...POPULAR, ...MAIN_ZONES, ...OTHERS])) {
    if (!agrees(zone)) continue;
    const distance = apart(shape, zone, at);
    if (best === null || distance < best.apart) best = { zone, apart: distance };
    if (distance === 0) break;
  }
  return best?.zone ?? null;
}
