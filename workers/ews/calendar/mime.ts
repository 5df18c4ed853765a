import type { CalendarDocument } from '../../../core/calendar/anchor.ts';
import { occurrenceDocument } from '../../../core/calendar/patch.ts';
import type { CalendarEvent, CalendarTask } from '../../../core/calendar/types.ts';
import { DomainError } from '../../../core/errors.ts';
import { EwsError } from '../errors.ts';
import type { ItemView } from '../items/view.ts';

/** An event or a task as iCalendar with the definition of its zone (RFC 5545 3.6.5); null for another item. */
export async function writeItem(view: ItemView): Promise<Uint8Array | null> {
  const { pim, occurrence } = view;
  if (pim?.kind !== 'event' && pim?.kind !== 'task') return null;
  // Loaded when it is asked for: most requests read no iCalendar.
  const { writeICal } = await import('../../../core/calendar/ical/write.ts');
  const document: CalendarDocument =
    pim.kind === 'event' && occurrence !== null ? occurrenceDocument(pim.document, occurrence) : pim.document;
  return new TextEncoder().encode(writeICal([document], { busy: true }));
}

/** The event of an iCalendar object, with its changed occurrences. @throws EwsError ErrorMimeContentInvalid */
export async function readEvent(bytes: Uint8Array, now: number): Promise<CalendarEvent> {
  const found = (await documentsOf(bytes, now)).find((one): one is CalendarEvent => one['@type'] === 'Event');
  if (found === undefined)
    throw new EwsError('ErrorMimeContentInvalid', 'There is no event in the MIME content.');
  const { method: _, ...event } = found;
  return event;
}

/** The task of an iCalendar object. @throws EwsError ErrorMimeContentInvalid */
export async function readTask(bytes: Uint8Array, now: number): Promise<CalendarTask> {
  const found = (await documentsOf(bytes, now)).find((one): one is CalendarTask => one['@type'] === 'Task');
  if (found === undefined)
    throw new EwsError('ErrorMimeContentInvalid', 'There is no task in the MIME content.');
  return found;
}

async function documentsOf(bytes: Uint8Array, now: number): Promise<CalendarDocument[]> {
  const [{ ICalError }, { readICal }] = await Promise.all([
    import('../../../codecs/ical/index.ts'),
    import('../../../core/calendar/ical/read.ts'),
  ]);
  try {
    return readICal(bytes, { now, ownCopy: true }).documents;
  } catch (error) {
    if (error instanceof ICalError || error instanceof DomainError)
      throw new EwsError('ErrorMimeContentInvalid', 'The MIME content is no calendar that can be read.');
    throw error;
  }
}
