import { type LocalSeconds, parseLocal } from './time/civil.ts';
import { parseDuration, type Span } from './time/duration.ts';
import type { CalendarEvent, CalendarObject, CalendarTask } from './types.ts';
import { utcOf } from './zones/convert.ts';
import { isZone } from './zones/offsets.ts';

export type CalendarDocument = CalendarEvent | CalendarTask;

/** When something takes place, as numbers. */
export interface Timing {
  start: LocalSeconds;
  /** From start to end; of a task, to the time it is due. */
  length: Span;
  /** null is floating. */
  zone: string | null;
}

const NOTHING: Span = { days: 0, seconds: 0 };

/** null where there is no time at all: a task that is never due, a damaged event. */
export function timingOf(document: CalendarDocument): Timing | null {
  const zone = zoneOfObject(document);
  const begin = parseLocal(document.start);
  if (document['@type'] !== 'Task') {
    return begin === null ? null : { start: begin, length: positive(parseDuration(document.duration)), zone };
  }
  const due = parseLocal(document.due);
  const start = begin ?? due;
  if (start === null) return null;
  const length = due === null ? positive(parseDuration(document.estimatedDuration)) : between(start, due);
  return { start, length: begin === null ? NOTHING : length, zone };
}

/** The zone of an object: null when it is floating, or names a zone that nobody knows. */
export function zoneOfObject({ timeZone }: Pick<CalendarObject, 'timeZone'>): string | null {
  return typeof timeZone === 'string' && isZone(timeZone) ? timeZone : null;
}

function positive(span: Span | null): Span {
  return span === null || span.days < 0 || span.seconds < 0 ? NOTHING : span;
}

/** Days as far as they go: what lies between two local times. */
function between(start: LocalSeconds, end: LocalSeconds): Span {
  const seconds = Math.max(0, end - start);
  return { days: Math.floor(seconds / 86_400), seconds: seconds % 86_400 };
}

/** Milliseconds since the epoch of a start and of the end so long after it; `floating` is the zone of what has none. */
export function placed(
  start: LocalSeconds,
  { length, zone }: Timing,
  floating: string,
): { start: number; end: number } {
  const at = zone ?? floating;
  const begin = utcOf(start, at);
  const end = length.days === 0 ? begin : utcOf(start + length.days * 86_400, at);
  return { start: begin, end: end + length.seconds * 1000 };
}
