import type { CalendarDocument } from './anchor.ts';
import { RecurrenceTooLargeError } from './errors.ts';
import { Budget } from './recurrence/budget.ts';
import { type Occurrence, walk } from './walk.ts';

/** More of one object in one window than anything shows. */
const MAX_OCCURRENCES = 10_000;

export interface Window {
  /** Milliseconds since the epoch: what ends after it, */
  from: number;
  /** and begins before it. */
  to: number;
  /** As many from the first on. Without it, more than MAX_OCCURRENCES are an error. */
  limit?: number;
  /** Zone of floating and all-day objects: that of who looks; `Etc/UTC`. */
  zone?: string;
}

/**
 * The times that an event or a task takes place within a window, by start.
 * @throws RecurrenceTooLargeError when there are too many, or finding them takes too long.
 */
export function occurrences(document: CalendarDocument, { from, to, limit, zone }: Window): Occurrence[] {
  const found: Occurrence[] = [];
  if (limit !== undefined && limit <= 0) return found;
  for (const occurrence of walk(document, {
    from,
    to,
    budget: new Budget(),
    ...(zone === undefined ? {} : { zone }),
  })) {
    if (found.length >= MAX_OCCURRENCES) {
      throw new RecurrenceTooLargeError(`more than ${MAX_OCCURRENCES} occurrences`);
    }
    found.push(occurrence);
    if (found.length === limit) break;
  }
  return found;
}
