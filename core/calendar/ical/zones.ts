import type { ICalComponent } from '../../../codecs/ical/index.ts';
import { DAY, formatLocal, parseLocal } from '../time/civil.ts';
import type { LocalDateTime } from '../types.ts';
import { localOf, utcOf } from '../zones/convert.ts';
import { fixedZone } from '../zones/fixed.ts';
import { zoneOf } from '../zones/names.ts';
import { nearestZone } from '../zones/nearest.ts';
import type { ChangeRule, ZoneShape } from '../zones/shape.ts';
import { first, type ICalTime, readTime, text } from './values.ts';

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** Zones as one calendar names them. */
export class ZoneNames {
  readonly #definitions = new Map<string, ICalComponent>();
  readonly #found = new Map<string, string | null>();

  constructor(calendar: ICalComponent) {
    for (const zone of calendar.components) {
      const tzid = zone.name === 'vtimezone' ? text(zone, 'tzid') : null;
      if (tzid !== null && !this.#definitions.has(tzid)) this.#definitions.set(tzid, zone);
    }
  }

  /**
   * The zone that a TZID means: by its name (IANA's, Windows', one behind a prefix), by the name that its definition gives
   * as well, by the nearest clocks to its definition in the year of `local`. null for one that nobody knows: floating.
   */
  resolve(tzid: string, local: LocalDateTime): string | null {
    const year = local.slice(0, 4);
    const key = `${year} ${tzid}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const definition = this.#definitions.get(tzid);
    const alias = definition === undefined ? null : text(definition, 'x-lic-location');
    const found =
      zoneOf(tzid) ??
      (alias === null ? null : zoneOf(alias)) ??
      (definition === undefined ? null : byClocks(definition, parseLocal(local) ?? 0));
    this.#found.set(key, found);
    return found;
  }
}

interface Observance {
  offset: number;
  onset: number;
  rule: ChangeRule | null;
}

function byClocks(zone: ICalComponent, local: number): string | null {
  const standard = observanceAt(zone, 'standard', local);
  const daylight = observanceAt(zone, 'daylight', local);
  const base = standard ?? daylight;
  if (base === null) return null;
  const shape: ZoneShape = { standard: base.offset, daylight: null };
  if (standard?.rule && daylight?.rule && standard.offset !== daylight.offset) {
    shape.daylight = { offset: daylight.offset, begins: daylight.rule, ends: standard.rule };
  }
  return nearestZone(shape, null, local * 1000) ?? fixedZone(shape.standard);
}

/** What is in force at a time, of the observances of a kind; the first one before all of them. */
function observanceAt(zone: ICalComponent, kind: string, local: number): Observance | null {
  const found = zone.components.filter(({ name }) => name === kind).flatMap((one) => observance(one) ?? []);
  found.sort((a, b) => a.onset - b.onset);
  // Rules of this year may begin later in it.
  return found.findLast(({ onset }) => onset <= local + 366 * DAY) ?? found[0] ?? null;
}

function observance(component: ICalComponent): Observance | null {
  const offset = /^([+-])(\d{2}):?(\d{2})(?::?\d{2})?$/.exec(text(component, 'tzoffsetto') ?? '');
  const start = first(component, 'dtstart');
  const onset = start === null ? null : parseLocal(readTime(start.values[0], start)?.local);
  if (offset === null || onset === null) return null;
  const seconds = (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 3600 + Number(offset[3]) * 60);
  const recur = first(component, 'rrule')?.values[0];
  return { offset: seconds || 0, onset, rule: yearlyChange(recur, ((onset % DAY) + DAY) % DAY) };
}

/** `FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU`, also as a span of days of the month; null for other rules. */
function yearlyChange(recur: unknown, time: number): ChangeRule | null {
  if (typeof recur !== 'object' || recur === null) return null;
  const { bymonth, byday, bymonthday }: { bymonth?: unknown; byday?: unknown; bymonthday?: unknown } = recur;
  const day = /^([+-]?\d)?(SU|MO|TU|WE|TH|FR|SA)$/.exec(
    Array.isArray(byday) ? String(byday[0]) : String(byday),
  );
  const month = Number(Array.isArray(bymonth) ? bymonth[0] : bymonth);
  if (day === null || !Number.isInteger(month) || month < 1 || month > 12) return null;
  const days = Array.isArray(bymonthday) ? bymonthday.map(Number) : [];
  const nth = day[1] === undefined ? Math.ceil(Math.min(...days) / 7) : Number(day[1]);
  if (!Number.isFinite(nth) || nth === 0) return null;
  return { month, weekday: WEEKDAYS.indexOf(day[2] ?? 'SU'), week: nth < 0 || nth > 4 ? 5 : nth, time };
}

/** A time of iCalendar as local time of a zone; null is floating. */
export function localIn(time: ICalTime, zone: string | null, zones: ZoneNames): LocalDateTime {
  if (time.isDate || zone === null) return time.local;
  const own = time.isUtc ? 'Etc/UTC' : time.tzid === null ? null : zones.resolve(time.tzid, time.local);
  if (own === null || own === zone) return time.local;
  return formatLocal(localOf(utcOf(parseLocal(time.local) ?? 0, own), zone));
}

/** The zone that a time of iCalendar says it is in; null is floating. */
export function zoneOfTime(time: ICalTime, zones: ZoneNames): string | null {
  if (time.isDate) return null;
  return time.isUtc ? 'Etc/UTC' : time.tzid === null ? null : zones.resolve(time.tzid, time.local);
}
