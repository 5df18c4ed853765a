import { child, el, textOf, type WbxmlElement, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import type { CalendarEvent, Location } from '../../../../core/calendar/types.ts';
import { sameJson } from '../../../../core/scheduling/equal.ts';
import { atLeast, type Version } from '../../http/versions.ts';

const MAX_TEXT = 4096;
/** Children of the structure that are texts (MS-ASAIRS 2.2.2.28). */
const TEXTS = [
  ['annotation', 'Annotation'],
  ['street', 'Street'],
  ['city', 'City'],
  ['state', 'State'],
  ['country', 'Country'],
  ['postalCode', 'PostalCode'],
] as const;
const NUMBERS = [
  ['accuracy', 'Accuracy'],
  ['altitude', 'Altitude'],
  ['altitudeAccuracy', 'AltitudeAccuracy'],
] as const;
const GEO = /^geo:(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)/i;

type Locations = CalendarEvent['locations'];

/** The one place that a device shows; an event of other origin can have more. */
function shownOf(locations: Locations): [string, Location] | undefined {
  return Object.entries(locations ?? {})[0];
}

/** Calendar:Location up to 14.1, AirSyncBase:Location from 16.0 on; null where there is no place. */
export function locationElement(
  { locations }: Pick<CalendarEvent, 'locations'>,
  version: Version,
): WbxmlNode | null {
  const location = shownOf(locations)?.[1];
  if (location === undefined) return null;
  if (!atLeast(version, '16.0')) {
    return location.name === undefined || location.name === ''
      ? null
      : el('Calendar:Location', location.name);
  }
  const address = location['waypost:address'] ?? {};
  const [, latitude, longitude] = GEO.exec(location.coordinates ?? '') ?? [];
  const optional = (name: string, value: string | number | undefined) =>
    value === undefined || value === '' ? null : el(`AirSyncBase:${name}`, value);
  return el(
    'AirSyncBase:Location',
    optional('DisplayName', location.name),
    TEXTS.flatMap(([key, name]) => optional(name, address[key]) ?? []),
    optional('Latitude', latitude),
    optional('Longitude', longitude),
    NUMBERS.flatMap(([key, name]) => optional(name, address[key]) ?? []),
    optional('LocationUri', address.locationUri),
  );
}

/** The tag that a version uses. */
export function locationTag(version: Version): string {
  return atLeast(version, '16.0') ? 'AirSyncBase:Location' : 'Calendar:Location';
}

/** The places of an event after what a device says of the one that it shows. An empty element takes it away. */
export function takeLocation(
  data: WbxmlElement,
  locations: Locations,
  version: Version,
): Locations | 'absent' | 'invalid' {
  const element = child(data, locationTag(version));
  if (element === undefined) return 'absent';
  const shown = shownOf(locations);
  const taken = atLeast(version, '16.0') ? readStructure(element, shown?.[1]) : readName(element, shown?.[1]);
  return taken === 'invalid' ? taken : withLocation(locations, taken);
}

/** The places of an event without the one that a device shows, or with another in its stead. */
export function withLocation(locations: Locations, location: Location | null): Locations {
  const shown = shownOf(locations);
  const others = Object.entries(locations ?? {}).slice(1);
  if (location === null) return others.length === 0 ? undefined : Object.fromEntries(others);
  return { [shown?.[0] ?? freeKey(locations)]: location, ...Object.fromEntries(others) };
}

function freeKey(locations: Locations): string {
  let n = 1;
  while (locations?.[String(n)] !== undefined) n++;
  return String(n);
}

/** Another name is another place: nothing of the old one stays. */
function readName(element: WbxmlElement, before: Location | undefined): Location | null {
  const name = element.text.slice(0, MAX_TEXT);
  if (name === '') return null;
  return before !== undefined && before.name === name ? before : { '@type': 'Location', name };
}

function readStructure(element: WbxmlElement, before: Location | undefined): Location | null | 'invalid' {
  const text = (name: string) => textOf(element, `AirSyncBase:${name}`)?.slice(0, MAX_TEXT) || undefined;
  const address: NonNullable<Location['waypost:address']> = {};
  for (const [key, name] of TEXTS) {
    const value = text(name);
    if (value !== undefined) address[key] = value;
  }
  for (const [key, name] of NUMBERS) {
    const value = text(name);
    if (value === undefined) continue;
    const number = Number(value);
    if (!Number.isFinite(number)) return 'invalid';
    address[key] = number;
  }
  const uri = text('LocationUri');
  if (uri !== undefined) address.locationUri = uri;
  const name = text('DisplayName');
  const [latitude, longitude] = [text('Latitude'), text('Longitude')];
  const coordinates =
    latitude === undefined || longitude === undefined ? undefined : `geo:${latitude},${longitude}`;
  if (coordinates !== undefined && !GEO.test(coordinates)) return 'invalid';
  if (name === undefined && coordinates === undefined && Object.keys(address).length === 0) return null;
  const said: Location = {
    '@type': 'Location',
    ...(name === undefined ? {} : { name }),
    ...(coordinates === undefined ? {} : { coordinates }),
    ...(Object.keys(address).length === 0 ? {} : { 'waypost:address': address }),
  };
  if (before === undefined) return said;
  // What the structure has no word for belongs to the place as long as it is the same one.
  const place = (one: Location) => [
    one.name,
    GEO.exec(one.coordinates ?? '')?.[0],
    one['waypost:address'] ?? {},
  ];
  return sameJson(place(before), place(said)) ? before : said;
}
