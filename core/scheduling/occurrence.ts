import { occurrenceDocument } from '../calendar/patch.ts';
import type { CalendarEvent, LocalDateTime, PatchObject } from '../calendar/types.ts';
import { sameJson } from './equal.ts';

/**
 * What no patch may touch (RFC 8984 4.3.5), or what is of the series alone. privacy may be another in an occurrence, as
 * in core/calendar/patch.
 */
const OF_THE_SERIES: ReadonlySet<string> = new Set([
  '@type',
  'uid',
  'prodId',
  'method',
  'created',
  'updated',
  'sequence',
  'recurrenceId',
  'recurrenceIdTimeZone',
  'recurrenceRules',
  'excludedRecurrenceRules',
  'recurrenceOverrides',
  'excluded',
  'replyTo',
  'waypost:ical',
  'waypost:clientUid',
]);

/** An occurrence of a series as an event of its own: the series with what is different in it (RFC 8984 4.3.5). */
export function occurrenceOf(series: CalendarEvent, key: LocalDateTime): CalendarEvent {
  return structuredClone(occurrenceDocument(series, key));
}

/** What makes this occurrence different from the series: a whole patch, in the place of one that is there. */
export function patchOf(series: CalendarEvent, occurrence: CalendarEvent, key: LocalDateTime): PatchObject {
  const usual: Record<string, unknown> = { ...series, start: key };
  const wanted: Record<string, unknown> = { ...occurrence };
  const patch: PatchObject = {};
  for (const name of new Set([...Object.keys(usual), ...Object.keys(wanted)])) {
    if (OF_THE_SERIES.has(name) || sameJson(usual[name], wanted[name])) continue;
    patch[name.replaceAll('~', '~0').replaceAll('/', '~1')] = wanted[name] ?? null;
  }
  return patch;
}

/** The series with this occurrence instead of the one that it had there. */
export function withOccurrence(
  series: CalendarEvent,
  occurrence: CalendarEvent,
  key: LocalDateTime,
): CalendarEvent {
  return {
    ...series,
    recurrenceOverrides: { ...series.recurrenceOverrides, [key]: patchOf(series, occurrence, key) },
  };
}

/** The series without this occurrence. */
export function withoutOccurrence(series: CalendarEvent, key: LocalDateTime): CalendarEvent {
  return {
    ...series,
    recurrenceOverrides: { ...series.recurrenceOverrides, [key]: { excluded: true } },
  };
}

export function isExcluded(series: CalendarEvent, key: LocalDateTime): boolean {
  return series.recurrenceOverrides?.[key]?.['excluded'] === true;
}

export function recurs({ recurrenceRules, recurrenceOverrides }: CalendarEvent): boolean {
  if ((recurrenceRules?.length ?? 0) > 0) return true;
  return Object.values(recurrenceOverrides ?? {}).some((patch) => patch['excluded'] !== true);
}
