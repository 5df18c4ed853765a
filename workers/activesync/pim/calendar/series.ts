import { child, type WbxmlElement } from '../../../../codecs/wbxml/index.ts';
import { occurrenceDocument, overridesOf } from '../../../../core/calendar/patch.ts';
import { seriesOf, seriesTimes } from '../../../../core/calendar/recurrence/series.ts';
import { DAY, formatLocal, type LocalSeconds, parseLocal } from '../../../../core/calendar/time/civil.ts';
import type {
  CalendarEvent,
  LocalDateTime,
  PatchObject,
  RecurrenceRule,
} from '../../../../core/calendar/types.ts';
import { DomainError } from '../../../../core/errors.ts';
import { sameJson } from '../../../../core/scheduling/equal.ts';
import { atLeast, type Version } from '../../http/versions.ts';
import { type Pattern, patternOf, type RuleFrame, readPattern, ruleOf } from './recurrence.ts';
import { localSeconds, wireSeconds } from './times.ts';
import { dayOf, formatCompact, parseCompact } from './wire.ts';

/** What is of a series and of none of its occurrences (RFC 8984 4.3.5), or was not changed by hand. */
const OF_THE_SERIES: ReadonlySet<string> = new Set([
  '@type',
  'uid',
  'prodId',
  'method',
  'created',
  'updated',
  'sequence',
  'replyTo',
  'recurrenceId',
  'recurrenceIdTimeZone',
  'recurrenceRules',
  'excludedRecurrenceRules',
  'recurrenceOverrides',
  'waypost:ical',
  'waypost:clientUid',
]);

function ruleFrame(event: CalendarEvent, version: Version): RuleFrame {
  return {
    version,
    start: parseLocal(event.start) ?? 0,
    toWire(until) {
      const local = parseLocal(until);
      return local === null ? null : formatCompact(wireSeconds(event, local, version));
    },
    toLocal(until) {
      const wire = parseCompact(until);
      return wire === null ? null : formatLocal(localSeconds(event, wire, version));
    },
  };
}

/** The pattern that a device sees; null for an event that happens once, or in a way that it has no words for. */
export function shownPattern(event: CalendarEvent, version: Version): Pattern | null {
  const [rule] = event.recurrenceRules ?? [];
  return rule === undefined ? null : patternOf(rule, ruleFrame(event, version));
}

/**
 * The event with the recurrence that a device gives it. One that is as it was shown keeps all of its rules, and what
 * the device's version has no word for stays in one that is not.
 */
export function takeRecurrence(
  event: CalendarEvent,
  data: WbxmlElement,
  { version, isGone, present }: { version: Version; isGone: boolean; present: CalendarEvent | null },
): CalendarEvent | 'invalid' {
  const element = child(data, 'Calendar:Recurrence');
  if (element === undefined && !isGone) return event;
  const before = event.recurrenceRules?.[0];
  const seen = present === null ? null : shownPattern(present, version);
  // Where a device was shown no recurrence, that it sends none says nothing.
  if (element === undefined && seen === null) return event;
  const pattern = element === undefined ? null : readPattern(element, version);
  if (pattern === 'invalid') return 'invalid';
  if (pattern === null) return seen === null && present !== null ? event : withoutRules(event);
  const frame = ruleFrame(event, version);
  const rule = ruleOf(pattern, frame);
  if (rule === 'invalid') return 'invalid';
  const shown = seen === null || present === null ? null : ruleOf(seen, ruleFrame(present, version));
  if (shown !== null && sameJson(shown, rule)) return event;
  const next = withUnsaid(rule, before, version);
  // The others it knows nothing of.
  return { ...event, recurrenceRules: [next, ...(event.recurrenceRules ?? []).slice(1)] };
}

function withUnsaid(
  rule: RecurrenceRule,
  before: RecurrenceRule | undefined,
  version: Version,
): RecurrenceRule {
  const next = { ...rule };
  const { firstDayOfWeek, rscale } = before ?? {};
  if (firstDayOfWeek !== undefined && !atLeast(version, '14.1')) next.firstDayOfWeek = firstDayOfWeek;
  if (rscale !== undefined && !atLeast(version, '14.0') && next.frequency === before?.frequency)
    next.rscale = rscale;
  return next;
}

function withoutRules(event: CalendarEvent): CalendarEvent {
  const {
    recurrenceRules: _rules,
    excludedRecurrenceRules: _excluded,
    recurrenceOverrides: _overrides,
    ...rest
  } = event;
  return rest;
}

/**
 * Overrides after the times or the rules of a series have changed. From 16.0 on they are gone (MS-ASCAL 2.2.2.22, 2.2.2.42);
 * before, they stay (3.2.5.3.1): they follow the series to another hour, as far as it still has their days.
 */
export function settleOverrides(
  before: CalendarEvent,
  after: CalendarEvent,
  version: Version,
): CalendarEvent {
  const { recurrenceOverrides, ...rest } = after;
  if (recurrenceOverrides === undefined) return after;
  const timing = ({ start, duration, timeZone, showWithoutTime, recurrenceRules }: CalendarEvent) => ({
    ...{ start, duration, timeZone, recurrenceRules },
    allDay: showWithoutTime === true,
  });
  if (sameJson(timing(before), timing(after))) return after;
  const overrides = [...overridesOf(after)].map(([key, patch]) => ({ at: parseLocal(key) ?? 0, patch }));
  const places = (list: readonly { at: LocalSeconds }[]) => list.map(({ at }) => at);
  // Times that no rule has are none of the series, and no device was shown them.
  const ruled = ruleTimes(before, places(overrides));
  const isExtra = ({ at }: { at: LocalSeconds }) => ruled !== null && !ruled.has(at);
  const kept = overrides.filter(isExtra);
  if (!atLeast(version, '16.0')) {
    const [from, to] = [parseLocal(before.start) ?? 0, parseLocal(after.start) ?? 0];
    const shift = to - dayOf(to) - (from - dayOf(from));
    const moved = overrides
      .filter((one) => !isExtra(one))
      .map(({ at, patch }) => ({ at: at + shift, patch }));
    const times = ruleTimes(after, places(moved));
    kept.push(...moved.filter(({ at }) => times === null || times.has(at)));
  }
  if (kept.length === 0) return rest;
  return {
    ...rest,
    recurrenceOverrides: Object.fromEntries(kept.map(({ at, patch }) => [formatLocal(at), patch])),
  };
}

/** Which of these times the rules have; null where that takes too long to find out. */
export function ruleTimes(event: CalendarEvent, wanted: readonly LocalSeconds[]): Set<LocalSeconds> | null {
  const start = parseLocal(event.start);
  const found = new Set<LocalSeconds>();
  if (start === null || wanted.length === 0) return found;
  let [from, to] = [wanted[0] ?? 0, wanted[0] ?? 0];
  for (const at of wanted) [from, to] = [Math.min(from, at), Math.max(to, at)];
  const asked = new Set(wanted);
  try {
    for (const time of seriesTimes(seriesOf(event, start), { from: from - DAY, to: to + DAY })) {
      if (asked.has(time)) found.add(time);
      if (time > to || found.size === asked.size) break;
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return null;
  }
  return found;
}

/** An occurrence as an event of its own; one that was taken away is what the series has there. */
export function occurrenceAt(event: CalendarEvent, key: LocalDateTime): CalendarEvent {
  const isExcluded = event.recurrenceOverrides?.[key]?.['excluded'] === true;
  return occurrenceDocument(isExcluded ? withOverride(event, key, undefined) : event, key);
}

/** The series with this occurrence in place of `before`. What did not change keeps the words of its patch. */
export function withOccurrence(
  event: CalendarEvent,
  key: LocalDateTime,
  before: CalendarEvent,
  after: CalendarEvent,
): CalendarEvent {
  const plain = occurrenceDocument(withOverride(event, key, undefined), key);
  const existing = event.recurrenceOverrides?.[key] ?? {};
  const patch: PatchObject = existing['excluded'] === true ? {} : { ...existing };
  const [usual, old, wanted] = [plain, before, after].map(
    (document): Record<string, unknown> => ({ ...document }),
  );
  for (const name of new Set([...Object.keys(old ?? {}), ...Object.keys(wanted ?? {})])) {
    if (OF_THE_SERIES.has(name) || sameJson(old?.[name], wanted?.[name])) continue;
    const path = name.replaceAll('~', '~0').replaceAll('/', '~1');
    for (const one of Object.keys(patch)) if (one === path || one.startsWith(`${path}/`)) delete patch[one];
    if (!sameJson(usual?.[name], wanted?.[name])) patch[path] = wanted?.[name] ?? null;
  }
  return withOverride(event, key, Object.keys(patch).length === 0 ? undefined : patch);
}

/** The series with this patch at a time, or without one. */
export function withOverride(
  event: CalendarEvent,
  key: LocalDateTime,
  patch: PatchObject | undefined,
): CalendarEvent {
  const { recurrenceOverrides = {}, ...rest } = event;
  const { [key]: _before, ...others } = recurrenceOverrides;
  const all = patch === undefined ? others : { ...others, [key]: patch };
  return Object.keys(all).length === 0 ? rest : { ...rest, recurrenceOverrides: all };
}
