/**
 * What RFC 5545 and RFC 7986 have no property for: in Microsoft's words where there are such (MS-OXCICAL 2.1.3.1.1.20),
 * else in our own, as JSON that is percent-encoded, so that nobody escapes it again.
 */
import type { ICalComponent, ICalProperty } from '../../../codecs/ical/index.ts';
import type { CalendarEvent, CalendarObject, Location } from '../types.ts';
import { property } from './build.ts';
import { first, text } from './values.ts';

const NO_COUNTER = 'x-microsoft-disallow-counter';
const ONLINE = {
  conf: 'x-microsoft-onlinemeetingconflink',
  external: 'x-microsoft-onlinemeetingexternallink',
} as const;
/** MS-OXCICAL 2.1.3.1.1.20.41 and those that follow. */
const CONFERENCE = {
  type: 'x-ms-olk-conftype',
  workspace: 'x-ms-olk-mwsurl',
  show: 'x-ms-olk-netshowurl',
} as const;
const CONFERENCE_TYPES = ['NetMeeting', 'NetShow', 'Exchange'];
const LOCATIONS = 'x-waypost-locations';
const OWN_COPY = 'x-waypost-event';
/** Of a CONFERENCE: it is said by the links of the online meeting, too. */
export const OF_ONLINE_MEETING = 'x-waypost-online';

/** Properties that are written of an event by its own fields. */
export const OWN_WORDS: ReadonlySet<string> = new Set([
  ...[NO_COUNTER, ONLINE.conf, ONLINE.external, ...Object.values(CONFERENCE), LOCATIONS, OWN_COPY],
]);

const MAX_LENGTH = 60_000;
const MAX_TEXT = 4096;
const MAX_PLACES = 20;
const MAX_FORWARDEES = 100;

/** What only the copy of its owner says, and nobody else is told. */
const OF_COPY = [
  'waypost:response',
  'waypost:intendedBusy',
  'waypost:clientUid',
  'waypost:forwardees',
  'waypost:part',
] as const;
type OfCopy = Pick<CalendarEvent, (typeof OF_COPY)[number]>;

/** `ownCopy`: for the owner's eyes only. */
export function ownWords(event: CalendarEvent, ownCopy: boolean): ICalProperty[] {
  const { conf, external } = event['waypost:onlineMeeting'] ?? {};
  const link = external ?? conf;
  const copy = OF_COPY.filter((name) => event[name] !== undefined).map((name) => [name, event[name]]);
  return [
    ...(event['waypost:noCounter'] === true ? [property(NO_COUNTER, 'unknown', 'TRUE')] : []),
    ...(conf === undefined ? [] : [property(ONLINE.conf, 'unknown', escaped(conf))]),
    ...(external === undefined ? [] : [property(ONLINE.external, 'unknown', escaped(external))]),
    // RFC 7986 5.11, for those who do not read the others.
    ...(link !== undefined && /^[a-z][a-z0-9+.-]*:[!-~]*$/i.test(link)
      ? [property('conference', 'uri', link, { [OF_ONLINE_MEETING]: 'TRUE' })]
      : []),
    ...conferenceWords(event['waypost:conference']),
    ...(saidByStandard(event.locations) ? [] : [jsonProperty(LOCATIONS, event.locations)]),
    ...(ownCopy && copy.length > 0 ? [jsonProperty(OWN_COPY, Object.fromEntries(copy))] : []),
  ];
}

/** The same back. What is only in the owner's copy is not believed of others. */
export function readOwnWords(component: ICalComponent, ownCopy: boolean): Partial<CalendarEvent> {
  const conf = text(component, ONLINE.conf)?.slice(0, MAX_TEXT);
  const external = text(component, ONLINE.external)?.slice(0, MAX_TEXT);
  const places = soundPlaces(jsonOf(first(component, LOCATIONS)));
  return {
    ...(text(component, NO_COUNTER)?.toUpperCase() === 'TRUE' ? { 'waypost:noCounter': true as const } : {}),
    ...(conf || external
      ? { 'waypost:onlineMeeting': { ...(conf ? { conf } : {}), ...(external ? { external } : {}) } }
      : {}),
    ...readConference(component),
    // Somebody who did not know it may have said another place since.
    ...(places !== null && namesOf(places) === (text(component, 'location') ?? '')
      ? { locations: places }
      : {}),
    ...(ownCopy ? soundCopy(jsonOf(first(component, OWN_COPY))) : {}),
  };
}

function conferenceWords(said: CalendarEvent['waypost:conference']): ICalProperty[] {
  const { type, workspace, show } = said ?? {};
  return [
    ...(type === undefined ? [] : [property(CONFERENCE.type, 'unknown', CONFERENCE_TYPES[type] ?? '')]),
    ...(workspace === undefined ? [] : [property(CONFERENCE.workspace, 'unknown', escaped(workspace))]),
    ...(show === undefined ? [] : [property(CONFERENCE.show, 'unknown', escaped(show))]),
  ];
}

function readConference(component: ICalComponent): Pick<CalendarEvent, 'waypost:conference'> {
  const type = CONFERENCE_TYPES.indexOf(text(component, CONFERENCE.type) ?? '');
  const workspace = text(component, CONFERENCE.workspace)?.slice(0, MAX_TEXT);
  const show = text(component, CONFERENCE.show)?.slice(0, MAX_TEXT);
  if (type < 0 && !workspace && !show) return {};
  return {
    'waypost:conference': {
      ...(type < 0 ? {} : { type: type as 0 | 1 | 2 }),
      ...(workspace ? { workspace } : {}),
      ...(show ? { show } : {}),
    },
  };
}

/** LOCATION: the names of all places. */
export function namesOf(locations: CalendarObject['locations']): string {
  const names = Object.values(locations ?? {}).map(({ name }) => name ?? '');
  return names.filter((name) => name !== '').join('; ');
}

/** Whether LOCATION and GEO say all of it. */
function saidByStandard(locations: CalendarObject['locations']): boolean {
  const entries = Object.entries(locations ?? {});
  const [[key, place] = []] = entries;
  if (place === undefined) return true;
  const others = Object.keys(place).filter((name) => !['@type', 'name', 'coordinates'].includes(name));
  const { name, coordinates } = place;
  const [, lat, lon] = /^geo:([^,]+),([^,]+)$/.exec(coordinates ?? '') ?? [];
  const isPlain = coordinates === undefined || (String(Number(lat)) === lat && String(Number(lon)) === lon);
  return entries.length === 1 && key === '1' && others.length === 0 && name !== '' && isPlain;
}

function escaped(value: string): string {
  return value.replace(/[\\;,]/g, '\\$&').replace(/\r\n?|\n/g, '\\n');
}

function jsonProperty(name: string, value: unknown): ICalProperty {
  return property(name, 'unknown', encodeURIComponent(JSON.stringify(value).toWellFormed()));
}

function jsonOf(found: ICalProperty | null): unknown {
  const value = found?.values[0];
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return null;
  try {
    return JSON.parse(decodeURIComponent(value));
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}

const PLACE_TEXTS = ['name', 'description', 'coordinates', 'timeZone'];
const ADDRESS_NUMBERS = ['accuracy', 'altitude', 'altitudeAccuracy'];

function soundPlaces(value: unknown): Record<string, Location> | null {
  if (!isRecord(value)) return null;
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.length > MAX_PLACES) return null;
  return entries.every(([, place]) => isSoundPlace(place)) ? (value as Record<string, Location>) : null;
}

function isSoundPlace(value: unknown): boolean {
  if (!isRecord(value) || value['@type'] !== 'Location') return false;
  const { 'waypost:address': address = {}, '@type': _, ...rest } = value;
  const isSound = Object.entries(rest).every(([name, one]) => PLACE_TEXTS.includes(name) && isText(one));
  return isSound && isRecord(address) && Object.entries(address).every(isSoundLine);
}

function isSoundLine([name, value]: [string, unknown]): boolean {
  return ADDRESS_NUMBERS.includes(name) ? Number.isFinite(value) : isText(value);
}

const RESPONSES = ['organizer', 'tentative', 'accepted', 'declined', 'none'];
const BUSY = ['free', 'tentative', 'busy', 'oof', 'elsewhere'];
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const SOUND: { [K in keyof OfCopy]-?: (value: unknown) => boolean } = {
  'waypost:response': (value) =>
    isRecord(value) &&
    RESPONSES.some((one) => one === value['type']) &&
    (value['at'] === undefined || (typeof value['at'] === 'string' && UTC.test(value['at']))),
  'waypost:intendedBusy': (value) => BUSY.some((one) => one === value),
  'waypost:clientUid': isText,
  'waypost:forwardees': (value) =>
    Array.isArray(value) &&
    value.length <= MAX_FORWARDEES &&
    value.every((one: unknown) => isRecord(one) && isText(one['name']) && isText(one['email'])),
  'waypost:part': (value) =>
    isRecord(value) &&
    (value['uid'] === undefined || isText(value['uid'])) &&
    (value['later'] === undefined || Number.isSafeInteger(value['later'])),
};

function soundCopy(value: unknown): Partial<OfCopy> {
  if (!isRecord(value)) return {};
  const sound = OF_COPY.filter((name) => value[name] !== undefined && SOUND[name](value[name]));
  return Object.fromEntries(sound.map((name) => [name, value[name]])) as Partial<OfCopy>;
}
