import type { NewPimItem, PimItem, PimKind } from '../pim/types.ts';

export interface PutOptions {
  /**
   * null: only when there is no such item. A number: only when the item has this modseq still. undefined: in any case.
   */
  expect?: number | null;
  /** Attendees are to be told what changed: stays noted until `announced` says so (core/scheduling). */
  announce?: boolean;
  /** With it: the organizer wants no copy of what they are told. */
  uncopied?: boolean;
  /** With it: only those are told who come or go. */
  onlyChanged?: boolean;
}

export interface PutResult {
  /**
   * present: the very same document is there already (a repeat), at whatever modseq, and nothing was written. conflict:
   * the item is not as expected, or it is of another kind. noFolder: neither the item nor the folder is there. tooLarge:
   * beyond MAX_DOCUMENT_BYTES. folderId and modseq say where the item is now; empty and 0 where it is not.
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
  /**
   * Several in one atomic write (imports): all of them inserted, or replaced where the id is known. In order; of one id
   * the last. Lists of more than PUT_AT_ONCE items or PUT_BYTES of documents go in several writes.
   */
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
  /** Ids of all of them, whatever their folder, in their order. */
  pimIds(afterItemId: string, limit: number): Promise<string[]>;
  /** Notes the next reminder without changing the item: no device hears of it. False when it is not at this modseq. */
  setReminder(itemId: string, modseq: number, remindAt: number | null): Promise<boolean>;
  /** Attendees know this version. False, and it stays noted, when the item has changed since. */
  announced(itemId: string, modseq: number): Promise<boolean>;
}

export const PUT_AT_ONCE = 500;
export const PUT_BYTES = 4_000_000;

/** Across the mailboxes of a tenant, for the scheduled handler. */
export interface PimDue {
  mailboxId: string;
  itemId: string;
}

export interface PimDueOptions {
  /** Of reminders: those due until this time. Of announcements it means nothing. */
  until: number;
  limit: number;
  /** In order of mailbox and item, those after this one. */
  after?: PimDue | null;
}

export interface PimDueStore {
  /**
   * Items of all mailboxes of a tenant in one shard whose owner is to be reminded (`remindAt` not after `until`), or
   * whose attendees are to be told of a change. Read from an index; they stay due until `setReminder` and `announced`.
   */
  duePim(
    tenantId: string,
    shard: string,
    what: 'reminder' | 'announce',
    options: PimDueOptions,
  ): Promise<PimDue[]>;
}
