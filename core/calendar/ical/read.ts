import {
  type ICalComponent,
  type ICalLimits,
  type ICalWarning,
  type JCalComponent,
  type JCalProperty,
  parseICal,
} from '../../../codecs/ical/index.ts';
import { type CalendarDocument, zoneOfObject } from '../anchor.ts';
import { formatUtc, parseUtc } from '../time/civil.ts';
import { uidKey } from '../uid.ts';
import { type ReadContext, readObject } from './read-object.ts';
import { componentToJCal, toJCal } from './read-parts.ts';
import { readSeries, recurrenceIdOf } from './read-series.ts';
import { first, param, text, utc } from './values.ts';
import { ZoneNames } from './zones.ts';

export interface ReadICalOptions {
  /** Milliseconds since the epoch: when things changed that do not say it. 0. */
  now?: number;
  limits?: ICalLimits;
  /**
   * Changes of this and following (RANGE=THISANDFUTURE, RFC 5545 3.2.13) become documents of their own that say so, for
   * those who can apply them. Without it they are read as changes of one occurrence.
   */
  following?: boolean;
  /** It comes from the owner of the calendar, not from others: what only their copy says is believed. */
  ownCopy?: boolean;
}

export interface ReadICal {
  /** METHOD of the first calendar, in capitals, or null (RFC 5546). */
  method: string | null;
  prodId: string | null;
  /** X-WR-CALNAME or NAME of the first calendar. */
  name: string | null;
  /**
   * Events and tasks, one for each UID: a series with its changed occurrences. A changed occurrence that comes without its
   * series is a document of its own with `recurrenceId`, as in iTIP.
   */
  documents: CalendarDocument[];
  /** When what is said was said (DTSTAMP, RFC 5546 2.1.5), by place in `documents`; milliseconds since the epoch or null. */
  stamps: (number | null)[];
  /** Properties and components of calendars that are neither, as jCal, to be written again. */
  rest: { properties: JCalProperty[]; components: JCalComponent[] };
  /** What could not be read and was left out. */
  warnings: ICalWarning[];
}

const CALENDAR_PARTS = new Set(['version', 'prodid', 'method', 'calscale']);

/**
 * iCalendar (RFC 5545) as documents (RFC 8984). Bytes are read as UTF-8.
 * @throws ICalError (codecs/ical) for a text that is no calendar or beyond limits, with the line; RecurrenceTooLargeError.
 */
export function readICal(
  input: string | Uint8Array,
  { now = 0, limits, following = false, ownCopy = false }: ReadICalOptions = {},
): ReadICal {
  const source = typeof input === 'string' ? input : new TextDecoder('utf-8').decode(input);
  const { calendars, warnings } = parseICal(source, limits);
  const [main] = calendars;
  const result: ReadICal = {
    method: main === undefined ? null : (text(main, 'method')?.toUpperCase() ?? null),
    prodId: main === undefined ? null : text(main, 'prodid'),
    name: main === undefined ? null : (text(main, 'x-wr-calname') ?? text(main, 'name')),
    documents: [],
    stamps: [],
    rest: { properties: [], components: [] },
    warnings: [...warnings],
  };
  for (const calendar of calendars)
    readCalendar(calendar, { now: formatUtc(now), following, ownCopy }, result);
  return result;
}

interface Part {
  component: ICalComponent;
  document: CalendarDocument;
}

interface Reading {
  now: string;
  following: boolean;
  ownCopy: boolean;
}

function readCalendar(calendar: ICalComponent, reading: Reading, result: ReadICal): void {
  const { now, following, ownCopy } = reading;
  const prodId = text(calendar, 'prodid');
  const context: ReadContext = { zones: new ZoneNames(calendar), prodId, now, ownCopy };
  result.rest.properties.push(
    ...calendar.properties.filter(({ name }) => !CALENDAR_PARTS.has(name)).map(toJCal),
  );
  const groups = new Map<string, Part[]>();
  for (const component of calendar.components) {
    if (component.name === 'vtimezone') continue;
    if (component.name !== 'vevent' && component.name !== 'vtodo') {
      result.rest.components.push(componentToJCal(component));
      continue;
    }
    const uid = text(component, 'uid')?.trim() || madeUid(component);
    const document = readObject(component, uid, context);
    if (document === null) {
      result.warnings.push({ line: component.line, detail: 'an event without a start that can be read' });
      continue;
    }
    const key = `${component.name} ${uid}`;
    const parts = groups.get(key);
    if (parts === undefined) groups.set(key, [{ component, document }]);
    else parts.push({ component, document });
  }
  for (const parts of groups.values()) addGroup(parts, context, following, result);
}

function addGroup(parts: Part[], context: ReadContext, following: boolean, result: ReadICal): void {
  const isChange = ({ component }: Part) => first(component, 'recurrence-id') !== null;
  // Of several with one UID the newest is meant (RFC 5546 2.1.5).
  const masters = parts
    .filter((part) => !isChange(part))
    .sort((a, b) => (a.document.sequence ?? 0) - (b.document.sequence ?? 0));
  const master = masters.at(-1);
  const changes = parts.filter(isChange);
  const ranges = following ? changes.filter(({ component }) => isRange(component)) : [];
  if (master !== undefined) {
    const single = changes.filter((one) => !ranges.includes(one));
    result.documents.push(readSeries(master.document, master.component, single, context));
    result.stamps.push(parseUtc(utc(master.component, 'dtstamp')));
  }
  for (const { component, document } of master === undefined ? changes : ranges) {
    const zone = zoneOfObject(document);
    const id = recurrenceIdOf(component, zone, context);
    if (id === null) continue;
    const all = following && isRange(component) ? { 'waypost:following': true as const } : {};
    result.documents.push({ ...document, recurrenceId: id.local, recurrenceIdTimeZone: zone, ...all });
    result.stamps.push(parseUtc(utc(component, 'dtstamp')));
  }
}

/** RFC 5545 3.2.13: THISANDPRIOR of RFC 2445 is no more, and not to be guessed at. */
function isRange(component: ICalComponent): boolean {
  const property = first(component, 'recurrence-id');
  return property !== null && param(property, 'range')?.toUpperCase() === 'THISANDFUTURE';
}

/** The same for the same component, so that what is read twice is the same thing. */
function madeUid(component: ICalComponent): string {
  const parts = ['dtstart', 'due', 'summary', 'rrule', 'location'];
  const said = parts.map((name) => JSON.stringify(first(component, name)?.values ?? '')).join(' ');
  const hash = uidKey(said.padEnd(256)).split('#').at(-1) ?? '';
  return `${hash}@no-uid.invalid`;
}
