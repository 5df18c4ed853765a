import { DomainError } from '../errors.ts';
import { type CalendarDocument, timingOf } from './anchor.ts';
import { applyPatch } from './patch.ts';
import { Budget } from './recurrence/budget.ts';
import { parseUtc } from './time/civil.ts';
import { parseDuration } from './time/duration.ts';
import type { Alert } from './types.ts';
import { type Occurrence, walk } from './walk.ts';

const DAY_MS = 86_400_000;
/** Birthdays on 29 February come again after eight years at most. */
const AHEAD = 9 * 366 * DAY_MS;
/** Occurrences that are looked at: the next ones have a reminder, or an override took it away. */
const MAX_LOOKED_AT = 500;
/** Alerts of one object. */
const MAX_ALERTS = 20;
/** A reminder further away from its occurrence than a year is a slip. */
const MAX_OFFSET = 366 * DAY_MS;

/** Where every day begins first. */
export const EARLIEST_ZONE = 'Etc/GMT-14';
/** From the first clock of the world to the last one. */
export const ZONES_APART_MS = 26 * 3_600_000;

export interface Reminder {
  /** When to remind, milliseconds since the epoch. */
  at: number;
  /** Of what; null for a time that is not bound to an occurrence. */
  occurrence: Occurrence | null;
}

interface Offset {
  ms: number;
  from: 'start' | 'end';
  acknowledged: number;
}

interface Alerts {
  offsets: Offset[];
  absolute: number[];
}

function alertsOf(document: CalendarDocument): Alerts {
  const alerts: Alerts = { offsets: [], absolute: [] };
  const all: unknown = document.alerts;
  if (typeof all !== 'object' || all === null) return alerts;
  for (const alert of Object.values(all).slice(0, MAX_ALERTS) as (Partial<Alert> | null)[]) {
    const trigger = alert?.trigger;
    const acknowledged = parseUtc(alert?.acknowledged) ?? Number.NEGATIVE_INFINITY;
    if (typeof trigger !== 'object' || trigger === null) continue;
    if (trigger['@type'] === 'AbsoluteTrigger') {
      const at = parseUtc(trigger.when);
      if (at !== null && at > acknowledged) alerts.absolute.push(at);
      continue;
    }
    const span = parseDuration(trigger.offset);
    if (span === null) continue;
    const ms = Math.max(-MAX_OFFSET, Math.min(MAX_OFFSET, span.days * DAY_MS + span.seconds * 1000));
    alerts.offsets.push({ ms, from: trigger.relativeTo === 'end' ? 'end' : 'start', acknowledged });
  }
  return alerts;
}

/** Whether nobody is to be reminded of it any more. */
function isOver(document: CalendarDocument): boolean {
  if (document['@type'] === 'Event') return document.status === 'cancelled';
  return (
    document.progress === 'completed' || document.progress === 'cancelled' || document.progress === 'failed'
  );
}

/**
 * The first reminder after a time, of all alerts of an object and of those that its occurrences have for themselves, or
 * null. `zone` is that of floating objects. Total: what cannot be told within reason has none.
 */
export function nextReminder(document: CalendarDocument, after: number, zone = 'Etc/UTC'): Reminder | null {
  if (isOver(document)) return null;
  const { offsets, absolute } = alertsOf(document);
  let best: Reminder | null = null;
  for (const at of absolute)
    if (at > after && (best === null || at < best.at)) best = { at, occurrence: null };
  if (offsets.length === 0 && !hasOwnAlerts(document)) return best;
  const earliest = Math.min(
    0,
    ...offsets.map(({ ms }) => ms),
    ...(hasOwnAlerts(document) ? [-MAX_OFFSET] : []),
  );
  const latest = Math.max(0, ...offsets.map(({ ms }) => ms), ...(hasOwnAlerts(document) ? [MAX_OFFSET] : []));
  try {
    const begins = (timingOf(document)?.start ?? 0) * 1000;
    const to = Math.max(after, begins) + AHEAD;
    const window = { from: after - latest - DAY_MS, to, zone, budget: new Budget() };
    let looked = 0;
    for (const occurrence of walk(document, window)) {
      // What begins later reminds later.
      if (best !== null && occurrence.start + earliest > best.at) break;
      if (++looked > MAX_LOOKED_AT) break;
      for (const at of remindersOf(document, occurrence, offsets)) {
        if (at > after && (best === null || at < best.at)) best = { at, occurrence };
      }
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
  return best;
}

function hasOwnAlerts(document: CalendarDocument): boolean {
  return Object.values(document.recurrenceOverrides ?? {}).some(
    (patch) =>
      typeof patch === 'object' && patch !== null && Object.keys(patch).some((path) => /^alerts/.test(path)),
  );
}

function remindersOf(document: CalendarDocument, occurrence: Occurrence, offsets: Offset[]): number[] {
  const { patch } = occurrence;
  let own = offsets;
  if (patch !== null) {
    const changed = applyPatch(document, patch);
    if (isOver(changed)) return [];
    own = alertsOf(changed).offsets;
  }
  return own
    .map(({ ms, from, acknowledged }) => ({ at: occurrence[from] + ms, acknowledged }))
    .filter(({ at, acknowledged }) => at > acknowledged)
    .map(({ at }) => at);
}
