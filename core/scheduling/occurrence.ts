import type { CalendarEvent, LocalDateTime, PatchObject } from '../calendar/types.ts';
import { sameJson } from './equal.ts';

/** What no patch may touch (RFC 8984 4.3.5), or what is of the series alone. */
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
  'privacy',
  'waypost:ical',
  'waypost:clientUid',
]);

/** An occurrence of a series as an event of its own: the series with what is different in it (RFC 8984 4.3.5). */
export function occurrenceOf(series: CalendarEvent, key: LocalDateTime): CalendarEvent {
  const { recurrenceRules: _, excludedRecurrenceRules: __, recurrenceOverrides, ...plain } = series;
  const base = structuredClone(plain) as CalendarEvent;
  const occurrence: CalendarEvent = {
    ...base,
    start: key,
    recurrenceId: key,
    recurrenceIdTimeZone: series.timeZone ?? null,
  };
  for (const [path, value] of Object.entries(recurrenceOverrides?.[key] ?? {})) put(occurrence, path, value);
  return occurrence;
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

/** Sets or removes (null) what a path of a patch names; one that leads nowhere is passed over. */
function put(event: CalendarEvent, path: string, value: unknown): void {
  const names = path.split('/').map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = names.pop();
  if (last === undefined || names.includes('__proto__') || last === '__proto__') return;
  let at: unknown = event;
  for (const name of names) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return;
    at = (at as Record<string, unknown>)[name];
  }
  if (typeof at !== 'object' || at === null) return;
  if (value === null) delete (at as Record<string, unknown>)[last];
  else (at as Record<string, unknown>)[last] = structuredClone(value);
}
