import type { ICalComponent, ICalProperty } from '../../../codecs/ical/index.ts';
import type { CalendarDocument } from '../anchor.ts';
import { parseLocal } from '../time/civil.ts';
import { formatDuration, parseDuration } from '../time/duration.ts';
import type { CalendarEvent, CalendarObject, CalendarTask } from '../types.ts';
import { utcOf } from '../zones/convert.ts';
import { durationBetween } from '../zones/local-time.ts';
import { OWN_WORDS, readOwnWords } from './own-words.ts';
import { componentToJCal, readAlerts, readLinks, readPlaces, toJCal } from './read-parts.ts';
import { readPeople } from './read-people.ts';
import { all, first, type ICalTime, param, readTime, text, textOf, utc, wholeNumber } from './values.ts';
import { localIn, type ZoneNames, zoneOfTime } from './zones.ts';

/** Properties that have a place in a document. All others are kept as they are. */
const KNOWN = new Set(
  `attach attendee categories class color completed conference created description dtend dtstamp dtstart due duration exdate
  exrule geo last-modified location organizer percent-complete priority rdate recurrence-id related-to rrule sequence status
  summary transp uid url x-alt-desc x-microsoft-cdo-alldayevent x-microsoft-cdo-busystatus`.split(/\s+/),
);
/** Parameters that are told by the document itself. */
const KNOWN_PARAMS = new Set(['tzid', 'value', 'fmttype', 'x-waypost-zone', 'x-vobj-original-tzid']);
const ONCE = ['summary', 'description', 'location', 'url', 'geo', 'dtstart', 'status', 'class', 'x-alt-desc'];
const BUSY = {
  FREE: 'free',
  TENTATIVE: 'tentative',
  BUSY: 'busy',
  OOF: 'oof',
  WORKINGELSEWHERE: 'elsewhere',
} as const;

export interface ReadContext {
  zones: ZoneNames;
  prodId: string | null;
  /** UTCDateTime of what does not say when it was changed. */
  now: string;
  /** It comes from the owner of the calendar: what only their copy says is believed. */
  ownCopy: boolean;
}

function time(component: ICalComponent, name: string): ICalTime | null {
  const property = first(component, name);
  return property === null ? null : readTime(property.values[0], property);
}

/** What events and tasks share, without times and recurrence. */
function common(component: ICalComponent, context: ReadContext): Omit<CalendarObject, 'uid'> {
  const html = all(component, 'x-alt-desc').find((one) => /html/i.test(param(one, 'fmttype') ?? ''));
  const description = html === undefined ? text(component, 'description') : textOf(html);
  const keywords = all(component, 'categories').flatMap(({ values }) =>
    values.map(String).filter((word) => word !== ''),
  );
  const priority = wholeNumber(component, 'priority');
  const sequence = wholeNumber(component, 'sequence');
  const created = utc(component, 'created');
  const privacy = privacyOf(text(component, 'class')?.trim().toUpperCase() ?? '');
  const busy = freeBusy(component);
  const color = text(component, 'color');
  const title = text(component, 'summary');
  const links = readLinks(component);
  const alerts = readAlerts(component);
  const related = relations(component);
  return {
    ...(context.prodId === null ? {} : { prodId: context.prodId }),
    ...(created === null ? {} : { created }),
    updated: utc(component, 'last-modified') ?? utc(component, 'dtstamp') ?? context.now,
    ...(sequence === null || sequence <= 0 ? {} : { sequence }),
    ...(title === null ? {} : { title }),
    ...(description === null ? {} : { description }),
    ...(html === undefined ? {} : { descriptionContentType: 'text/html' }),
    ...readPlaces(component),
    ...(Object.keys(links).length === 0 ? {} : { links }),
    ...(Object.keys(related).length === 0 ? {} : { relatedTo: related }),
    ...(keywords.length === 0
      ? {}
      : { keywords: Object.fromEntries(keywords.map((word) => [word, true as const])) }),
    ...(color === null ? {} : { color }),
    ...(priority === null || priority < 1 || priority > 9 ? {} : { priority }),
    ...busy,
    ...(privacy === undefined ? {} : { privacy }),
    ...readPeople(component),
    ...(Object.keys(alerts).length === 0 ? {} : { alerts }),
    ...unknown(component),
  };
}

/** Words that nobody knows are as good as PRIVATE (RFC 5545 3.8.1.3). */
function privacyOf(word: string): CalendarObject['privacy'] {
  if (word === 'CONFIDENTIAL') return 'secret';
  if (word === '') return undefined;
  return word === 'PUBLIC' ? 'public' : 'private';
}

function freeBusy(component: ICalComponent): Pick<CalendarEvent, 'freeBusyStatus' | 'waypost:busy'> {
  const finer =
    BUSY[(text(component, 'x-microsoft-cdo-busystatus') ?? '').toUpperCase() as keyof typeof BUSY];
  const transparent = text(component, 'transp')?.toUpperCase();
  const free = transparent === undefined ? finer === 'free' : transparent === 'TRANSPARENT';
  return {
    ...(free
      ? { freeBusyStatus: 'free' as const }
      : transparent === 'OPAQUE'
        ? { freeBusyStatus: 'busy' as const }
        : {}),
    ...(finer === undefined ? {} : { 'waypost:busy': finer }),
  };
}

function relations(component: ICalComponent): NonNullable<CalendarObject['relatedTo']> {
  const related: NonNullable<CalendarObject['relatedTo']> = {};
  for (const property of all(component, 'related-to')) {
    const relation = (param(property, 'reltype') ?? 'parent').toLowerCase();
    const uid = textOf(property) ?? '';
    if (uid !== '')
      related[uid] = { '@type': 'Relation', relation: { ...related[uid]?.relation, [relation]: true } };
  }
  return related;
}

function unknown(component: ICalComponent): Pick<CalendarObject, 'waypost:ical'> {
  const isKnown = (name: string) => KNOWN.has(name) || (component.name === 'vevent' && OWN_WORDS.has(name));
  const properties = component.properties.filter(({ name }) => !isKnown(name)).map(toJCal);
  const components = component.components.filter(({ name }) => name !== 'valarm').map(componentToJCal);
  const params: Record<string, ICalProperty['params']> = {};
  for (const name of ONCE) {
    const rest = Object.entries(first(component, name)?.params ?? {}).filter(
      ([key]) => !KNOWN_PARAMS.has(key),
    );
    if (rest.length > 0) params[name] = Object.fromEntries(rest);
  }
  const some = Object.keys(params).length > 0;
  if (properties.length + components.length === 0 && !some) return {};
  return {
    'waypost:ical': {
      properties,
      ...(components.length > 0 ? { components } : {}),
      ...(some ? { params } : {}),
    },
  };
}

/** An event or a task from its component, without its recurrence. null without the times that it needs. */
export function readObject(
  component: ICalComponent,
  uid: string,
  context: ReadContext,
): CalendarDocument | null {
  const shared = { uid, ...common(component, context) };
  return component.name === 'vtodo'
    ? readTask(component, shared, context)
    : readEvent(component, shared, context);
}

function readEvent(
  component: ICalComponent,
  shared: CalendarObject,
  { zones, ownCopy }: ReadContext,
): CalendarEvent | null {
  // A cancellation may say no more of an occurrence than which one it is (RFC 5546 3.2.5).
  const begin = first(component, 'dtstart') === null ? 'recurrence-id' : 'dtstart';
  const start = time(component, begin);
  if (start === null) return null;
  const zone = start.isDate ? param(first(component, begin), 'x-waypost-zone') : zoneOfTime(start, zones);
  const midnight = start.local.endsWith('T00:00:00');
  const allDay =
    start.isDate || (midnight && text(component, 'x-microsoft-cdo-alldayevent')?.toUpperCase() === 'TRUE');
  const duration = durationOf(component, start, zone, zones);
  const statuses = { CONFIRMED: 'confirmed', CANCELLED: 'cancelled', TENTATIVE: 'tentative' } as const;
  const status = statuses[(text(component, 'status') ?? '').toUpperCase() as keyof typeof statuses];
  return {
    '@type': 'Event',
    ...shared,
    start: start.local,
    timeZone: zone,
    ...(duration === 'PT0S' ? {} : { duration }),
    ...(allDay ? { showWithoutTime: true } : {}),
    ...(status === undefined ? {} : { status }),
    ...(text(component, 'class')?.toUpperCase() === 'X-PERSONAL'
      ? { 'waypost:sensitivity': 'personal' as const }
      : {}),
    ...readOwnWords(component, ownCopy),
  };
}

/** From DTSTART to DTEND, or DURATION; a date alone is all of its day (RFC 5545 3.6.1). */
function durationOf(
  component: ICalComponent,
  start: ICalTime,
  zone: string | null,
  zones: ZoneNames,
): string {
  const span = parseDuration(text(component, 'duration'));
  if (span !== null)
    return formatDuration({ days: Math.max(0, span.days), seconds: Math.max(0, span.seconds) });
  const end = time(component, 'dtend');
  const begin = parseLocal(start.local) ?? 0;
  if (start.isDate) {
    const days = end === null ? 1 : Math.ceil(((parseLocal(end.local) ?? begin) - begin) / 86_400);
    return formatDuration({ days: Math.max(1, days), seconds: 0 });
  }
  if (end === null) return 'PT0S';
  const at = zone ?? 'Etc/UTC';
  const ends = parseLocal(localIn(end, zoneOfTime(end, zones) ?? at, zones)) ?? begin;
  return durationBetween(utcOf(begin, at), utcOf(ends, zoneOfTime(end, zones) ?? at), at);
}

function readTask(component: ICalComponent, shared: CalendarObject, { zones }: ReadContext): CalendarTask {
  const start = time(component, 'dtstart');
  const due = time(component, 'due');
  const anchor = start ?? due;
  const zone = anchor === null ? null : zoneOfTime(anchor, zones);
  const percent = wholeNumber(component, 'percent-complete');
  const completed = utc(component, 'completed');
  const states = {
    'NEEDS-ACTION': 'needs-action',
    'IN-PROCESS': 'in-process',
    COMPLETED: 'completed',
    CANCELLED: 'cancelled',
  } as const;
  const said = states[(text(component, 'status') ?? '').toUpperCase() as keyof typeof states];
  const progress = said ?? (completed === null ? undefined : 'completed');
  const duration = parseDuration(text(component, 'duration'));
  return {
    '@type': 'Task',
    ...shared,
    ...(anchor === null ? {} : { timeZone: zone }),
    ...(start === null ? {} : { start: start.local }),
    ...(due === null ? {} : { due: localIn(due, zone, zones) }),
    ...(duration === null ? {} : { estimatedDuration: formatDuration(duration) }),
    ...(anchor?.isDate === true ? { showWithoutTime: true } : {}),
    ...(percent === null || percent < 0 || percent > 100 ? {} : { percentComplete: percent }),
    ...(progress === undefined ? {} : { progress }),
    ...(completed === null ? {} : { progressUpdated: completed }),
  };
}
