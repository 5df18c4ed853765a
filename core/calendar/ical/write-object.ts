import type { ICalComponent, ICalProperty } from '../../../codecs/ical/index.ts';
import { htmlToText } from '../../../codecs/text/index.ts';
import { type CalendarDocument, zoneOfObject } from '../anchor.ts';
import { busyOf } from '../marks.ts';
import { DAY, formatLocal, parseLocal } from '../time/civil.ts';
import { formatDuration, parseDuration, spanOrNothing } from '../time/duration.ts';
import type { Alert, CalendarEvent, CalendarTask, Link } from '../types.ts';
import { utcOf } from '../zones/convert.ts';
import { durationBetween, localTime } from '../zones/local-time.ts';
import {
  component,
  componentFromJCal,
  fromJCal,
  type Params,
  property,
  type TimeForm,
  timeProperty,
  utcProperty,
} from './build.ts';
import { namesOf, OWN_WORDS, ownWords } from './own-words.ts';
import { peopleProperties } from './write-people.ts';

export interface WriteContext {
  /** DTSTAMP, UTCDateTime. */
  stamp: string | null;
  /** What is written for a link: another address, a `data:` URI with the file in it, or null for nothing. */
  link: (link: Link) => string | null;
  /** It is the owner's: what only their copy says is written, too. */
  ownCopy: boolean;
  /** Every event says how it takes the time of its owner, an ordinary one too. */
  busy: boolean;
}

const BUSY = {
  free: 'FREE',
  tentative: 'TENTATIVE',
  busy: 'BUSY',
  oof: 'OOF',
  elsewhere: 'WORKINGELSEWHERE',
} as const;
const PRIVACY = { public: 'PUBLIC', private: 'PRIVATE', secret: 'CONFIDENTIAL' } as const;

/** How the times of an object are written: dates for whole days only. */
export function formOf(document: CalendarDocument): TimeForm {
  const midnight = (text: unknown) =>
    text === undefined || (typeof text === 'string' && text.endsWith('T00:00:00'));
  const whole =
    document['@type'] === 'Event'
      ? midnight(document.start) && wholeDays(document.duration)
      : midnight(document.start) && midnight(document.due);
  return { zone: zoneOfObject(document), asDate: document.showWithoutTime === true && whole };
}

function wholeDays(duration: unknown): boolean {
  const { days, seconds } = spanOrNothing(duration);
  return days > 0 && seconds === 0;
}

/** One component, without its recurrence. */
export function objectComponent(document: CalendarDocument, context: WriteContext): ICalComponent {
  const form = formOf(document);
  const kept = document['waypost:ical'];
  const properties = [
    property('uid', 'text', document.uid),
    utcProperty('dtstamp', context.stamp ?? document.updated),
    ...(context.stamp === null ? [] : [utcProperty('last-modified', document.updated)]),
    ...(document['@type'] === 'Event' ? eventProperties(document, form) : taskProperties(document, form)),
    ...commonProperties(document, context),
    ...(document['@type'] === 'Event' ? ownWords(document, context.ownCopy) : []),
    ...(Array.isArray(kept?.properties) ? kept.properties.flatMap(fromJCal) : []).filter(
      ({ name }) => !OWN_WORDS.has(name),
    ),
  ];
  for (const one of properties) {
    const params = kept?.params?.[one.name];
    if (params !== undefined) one.params = { ...params, ...one.params };
  }
  const alarms = Object.values(document.alerts ?? {}).map((alert) => alarm(alert, document.title ?? ''));
  const others = Array.isArray(kept?.components)
    ? kept.components.flatMap((one) => componentFromJCal(one))
    : [];
  return component(document['@type'] === 'Event' ? 'vevent' : 'vtodo', properties, [...alarms, ...others]);
}

function eventProperties(event: CalendarEvent, form: TimeForm): ICalProperty[] {
  const zone: Params = form.asDate && form.zone !== null ? { 'x-waypost-zone': form.zone } : {};
  const written = [timeProperty('dtstart', event.start, form, zone)];
  const start = parseLocal(event.start);
  const span = parseDuration(event.duration);
  if (start !== null && span !== null && (span.days > 0 || span.seconds > 0)) {
    const at = form.zone ?? 'Etc/UTC';
    const begins = utcOf(start, at);
    const ends = utcOf(start + span.days * DAY, at) + span.seconds * 1000;
    // DTEND is what everybody reads; a duration that it would not give back stays one.
    if (form.asDate) written.push(timeProperty('dtend', formatLocal(start + span.days * DAY), form));
    else if (
      durationBetween(begins, ends, at) === event.duration &&
      utcOf(parseLocal(localTime(ends, at)) ?? 0, at) === ends
    ) {
      written.push(timeProperty('dtend', localTime(ends, at), form));
    } else written.push(property('duration', 'duration', formatDuration(span)));
  }
  if (event.showWithoutTime === true)
    written.push(property('x-microsoft-cdo-alldayevent', 'unknown', 'TRUE'));
  if (event.status !== undefined) written.push(property('status', 'text', event.status.toUpperCase()));
  return written;
}

function taskProperties(task: CalendarTask, form: TimeForm): ICalProperty[] {
  const written: ICalProperty[] = [];
  if (task.start !== undefined) written.push(timeProperty('dtstart', task.start, form));
  if (task.due !== undefined) written.push(timeProperty('due', task.due, form));
  else if (task.estimatedDuration !== undefined && task.start !== undefined) {
    written.push(property('duration', 'duration', task.estimatedDuration));
  }
  if (task.percentComplete !== undefined)
    written.push(property('percent-complete', 'integer', task.percentComplete));
  if (task.progress !== undefined) {
    written.push(
      property('status', 'text', task.progress === 'failed' ? 'CANCELLED' : task.progress.toUpperCase()),
    );
  }
  const completed =
    task.progress === 'completed' ? (task.progressUpdated ?? task['waypost:task']?.dateCompleted) : undefined;
  if (completed !== undefined) written.push(utcProperty('completed', completed));
  return written;
}

function commonProperties(document: CalendarDocument, context: WriteContext): ICalProperty[] {
  const html = document.descriptionContentType === 'text/html';
  const busy =
    document['@type'] === 'Event'
      ? (document['waypost:busy'] ?? (context.busy ? busyOf(document) : undefined))
      : undefined;
  const free =
    document.freeBusyStatus ?? (busy === 'free' ? 'free' : context.busy && busy ? 'busy' : undefined);
  const written: (ICalProperty | null)[] = [
    document.created === undefined ? null : utcProperty('created', document.created),
    document.sequence === undefined ? null : property('sequence', 'integer', document.sequence),
    textProperty('summary', document.title),
    textProperty('description', html ? htmlToText(document.description ?? '') : document.description),
    // The value of a property that no standard knows stands as it is: escaped here.
    html
      ? property('x-alt-desc', 'unknown', escaped(document.description ?? ''), { fmttype: 'text/html' })
      : null,
    textProperty('color', document.color),
    document.priority === undefined ? null : property('priority', 'integer', document.priority),
    document.privacy === undefined ? null : property('class', 'text', classOf(document, document.privacy)),
    free === undefined ? null : property('transp', 'text', free === 'free' ? 'TRANSPARENT' : 'OPAQUE'),
    busy === undefined ? null : property('x-microsoft-cdo-busystatus', 'unknown', BUSY[busy]),
  ];
  const keywords = Object.keys(document.keywords ?? {});
  if (keywords.length > 0) written.push({ name: 'categories', params: {}, type: 'text', values: keywords });
  for (const [uid, { relation }] of Object.entries(document.relatedTo ?? {})) {
    for (const type of Object.keys(relation ?? {})) {
      written.push(
        property('related-to', 'text', uid, type === 'parent' ? {} : { reltype: type.toUpperCase() }),
      );
    }
  }
  return [
    ...written.filter((one) => one !== null),
    ...placeProperties(document),
    ...linkProperties(document, context),
    ...peopleProperties(document),
  ];
}

/** MS-OXCICAL has a word for what is personal, which others take as private (RFC 5545 3.8.1.3). */
function classOf(document: CalendarDocument, privacy: keyof typeof PRIVACY): string {
  const isPersonal = document['@type'] === 'Event' && document['waypost:sensitivity'] === 'personal';
  return isPersonal && privacy === 'private' ? 'X-PERSONAL' : PRIVACY[privacy];
}

function textProperty(name: string, value: string | undefined): ICalProperty | null {
  return value === undefined ? null : property(name, name === 'color' ? 'unknown' : 'text', value);
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r\n?|\n/g, '\\n');
}

function placeProperties(document: CalendarDocument): ICalProperty[] {
  const written: ICalProperty[] = [];
  const places = Object.values(document.locations ?? {});
  const names = namesOf(document.locations);
  if (names !== '') written.push(property('location', 'text', names));
  const geo = /^geo:(-?[\d.]+),(-?[\d.]+)/.exec(
    places.find(({ coordinates }) => coordinates !== undefined)?.coordinates ?? '',
  );
  if (geo !== null) written.push(property('geo', 'float', [Number(geo[1]), Number(geo[2])]));
  for (const { uri, name } of Object.values(document.virtualLocations ?? {})) {
    written.push(property('conference', 'uri', uri, name === undefined ? {} : { label: name }));
  }
  return written;
}

function linkProperties(document: CalendarDocument, context: WriteContext): ICalProperty[] {
  const written: ICalProperty[] = [];
  for (const link of Object.values(document.links ?? {})) {
    const href = context.link(link);
    if (href === null) continue;
    if (link.rel !== 'enclosure') {
      written.push(property('url', 'uri', href));
      continue;
    }
    const inline = /^data:[^,]*;base64,(.*)$/s.exec(href);
    const params = {
      ...(link.contentType === undefined ? {} : { fmttype: link.contentType }),
      ...(link.title === undefined ? {} : { filename: link.title }),
      ...(link.size === undefined ? {} : { size: String(link.size) }),
    };
    if (inline === null) written.push(property('attach', 'uri', href, params));
    else written.push(property('attach', 'binary', inline[1] ?? '', { ...params, encoding: 'BASE64' }));
  }
  return written;
}

function alarm(alert: Alert, title: string): ICalComponent {
  const { trigger } = alert;
  const kept = Array.isArray(alert['waypost:ical']?.properties)
    ? alert['waypost:ical'].properties.flatMap(fromJCal)
    : [];
  const has = (name: string) => kept.some((one) => one.name === name);
  const written = [
    trigger['@type'] === 'AbsoluteTrigger'
      ? property('trigger', 'date-time', `${trigger.when.slice(0, 19)}Z`)
      : property(
          'trigger',
          'duration',
          trigger.offset,
          trigger.relativeTo === 'end' ? { related: 'END' } : {},
        ),
    ...(has('action') ? [] : [property('action', 'text', alert.action === 'email' ? 'EMAIL' : 'DISPLAY')]),
    // RFC 5545 3.6.6 asks for one.
    ...(has('description') || has('action') ? [] : [property('description', 'text', title)]),
    ...(alert.acknowledged === undefined
      ? []
      : [property('acknowledged', 'unknown', alert.acknowledged.replace(/[-:]/g, ''))]),
    ...kept,
  ];
  return component('valarm', written);
}
