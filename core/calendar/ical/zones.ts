import type { ICalComponent } from '../../../codecs/ical/index.ts';
import { formatLocal, parseLocal } from '../time/civil.ts';
import type { LocalDateTime } from '../types.ts';
import { localOf, utcOf } from '../zones/convert.ts';
import { zoneOf } from '../zones/names.ts';
import { type ICalTime, text } from './values.ts';
import { ZoneClocks } from './zone-clocks.ts';

/** Zones as one calendar names them. */
export class ZoneNames {
  readonly #definitions = new Map<string, ICalComponent>();
  readonly #named = new Map<string, string | null>();
  readonly #clocks = new Map<string, ZoneClocks>();

  constructor(calendar: ICalComponent) {
    for (const zone of calendar.components) {
      const tzid = zone.name === 'vtimezone' ? text(zone, 'tzid') : null;
      if (tzid !== null && !this.#definitions.has(tzid)) this.#definitions.set(tzid, zone);
    }
  }

  /**
   * The zone that a TZID means: by its name (IANA's, Windows', one behind a prefix), by the name that its definition gives
   * as well, by the nearest clocks to its definition in the year of `local`, by the distance to UTC that it had then. null
   * for one that nobody knows: floating.
   */
  resolve(tzid: string, local: LocalDateTime): string | null {
    const known = this.#named.get(tzid);
    const definition = this.#definitions.get(tzid);
    const named = known === undefined ? nameOf(tzid, definition) : known;
    this.#named.set(tzid, named);
    if (named !== null || definition === undefined) return named;
    const clocks = this.#clocks.get(tzid) ?? new ZoneClocks(definition);
    this.#clocks.set(tzid, clocks);
    return clocks.zoneAt(parseLocal(local) ?? 0);
  }
}

function nameOf(tzid: string, definition: ICalComponent | undefined): string | null {
  const alias = definition === undefined ? null : text(definition, 'x-lic-location');
  return zoneOf(tzid) ?? (alias === null ? null : zoneOf(alias));
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
