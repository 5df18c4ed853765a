import { DomainError } from '../errors.ts';
import { ENDLESS } from '../pim/types.ts';
import { type CalendarDocument, placed, timingOf } from './anchor.ts';
import { Budget } from './recurrence/budget.ts';
import { isForEver, isRecurring, type Occurrence, walk } from './walk.ts';

const MAX_MS = 8_640_000_000_000_000;

export interface CalendarSpan {
  /** Milliseconds since the epoch: begin of the first occurrence, */
  start: number;
  /** and end of the last, ENDLESS where there is none. */
  end: number;
}

/**
 * From the first occurrence to the last; null for what has no time. What cannot be told within reason has no end. When
 * no occurrence takes place at all, the time of the object itself. `zone` is that of floating ones, `Etc/UTC`.
 */
export function spanOf(document: CalendarDocument, zone = 'Etc/UTC'): CalendarSpan | null {
  const timing = timingOf(document);
  if (timing === null) return null;
  const own = placed(timing.start, timing, zone);
  if (!isRecurring(document)) return own;
  const budget = new Budget();
  const all = walk(document, { from: -MAX_MS, to: MAX_MS, zone, budget });
  try {
    const endless = isForEver(document);
    let span: CalendarSpan | null = null;
    for (const { start, end } of firstAndOthers(all, endless)) {
      span =
        span === null ? { start, end } : { start: Math.min(span.start, start), end: Math.max(span.end, end) };
    }
    return endless ? { start: span?.start ?? own.start, end: ENDLESS } : (span ?? own);
  } catch (error) {
    if (error instanceof DomainError)
      return { start: Math.min(own.start, firstOf(document, zone)), end: ENDLESS };
    throw error;
  }
}

function* firstAndOthers(all: Generator<Occurrence>, onlyFirst: boolean): Generator<Occurrence> {
  for (const one of all) {
    yield one;
    if (onlyFirst) return;
  }
}

/** The earliest start that an override has: it can lie before that of the object. */
function firstOf(document: CalendarDocument, zone: string): number {
  const { recurrenceRules: _rules, excludedRecurrenceRules: _excluded, ...rest } = document;
  const [first] = walk(rest as CalendarDocument, { from: -MAX_MS, to: MAX_MS, zone });
  return first?.start ?? Number.POSITIVE_INFINITY;
}
