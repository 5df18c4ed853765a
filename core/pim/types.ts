import type { CalendarEvent, CalendarTask } from '../calendar/types.ts';
import type { Card } from '../contacts/types.ts';
import type { ItemClass, ItemState } from '../mail/types.ts';
import type { Note, TextMessage } from '../notes/types.ts';

/** What an item is. A folder of a class holds its own kinds; Deleted Items holds any. */
export type ItemKind = 'message' | PimKind;
export type PimKind = 'event' | 'contact' | 'task' | 'note' | 'sms';

export interface PimDocuments {
  event: CalendarEvent;
  contact: Card;
  task: CalendarTask;
  note: Note;
  sms: TextMessage;
}
export type PimDocument = PimDocuments[PimKind];

/** Longest document as JSON, in bytes: a picture of a contact fits. */
export const MAX_DOCUMENT_BYTES = 256 * 1024;

/** After this time nothing lies: what has no end. */
export const ENDLESS = 253_402_300_799_000;

/** What queries ask of a document; made from it by `pimFacts` (core/pim/facts.ts), never by hand. */
export interface PimFacts {
  /** Names the same thing in the world: UID of iCalendar and vCard. At most 255 characters, longer ones hashed. */
  uid: string;
  /**
   * Events: when the last occurrence ends, ENDLESS without an end: what FilterType looks at. Tasks: ENDLESS while they are
   * open, then when they were completed. Contacts and notes: when they were made. Becomes `receivedAt` of the item.
   */
  sortAt: number;
  /** Events: when the first occurrence begins, milliseconds since the epoch, a day early for floating ones; else null. */
  startsAt: number | null;
  /** Events: when the last one ends, ENDLESS without an end; else null. */
  endsAt: number | null;
  /** When the owner is next to be reminded, or null. */
  remindAt: number | null;
  /** What lists are sorted by and people look for: title, name as filed. At most 255 characters. */
  title: string;
}

export type PimItem = {
  [K in PimKind]: ItemState & PimFacts & { kind: K; document: PimDocuments[K] };
}[PimKind];

/** What is written. An item of the same id is replaced, in the folder where it is. */
export type NewPimItem = {
  [K in PimKind]: { itemId: string; folderId: string; kind: K; document: PimDocuments[K]; facts: PimFacts };
}[PimKind];

export const CLASS_OF_KIND: Record<ItemKind, ItemClass> = {
  message: 'Email',
  sms: 'Email',
  event: 'Calendar',
  contact: 'Contacts',
  task: 'Tasks',
  note: 'Notes',
};
