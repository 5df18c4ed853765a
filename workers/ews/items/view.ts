import type { ItemState, Message } from '../../../core/mail/types.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import type { Box } from '../mailboxes.ts';
import type { ItemElement } from './property.ts';

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
  /** MAPI properties that clients stored with it, by `extendedKey`. */
  extended: Readonly<Record<string, StoredProperty>>;
}

/** A MAPI property as a client gave it. */
export interface StoredProperty {
  type: string;
  value: string | string[];
}
