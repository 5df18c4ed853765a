import { type Occurrence, occurrences, RecurrenceTooLargeError } from '../../../core/calendar/index.ts';
import type { CalendarEvent } from '../../../core/calendar/types.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import type { RangeCursor } from '../../../core/ports/pim.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { viewOf } from '../items/load.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import { selfOf } from './facts.ts';

const PAGE = 500;
/** Longest window (MS-OXWSSRCH 3.1.4.2: two years). */
const MAX_WINDOW_MS = 2 * 366 * 86_400_000;
/** Occurrences that are put in order; a view tells fewer. */
const MAX_FOUND = 5000;

/**
 * What takes place in a calendar between two times, by start: occurrences of series each by itself, other events as they
 * are. At most `most`. Events that cannot be unfolded are left out.
 * @throws EwsError ErrorCalendarViewRangeTooBig
 */
export async function calendarView(
  context: EwsContext,
  box: Box,
  folderId: string,
  begin: number,
  to: number,
  most: number,
): Promise<ItemView[]> {
  if (to - begin > MAX_WINDOW_MS) {
    throw new EwsError('ErrorCalendarViewRangeTooBig', 'The view is longer than two years.');
  }
  const { zone } = await selfOf(box, context);
  // What ends when the view begins is shown, too: Exchange does.
  const from = begin - 1;
  const found: { start: number; view: ItemView }[] = [];
  for (let after: RangeCursor | null = null; found.length < MAX_FOUND; ) {
    const items: PimItem[] = await box.store.eventsBetween([folderId], from, to, after, PAGE);
    for (const item of items) {
      if (item.kind !== 'event') continue;
      for (const one of timesOf(item.document, { from, to, limit: MAX_FOUND, zone })) {
        found.push({ start: one.start, view: viewOf(box, item, null, item, one.recurrenceId) });
      }
    }
    const last = items.at(-1);
    if (items.length < PAGE || last === undefined) break;
    after = { startsAt: last.startsAt ?? 0, itemId: last.itemId };
  }
  return found
    .sort((a, b) => a.start - b.start)
    .slice(0, most)
    .map(({ view }) => view);
}

/** A rule that takes too long hides its own event alone. */
function timesOf(event: CalendarEvent, window: Parameters<typeof occurrences>[1]): Occurrence[] {
  try {
    return occurrences(event, window);
  } catch (error) {
    if (error instanceof RecurrenceTooLargeError) return [];
    throw error;
  }
}
