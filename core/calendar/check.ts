import { type CalendarDocument, timingOf } from './anchor.ts';
import { InvalidCalendarError, RecurrenceTooLargeError } from './errors.ts';
import { Budget } from './recurrence/budget.ts';
import { seriesOf, seriesTimes } from './recurrence/series.ts';
import { DAY } from './time/civil.ts';

/** Every hour of a year is allowed, every minute is not. */
const MAX_PER_YEAR = 10_000;
/** Exceptions and additional dates of one object. */
export const MAX_OVERRIDES = 5_000;

/**
 * Refuses what nobody could live with, before it is kept (A12): an occurrence a minute, thousands of exceptions, rules that
 * take longer to unfold than all of a calendar should.
 * @throws RecurrenceTooLargeError for those; InvalidCalendarError for an event without a start.
 */
export function checkRecurrence(document: CalendarDocument): void {
  const timing = timingOf(document);
  if (timing === null) {
    if (document['@type'] === 'Task') return;
    throw new InvalidCalendarError('an event needs a start');
  }
  const overrides = Object.keys(document.recurrenceOverrides ?? {}).length;
  if (overrides > MAX_OVERRIDES) throw new RecurrenceTooLargeError(`${overrides} exceptions of one series`);
  let count = 0;
  const times = seriesTimes(seriesOf(document, timing.start), {
    to: timing.start + 366 * DAY,
    budget: new Budget(20 * MAX_PER_YEAR),
  });
  for (const _ of times) {
    if (++count > MAX_PER_YEAR)
      throw new RecurrenceTooLargeError(`more than ${MAX_PER_YEAR} occurrences in a year`);
  }
}
