import { timingOf } from '../../../core/calendar/anchor.ts';
import { findOccurrence, isRecurring } from '../../../core/calendar/index.ts';
import { overridesOf } from '../../../core/calendar/patch.ts';
import { seriesOf, seriesTimes } from '../../../core/calendar/recurrence/series.ts';
import { formatLocal } from '../../../core/calendar/time/civil.ts';
import type { CalendarEvent, LocalDateTime } from '../../../core/calendar/types.ts';
import { EwsError } from '../errors.ts';

/** Most occurrences that are counted through for the number of one. */
const MAX_INSTANCE = 10_000;

/**
 * Recurrence id of the occurrence that is meant: by its own id, or by its number from 1 on, where those that were deleted
 * count too (MS-OXWSCDATA 2.2.4.27). @throws EwsError when there is none
 */
export function occurrenceAt(
  document: CalendarEvent,
  { occurrence, instance }: { occurrence: string | null; instance: number | null },
): LocalDateTime {
  if (!isRecurring(document)) {
    throw new EwsError(
      'ErrorCalendarCannotUseIdForRecurringMasterId',
      'The Id is not that of a recurring item.',
    );
  }
  const id =
    instance === null ? findOccurrence(document, occurrence ?? '') : numbered(document, Math.trunc(instance));
  if (id === null || (instance === null && id !== occurrence)) {
    throw instance === null
      ? new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.')
      : new EwsError(
          'ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange',
          'The occurrence index is out of the range of the recurrence.',
        );
  }
  if (overridesOf(document).get(id)?.['excluded'] === true) {
    throw new EwsError(
      'ErrorCalendarOccurrenceIsDeletedFromRecurrence',
      'The occurrence was deleted from the recurrence.',
    );
  }
  return id;
}

function numbered(document: CalendarEvent, instance: number): LocalDateTime | null {
  const timing = timingOf(document);
  if (timing === null || instance < 1 || instance > MAX_INSTANCE) return null;
  // Times that only an override has are occurrences among the others.
  const added = [...overridesOf(document).keys()].sort();
  let count = 0;
  let next = 0;
  for (const time of seriesTimes(seriesOf(document, timing.start))) {
    const id = formatLocal(time);
    for (let one = added[next]; one !== undefined && one <= id; one = added[++next]) {
      if (one !== id && ++count === instance) return one;
    }
    if (++count === instance) return id;
  }
  for (const one of added.slice(next)) if (++count === instance) return one;
  return null;
}
