import { type CalendarDocument, placed, type Timing, timingOf } from './anchor.ts';
import { applyPatch, overridesOf } from './patch.ts';
import { Budget } from './recurrence/budget.ts';
import { isEndless, seriesOf, seriesTimes } from './recurrence/series.ts';
import { formatLocal, type LocalSeconds, parseLocal } from './time/civil.ts';
import type { LocalDateTime, PatchObject } from './types.ts';
import { localOf } from './zones/convert.ts';

/** One time that an event or a task takes place. */
export interface Occurrence {
  /** Which one of a series it is: when it would take place by the rules. null for what does not recur. */
  recurrenceId: LocalDateTime | null;
  /** Milliseconds since the epoch. */
  start: number;
  end: number;
  /** Start in the zone of the occurrence. */
  local: LocalDateTime;
  /** What is different from the series; null where nothing is. */
  patch: PatchObject | null;
}

export interface WalkOptions {
  /** Milliseconds since the epoch. Occurrences that end before it are left out; those that end then are, unless empty. */
  from: number;
  /** Occurrences that begin at or after it are left out. */
  to: number;
  /** Zone of what has none; `Etc/UTC`. */
  zone?: string;
  budget?: Budget;
}

/** Further from UTC than any clock, and for a change of the clocks besides: seconds. */
const SLACK = 2 * 86_400;
const MAX_MS = 8_640_000_000_000_000;

export function isRecurring(document: CalendarDocument): boolean {
  const some = (value: unknown) => Array.isArray(value) && value.length > 0;
  return some(document.recurrenceRules) || Object.keys(document.recurrenceOverrides ?? {}).length > 0;
}

function overlaps({ start, end }: { start: number; end: number }, { from, to }: WalkOptions): boolean {
  return start < to && (end > from || (end === start && start >= from));
}

/**
 * Occurrences between two times, in order of their starts, as they are asked for.
 * @throws RecurrenceTooLargeError when finding them takes too long.
 */
export function* walk(document: CalendarDocument, options: WalkOptions): Generator<Occurrence> {
  const timing = timingOf(document);
  if (timing === null) return;
  const floating = options.zone ?? 'Etc/UTC';
  if (!isRecurring(document)) {
    const times = placed(timing.start, timing, floating);
    const local = formatLocal(timing.start);
    if (overlaps(times, options)) yield { recurrenceId: null, ...times, local, patch: null };
    return;
  }
  const overrides = overridesOf(document);
  const changed = changedOccurrences(document, timing, overrides, options);
  let next = 0;
  for (const occurrence of regular(document, timing, overrides, options)) {
    for (let one = changed[next]; one !== undefined && one.start <= occurrence.start; one = changed[++next])
      yield one;
    yield occurrence;
  }
  yield* changed.slice(next);
}

/** What the rules give and no override is about. */
function* regular(
  document: CalendarDocument,
  timing: Timing,
  overrides: Map<LocalDateTime, PatchObject>,
  options: WalkOptions,
): Generator<Occurrence> {
  const floating = options.zone ?? 'Etc/UTC';
  const zone = timing.zone ?? floating;
  const series = seriesOf(document, timing.start);
  const local = (at: number) => localOf(Math.max(-MAX_MS, Math.min(MAX_MS, at)), zone);
  const length = timing.length.days * 86_400 + timing.length.seconds;
  const overridden = new Set<LocalSeconds>();
  for (const id of overrides.keys()) overridden.add(parseLocal(id) ?? Number.NaN);
  const from = local(options.from) - length - SLACK;
  const to = local(options.to) + SLACK;
  for (const time of seriesTimes(series, { from, to, budget: options.budget ?? new Budget() })) {
    if (time < from || overridden.has(time)) continue;
    const times = placed(time, timing, floating);
    if (times.start >= options.to) return;
    const id = formatLocal(time);
    if (overlaps(times, options)) yield { recurrenceId: id, ...times, local: id, patch: null };
  }
}

/** Occurrences that have an override, and take place, by their starts. */
function changedOccurrences(
  document: CalendarDocument,
  timing: Timing,
  overrides: Map<LocalDateTime, PatchObject>,
  options: WalkOptions,
): Occurrence[] {
  const floating = options.zone ?? 'Etc/UTC';
  const found: Occurrence[] = [];
  for (const [id, patch] of overrides) {
    if (patch['excluded'] === true) continue;
    const own = timingOfOverride(document, timing, id, patch);
    if (own === null) continue;
    const times = placed(own.start, own, floating);
    if (!overlaps(times, options)) continue;
    found.push({ recurrenceId: id, ...times, local: formatLocal(own.start), patch });
  }
  return found.sort((a, b) => a.start - b.start);
}

const TIMES = ['start', 'duration', 'timeZone', 'due', 'estimatedDuration'] as const;

function timingOfOverride(
  document: CalendarDocument,
  timing: Timing,
  id: LocalDateTime,
  patch: PatchObject,
): Timing | null {
  const start = parseLocal(id);
  if (start === null) return null;
  if (!TIMES.some((name) => name in patch)) return { ...timing, start };
  if (document['@type'] === 'Event') return timingOf(applyPatch({ ...document, start: id }, patch));
  // Of a task, the time that it is due moves along.
  const due = parseLocal(document.due);
  const base = parseLocal(document.start);
  const moved = {
    ...document,
    ...(base === null ? {} : { start: id }),
    ...(due === null ? {} : { due: formatLocal(start + due - (base ?? due)) }),
  };
  return timingOf(applyPatch(moved, patch));
}

/** Whether it takes place for ever. */
export function isForEver(document: CalendarDocument): boolean {
  const timing = timingOf(document);
  return timing !== null && isEndless(seriesOf(document, timing.start));
}
