import type { ItemState, MailAddress, MessageFlag, NewMessage } from '../mail/types.ts';

/** A message that was removed for good and can still be brought back. */
export interface RemovedMessage {
  itemId: string;
  rawKey: string;
  /** Folder that it was removed from; it may be gone. */
  folderId: string;
  /** Milliseconds since the epoch. */
  removedAt: number;
  receivedAt: number;
  /** Bytes of the raw; 0 for what was removed before this was noted. */
  size: number;
  subject: string;
  from: MailAddress[];
  isRead: boolean;
  isDraft: boolean;
  flag: MessageFlag | null;
  categories: string[];
}

/** Keyset position in the list of removed messages, newest removal first. */
export interface RemovedCursor {
  removedAt: number;
  rawKey: string;
}

/** Keyset position among items from the oldest on. */
export interface AgeCursor {
  receivedAt: number;
  itemId: string;
}

export interface RestoreResult {
  /** restored: it is there again. present: it was there already. gone: it cannot be brought back (any more). */
  outcome: 'restored' | 'present' | 'gone';
  folderId: string;
  modseq: number;
}

export interface Counters {
  sizeBytes: number;
  itemCount: number;
}

/**
 * What a mailbox keeps beyond its folders, and for how long. Removing a message for good leaves its raw and a note of
 * it here until the raw is purged. The tombstone with the raw key stays beyond that: a late delivery of the same raw
 * never brings a removed message back.
 */
export interface MailKeeping {
  /** Messages removed at or after `since`, newest removal first. */
  removedMessages(options: {
    since?: number;
    before?: RemovedCursor | null;
    limit: number;
  }): Promise<RemovedMessage[]>;
  removedMessage(itemId: string): Promise<RemovedMessage | null>;
  /** Folders of the mailbox that the item has left, the last one first. */
  formerFolders(itemId: string): Promise<string[]>;
  /**
   * Puts a removed message back as the same item with the same raw, new to its folder. In one atomic write the
   * tombstone lets go of the raw key, the message is inserted and the note forgotten. Rejects with NotFoundError
   * without the folder. Idempotent.
   */
  restore(message: NewMessage & { folderId: string }): Promise<RestoreResult>;

  /**
   * Takes up to `limit` removed messages, removed before this time, out of reach of `restore`, together with those
   * that an earlier run has not finished. Their raw keys: none of them is the raw of a message.
   */
  beginPurge(removedBefore: number, limit: number): Promise<string[]>;
  /** Forgets removed messages whose raws are gone. */
  endPurge(rawKeys: string[]): Promise<void>;

  /** Items of a folder received before this time, oldest first, after the cursor. */
  oldest(
    folderId: string,
    receivedBefore: number,
    after: AgeCursor | null,
    limit: number,
  ): Promise<ItemState[]>;

  /** Counts the mailbox anew and mends its counters (I15). `before` is what they said, `counted` what they say now. */
  recount(): Promise<{ before: Counters; counted: Counters }>;
}
