import { child, children } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { WINDOWS_ZONES, zoneOf, zonesOfWindows } from '../../../core/calendar/zones/names.ts';
import { zoneDefinition, zoneNames } from '../calendar/zone-definition.ts';
import { displayNameOf } from '../calendar/zone-names.ts';
import type { Operation } from '../context.ts';
import { SchemaError } from '../errors.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_IDS = 200;
/** Of a few zones their history is told, of many the rules of this year. */
const FEW = 10;
/** The year in which Windows began to keep rules by the year. */
const FIRST_YEAR = 2007;
const YEARS_AHEAD = 3;

/** All zones in a year: some hundred thousand times are compared for them, and they stay the same. */
let all: { year: number; zones: XmlObject[] } | null = null;

function allZones(year: number): XmlObject[] {
  if (all?.year !== year) all = { year, zones: WINDOWS_ZONES.flatMap((id) => definitionOf(id, [year])) };
  return all.zones;
}

function definitionOf(id: string, years: readonly number[] | null): XmlObject[] {
  const main = zonesOfWindows(id)[0];
  const zone = main ?? zoneOf(id);
  if (zone === null) return [];
  const names =
    main === undefined || id === 'UTC' ? zoneNames(zone) : { '@Id': id, '@Name': displayNameOf(id, zone) };
  return [years === null ? { ...names } : zoneDefinition(zone, years, names)];
}

/** GetServerTimeZones (MS-OXWSGTZ 3.1.4.1): every zone of Windows, or those that are named. */
export const getServerTimeZones: Operation = async (request, context) => {
  const list = child(request, 'Ids');
  const named = children(list, 'Id').map(({ text }) => text.trim());
  const isFull = !/^(?:false|0)$/.test(request.attributes['ReturnFullTimeZoneData'] ?? 'true');
  const year = new Date(context.services.now()).getUTCFullYear();
  return eachMessage(context, 'GetServerTimeZonesResponseMessage', [named], async (ids) => {
    if (ids.length > MAX_IDS) throw new SchemaError(`at most ${MAX_IDS} time zones may be named.`);
    if (list === null && isFull) return { TimeZoneDefinitions: { TimeZoneDefinition: allZones(year) } };
    const zones = list === null ? WINDOWS_ZONES : [...new Set(ids)];
    const first = zones.length <= FEW ? FIRST_YEAR : year;
    const last = zones.length <= FEW ? year + YEARS_AHEAD : year;
    const years = isFull ? Array.from({ length: last - first + 1 }, (_, n) => first + n) : null;
    const TimeZoneDefinition = zones.flatMap((id) => definitionOf(id, years));
    return { TimeZoneDefinitions: { TimeZoneDefinition } };
  });
};
