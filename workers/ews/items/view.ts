import { occurrenceDocument } from '../../../core/calendar/patch.ts';
import type { CalendarEvent } from '../../../core/calendar/types.ts';
import type { ItemState, Message, StoredProperty } from '../../../core/mail/types.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import type { Box } from '../mailboxes.ts';
import type { ItemElement } from './property.ts';

export type { StoredProperty };

/** One item as the tables of properties read it: its row at once, everything else when it is asked for. */
export interface ItemView {
  box: Box;
  state: ItemState;
  /** Which element of the schema it is. */
  element: ItemElement;
  /** The message, when it is one; read with the row. */
  message: Message | null;
  /** The event, contact, task or note, when it is one; read with the row. */
  pim: PimItem | null;
  /** Recurrence id when this is one occurrence of a series, else null; `pim` then is the series. */
  occurrence: string | null;
  /** Name of the attachment that it is, of a message in `state`; such a view has no id of an item. */
  attachment?: string;
  /** It was removed for good, and is known by another id than it had. */
  removed?: true;
  /** MAPI properties that clients stored with it, by `extendedKey`. */
  extended: Readonly<Record<string, StoredProperty>>;
}

const events = new WeakMap<ItemView, CalendarEvent>();

/** The event of a view: of an occurrence, with what is its own over the series. null for what is no event. */
export function documentOf(view: ItemView): CalendarEvent | null {
  if (view.pim?.kind !== 'event') return null;
  if (view.occurrence === null) return view.pim.document;
  let event = events.get(view);
  if (event === undefined) {
    event = occurrenceDocument(view.pim.document, view.occurrence);
    events.set(view, event);
  }
  return event;
}
