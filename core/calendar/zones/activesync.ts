import { fixedZone } from './fixed.ts';
import { windowsZoneOf, zoneOf } from './names.ts';
import { nearestZone, sameClocks } from './nearest.ts';
import { type ChangeRule, shapeOf, type ZoneShape } from './shape.ts';

const SIZE = 172;
/** Offsets of the fields of MS-ASDTYPE 2.7.6. */
const STANDARD_NAME = 4;
const STANDARD_DATE = 68;
const STANDARD_BIAS = 84;
const DAYLIGHT_NAME = 88;
const DAYLIGHT_DATE = 152;
const DAYLIGHT_BIAS = 168;
const NAME_UNITS = 32;

/**
 * The time-zone structure of ActiveSync (MS-ASDTYPE 2.7.6) as base64, for the year of `at` (milliseconds since the epoch).
 * Total: an unknown zone is UTC.
 */
export function writeTimeZone(zone: string, at: number): string {
  const shape = shapeOf(zone, at);
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  const name = windowsZoneOf(zone) ?? zone;
  view.setInt32(0, -Math.round(shape.standard / 60), true);
  writeName(view, STANDARD_NAME, name);
  writeName(view, DAYLIGHT_NAME, name.replace('Standard Time', 'Daylight Time'));
  if (shape.daylight !== null) {
    writeDate(view, STANDARD_DATE, shape.daylight.ends);
    writeDate(view, DAYLIGHT_DATE, shape.daylight.begins);
    view.setInt32(DAYLIGHT_BIAS, -Math.round((shape.daylight.offset - shape.standard) / 60), true);
  }
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function writeName(view: DataView, offset: number, name: string): void {
  for (let i = 0; i < Math.min(name.length, NAME_UNITS - 1); i++) {
    view.setUint16(offset + 2 * i, name.charCodeAt(i), true);
  }
}

function writeDate(view: DataView, offset: number, rule: ChangeRule): void {
  const fields = [
    0,
    rule.month,
    rule.weekday,
    rule.week,
    Math.floor(rule.time / 3600),
    Math.floor(rule.time / 60) % 60,
  ];
  for (const [i, value] of fields.entries()) view.setUint16(offset + 2 * i, value, true);
  view.setUint16(offset + 12, rule.time % 60, true);
}

/** What the structure itself says. */
export interface TimeZoneStructure extends ZoneShape {
  name: string;
}

/** null when it is no such structure. Dates that are none are left out, and then the clocks stay as they are. */
export function parseTimeZone(base64: string): TimeZoneStructure | null {
  let binary: string;
  try {
    binary = atob(base64.slice(0, 1024).replace(/\s+/g, ''));
  } catch {
    return null;
  }
  if (binary.length < SIZE) return null;
  const view = new DataView(Uint8Array.from(binary, (unit) => unit.charCodeAt(0)).buffer);
  const bias = view.getInt32(0, true);
  const standard = offsetOf(bias + view.getInt32(STANDARD_BIAS, true));
  const ends = readDate(view, STANDARD_DATE);
  const begins = readDate(view, DAYLIGHT_DATE);
  const offset = offsetOf(bias + view.getInt32(DAYLIGHT_BIAS, true));
  const changes = ends !== null && begins !== null && offset !== standard;
  return {
    name: readName(view, STANDARD_NAME),
    standard,
    daylight: changes ? { offset, begins, ends } : null,
  };
}

/** Minutes behind UTC as seconds ahead of it; what is out of all reason is UTC. */
function offsetOf(bias: number): number {
  return Math.abs(bias) > 16 * 60 || bias === 0 ? 0 : -bias * 60;
}

function readName(view: DataView, offset: number): string {
  let name = '';
  for (let i = 0; i < NAME_UNITS; i++) {
    const unit = view.getUint16(offset + 2 * i, true);
    if (unit === 0) break;
    name += String.fromCharCode(unit);
  }
  return name.toWellFormed();
}

function readDate(view: DataView, offset: number): ChangeRule | null {
  const at = (i: number) => view.getUint16(offset + 2 * i, true);
  let [month, weekday, week] = [at(1), at(2), at(3)];
  let time = at(4) * 3600 + at(5) * 60 + at(6);
  // Some devices mix the day and the weekday up.
  if (weekday > 6 && week <= 6) [weekday, week] = [week, weekday];
  if (month < 1 || month > 12 || weekday > 6 || week < 1) return null;
  // Windows says midnight as the last moment of the day before.
  if (time === 86_399) time = 86_400;
  if (time > 86_400) return null;
  return { month, weekday, week: Math.min(week, 5), time };
}

/** What is known of a zone beside the structure. */
export interface ZoneHints {
  /** Zones that win where rules are the same: that of the event before, that of the user. */
  prefer?: readonly string[];
  /** A time in the year that the structure speaks of, milliseconds since the epoch: that of the event. */
  at: number;
}

/**
 * The zone that a structure of ActiveSync means: the preferred one if its clocks are the same, then the one that is named
 * in it, then one with the same clocks, then the nearest, or a fixed distance to UTC. null only where the text is no such
 * structure.
 */
export function readTimeZone(base64: string, { prefer = [], at }: ZoneHints): string | null {
  const structure = parseTimeZone(base64);
  if (structure === null) return null;
  for (const zone of prefer) if (sameClocks(structure, zone, at)) return zone;
  const named = structure.name === '' ? null : zoneOf(structure.name);
  if (named !== null && sameClocks(structure, named, at)) return named;
  return nearestZone(structure, named, at) ?? fixedZone(structure.standard);
}
