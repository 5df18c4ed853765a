import type { NewPimItem, PimItem, PimKind } from '../pim/types.ts';

export interface PutOptions {
  /**
   * null: only when there is no such item. A number: only when the item has this modseq still. undefined: in any case.
   */
  expect?: number | null;
  /** Attendees are to be told what changed: stays noted until `announced` says so (core/scheduling). */
  announce?: boolean;
}

export interface PutResult {
  /**
   * present: with `expect: null`, the very same item is there already (a repeat). conflict: it is not at the expected
   * modseq. noFolder: the folder is not there. tooLarge: beyond MAX_DOCUMENT_BYTES.
   */
  outcome: 'inserted' | 'changed' | 'present' | 'conflict' | 'noFolder' | 'tooLarge';
  itemId: string;
  folderId: string;
  modseq: number;
}

/** Position in a list by start: after this time and item. */
export interface RangeCursor {
  startsAt: number;
  itemId: string;
}

/**
 * Events, contacts, tasks and notes of a mailbox: items like messages, with the same feed, modseq and tombstones
 * (moved by `move`, removed by `remove`). Each put is one atomic write that raises the modseq (I13).
 */
export interface PimStore {
  putItem(item: NewPimItem, options?: PutOptions): Promise<PutResult>;
  /** Several in one atomic write (imports): all of them inserted, or replaced where the id is known. In order. */
  putItems(items: readonly NewPimItem[]): Promise<PutResult[]>;
  /** In the order asked for; unknown ids, and messages, are left out. */
  pimItems(itemIds: readonly string[]): Promise<PimItem[]>;
  /** Items of a kind with this UID, in all folders but Deleted Items. */
  itemsByUid(kind: PimKind, uid: string): Promise<PimItem[]>;
  /** Events of these folders that may take place between two times (startsAt < to and endsAt > from), by start. */
  eventsBetween(
    folderIds: readonly string[],
    from: number,
    to: number,
    after: RangeCursor | null,
    limit: number,
  ): Promise<PimItem[]>;
  /** Items of a folder in order of their ids, for walking through all of it. */
  pimPage(folderId: string, afterItemId: string, limit: number): Promise<PimItem[]>;
  /** Notes the next reminder without changing the item: no device hears of it. False when it is not at this modseq. */
  setReminder(itemId: string, modseq: number, remindAt: number | null): Promise<boolean>;
  /** Attendees know this version. False, and it stays noted, when the item has changed since. */
  announced(itemId: string, modseq: number): Promise<boolean>;
}

/** Across the mailboxes of a tenant, for the scheduled handler. */
export interface PimDue {
  mailboxId: string;
  itemId: string;
}
