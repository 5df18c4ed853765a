import type { ICalComponent } from '../../../codecs/ical/index.ts';
import type { CalendarDocument } from '../anchor.ts';
import { zoneOfObject } from '../anchor.ts';
import { MAX_OVERRIDES } from '../check.ts';
import { RecurrenceTooLargeError } from '../errors.ts';
import { occurrenceDocument } from '../patch.ts';
import { parseLocal } from '../time/civil.ts';
import { formatDuration, parseDuration } from '../time/duration.ts';
import type { CalendarObject, LocalDateTime, PatchObject } from '../types.ts';
import { utcOf } from '../zones/convert.ts';
import { durationBetween } from '../zones/local-time.ts';
import type { ReadContext } from './read-object.ts';
import { readRule } from './read-rule.ts';
import { all, first, readTime } from './values.ts';
import { localIn } from './zones.ts';

/** What an override says by being there, or is the same for all of a series. */
const NOT_IN_PATCH = new Set([
  ...['@type', 'uid', 'recurrenceId', 'recurrenceIdTimeZone', 'prodId', 'replyTo', 'recurrenceRules'],
  ...['excludedRecurrenceRules', 'recurrenceOverrides', 'relatedTo', 'method'],
]);

/** The time of a series that a component is about (RECURRENCE-ID), in the zone of the series; null for the series itself. */
export function recurrenceIdOf(
  component: ICalComponent,
  zone: string | null,
  { zones }: ReadContext,
): { local: LocalDateTime; isDate: boolean } | null {
  const property = first(component, 'recurrence-id');
  const time = property === null ? null : readTime(property.values[0], property);
  return time === null ? null : { local: localIn(time, zone, zones), isDate: time.isDate };
}

/**
 * A series from its component and those of its changed occurrences, which become overrides (RFC 8984 4.3.5).
 * @throws RecurrenceTooLargeError for more dates than anybody needs.
 */
export function readSeries<T extends CalendarDocument>(
  master: T,
  component: ICalComponent,
  changed: readonly { component: ICalComponent; document: CalendarDocument }[],
  context: ReadContext,
): T {
  const zone = zoneOfObject(master);
  const allDay = master.showWithoutTime === true;
  const rules = (name: string) =>
    all(component, name).flatMap((property) => readRule(property, zone, allDay, context.zones) ?? []);
  const overrides: Record<LocalDateTime, PatchObject> = {};
  const clock =
    master.start?.slice(10) ??
    (master['@type'] === 'Task' ? master.due?.slice(10) : undefined) ??
    'T00:00:00';
  let count = 0;
  for (const name of ['rdate', 'exdate'] as const) {
    for (const property of all(component, name)) {
      for (const value of property.values) {
        if (++count > MAX_OVERRIDES)
          throw new RecurrenceTooLargeError(`more than ${MAX_OVERRIDES} dates of one series`);
        const time = readTime(value, property);
        if (time === null) continue;
        // A date names the occurrence of that day.
        const local = localIn(time, zone, context.zones);
        const id = time.isDate && !allDay ? `${local.slice(0, 10)}${clock}` : local;
        overrides[id] = name === 'exdate' ? { excluded: true } : periodOf(value, id, zone);
      }
    }
  }
  const series: T = {
    ...master,
    ...some('recurrenceRules', rules('rrule')),
    ...some('excludedRecurrenceRules', rules('exrule')),
  };
  for (const { component: own, document } of changed) {
    if (++count > MAX_OVERRIDES)
      throw new RecurrenceTooLargeError(`more than ${MAX_OVERRIDES} changes of one series`);
    const id = recurrenceIdOf(own, zone, context);
    if (id === null) continue;
    const key = id.isDate && !allDay ? `${id.local.slice(0, 10)}${clock}` : id.local;
    overrides[key] = difference(occurrenceDocument(series, key), document);
  }
  return Object.keys(overrides).length === 0 ? series : { ...series, recurrenceOverrides: overrides };
}

function some(name: string, rules: CalendarObject['recurrenceRules']): Partial<CalendarObject> {
  return rules === undefined || rules.length === 0 ? {} : { [name]: rules };
}

/** RDATE can be a period: a date of another length (RFC 5545 3.8.5.2). */
function periodOf(value: unknown, start: LocalDateTime, zone: string | null): PatchObject {
  if (!Array.isArray(value) || typeof value[1] !== 'string') return {};
  const span = parseDuration(value[1]);
  if (span !== null) return { duration: formatDuration(span) };
  const end = readTime(value[1], { name: 'rdate', params: {}, type: 'period', values: [] });
  if (end === null) return {};
  const at = zone ?? 'Etc/UTC';
  const ends = utcOf(parseLocal(end.local) ?? 0, end.isUtc ? 'Etc/UTC' : at);
  return { duration: durationBetween(utcOf(parseLocal(start) ?? 0, at), ends, at) };
}

/** The patch that makes one document of another, of whole properties. */
function difference(base: CalendarDocument, wanted: CalendarDocument): PatchObject {
  const patch: PatchObject = {};
  const [before, after] = [base as unknown as PatchObject, wanted as unknown as PatchObject];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (NOT_IN_PATCH.has(name)) continue;
    if (!same(before[name], after[name])) patch[name] = after[name] ?? null;
  }
  return patch;
}

/** Long texts are not written out to be compared: there can be thousands of changes (A12). */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return JSON.stringify(a) === JSON.stringify(b);
}
