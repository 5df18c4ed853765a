import {
  fixedZoneBlock,
  type ICalComponent,
  type ICalProperty,
  printICal,
  zoneBlock,
} from '../../../codecs/ical/index.ts';
import { DomainError } from '../../errors.ts';
import { type CalendarDocument, timingOf } from '../anchor.ts';
import { occurrenceDocument, overridesOf } from '../patch.ts';
import { seriesOf, seriesTimes } from '../recurrence/series.ts';
import { formatUtc, parseLocal } from '../time/civil.ts';
import type { Link, LocalDateTime } from '../types.ts';
import { offsetAt } from '../zones/offsets.ts';
import { standInsOf } from '../zones/stand-ins.ts';
import { component, componentFromJCal, fromJCal, property, timeProperty } from './build.ts';
import { formOf, objectComponent, type WriteContext } from './write-object.ts';
import { ruleProperty } from './write-rule.ts';

export interface WriteICalOptions {
  /** METHOD of iTIP (RFC 5546); none for files. */
  method?: 'PUBLISH' | 'REQUEST' | 'REPLY' | 'ADD' | 'CANCEL' | 'REFRESH' | 'COUNTER' | 'DECLINECOUNTER';
  /** PRODID. */
  prodId?: string;
  /** DTSTAMP: when this is said, milliseconds since the epoch. Without it, when each thing changed. */
  stamp?: number;
  /** X-WR-CALNAME. */
  name?: string;
  /** What is written for a link; without it, files that are kept with the object are left out. */
  link?: (link: Link) => string | null;
  /** For the owner of the calendar, not for others: with what only their copy says. */
  ownCopy?: boolean;
  /** With X-MICROSOFT-CDO-BUSYSTATUS and TRANSP on every event (MS-OXCICAL), without which some take it for free. */
  busy?: boolean;
  /** As `readICal` gave it. */
  rest?: { properties?: readonly unknown[]; components?: readonly unknown[] };
}

const PRODUCT = '-//Waypost//Waypost//EN';

/**
 * Documents as iCalendar (RFC 5545), with the definitions of the zones in them. A document with `recurrenceId` is one
 * occurrence of its series (RFC 5546 3.2.2.1). Of an event or a task without any time, what there is.
 */
export function writeICal(documents: readonly CalendarDocument[], options: WriteICalOptions = {}): string {
  const { method, prodId = PRODUCT, stamp, name, rest } = options;
  const context: WriteContext = {
    stamp: stamp === undefined ? null : formatUtc(stamp),
    link: options.link ?? (({ href }) => (href.startsWith('waypost:') ? null : href)),
    ownCopy: options.ownCopy === true,
    busy: options.busy === true,
  };
  const parts = documents.flatMap((document) => series(document, context));
  const properties: ICalProperty[] = [
    property('version', 'text', '2.0'),
    property('prodid', 'text', prodId),
    ...(method === undefined ? [] : [property('method', 'text', method)]),
    ...(name === undefined
      ? []
      : [property('x-wr-calname', 'unknown', name.replace(/[\\;,]/g, '\\$&').replace(/\s+/g, ' '))]),
    ...(rest?.properties ?? []).flatMap(fromJCal),
  ];
  const others = (rest?.components ?? []).flatMap((one) => componentFromJCal(one));
  return printICal(component('vcalendar', properties, [...parts, ...others]), zoneBlocks(parts));
}

/** Definitions of all zones that are named. */
function zoneBlocks(parts: readonly ICalComponent[]): string[] {
  const zones = new Set<string>();
  for (const { properties } of parts) {
    for (const { params } of properties) if (typeof params['tzid'] === 'string') zones.add(params['tzid']);
  }
  return [...zones].map(
    (zone) => zoneBlock(zone) ?? blockOfStandIn(zone) ?? fixedZoneBlock(zone, offsetAt(zone, NOW_AND_THEN)),
  );
}

/** Some time in winter of the north: fixed zones are always the same. */
const NOW_AND_THEN = Date.UTC(2026, 0, 1);

/** Of a zone that the library does not know yet. */
function blockOfStandIn(zone: string): string | null {
  for (const other of standInsOf(zone)) {
    const block = zoneBlock(other);
    if (block !== null) return block.replace(`TZID:${other}`, `TZID:${zone}`);
  }
  return null;
}

/** The component of an object, and one for each of its changed occurrences. */
function series(document: CalendarDocument, context: WriteContext): ICalComponent[] {
  const form = formOf(document);
  const main = objectComponent(document, context);
  const changed: ICalComponent[] = [];
  if (document.recurrenceId !== undefined) {
    const zone = document.recurrenceIdTimeZone === undefined ? form.zone : document.recurrenceIdTimeZone;
    main.properties.splice(1, 0, timeProperty('recurrence-id', document.recurrenceId, { ...form, zone }));
    return [main];
  }
  for (const rule of document.recurrenceRules ?? []) main.properties.push(ruleProperty('rrule', rule, form));
  for (const rule of document.excludedRecurrenceRules ?? [])
    main.properties.push(ruleProperty('exrule', rule, form));
  const regular = timesOfRules(document);
  for (const [id, patch] of overridesOf(document)) {
    if (patch['excluded'] === true) {
      main.properties.push(timeProperty('exdate', id, form));
      continue;
    }
    const isPlain = Object.keys(patch).length === 0;
    if (isPlain || !regular(id)) main.properties.push(timeProperty('rdate', id, form));
    if (isPlain) continue;
    const own = objectComponent(occurrenceDocument(document, id), context);
    own.properties.splice(1, 0, timeProperty('recurrence-id', id, form));
    changed.push(own);
  }
  return [main, ...changed];
}

/** Whether the rules of a series have an occurrence at a time. */
function timesOfRules(document: CalendarDocument): (id: LocalDateTime) => boolean {
  const timing = timingOf(document);
  return (id) => {
    const time = parseLocal(id);
    if (timing === null || time === null) return true;
    try {
      for (const one of seriesTimes(seriesOf(document, timing.start), { from: time, to: time }))
        if (one === time) return true;
      return false;
    } catch (error) {
      if (error instanceof DomainError) return true;
      throw error;
    }
  };
}
