import type { MailboxRef } from '../mail/types.ts';
import type { ItemKind } from '../pim/types.ts';
import type { DocumentState, Query } from '../search/query.ts';
import type { FeedCursor } from './mail.ts';

/** One message or object for the index. Texts are segmented into words separated by spaces (codecs/text segmentWords). */
export interface SearchDocument extends DocumentState {
  hasAttachment: boolean;
  subject: string;
  /** Names and addresses: of an event its organizer and attendees, of a contact its own. */
  from: string;
  to: string;
  cc: string;
  bcc: string;
  body: string;
  /** Names of attachments. */
  files: string;
}

export interface SearchHit {
  itemId: string;
  receivedAt: number;
}

export interface SearchOptions {
  /**
   * newest: newest first. relevance: the newest 500 that match, those first whose subject or people hold the words,
   * and newer before older ones.
   */
  order: 'newest' | 'relevance';
  limit: number;
  /** What to look for; messages when it is not said. */
  kinds?: readonly ItemKind[];
}

export interface SearchResult {
  hits: SearchHit[];
  /** There are more than these. */
  more: boolean;
}

/** What the index learns from the mailbox's change feed, in one atomic write. */
export interface MirrorChange {
  /** Documents that are there take this state unless they have a newer one; none are made. */
  states: DocumentState[];
  /** Items that are gone for good, and their words with them. */
  gone: string[];
  /** How far the feed of each folder has been followed. They never go back. */
  cursors: ReadonlyMap<string, FeedCursor>;
  /** Folders that are gone. */
  folders: string[];
}

export interface SearchStore {
  /** Insert or replace, several in one write. Idempotent. */
  index(ref: MailboxRef, ...documents: SearchDocument[]): Promise<void>;
  remove(ref: MailboxRef, itemIds: string[]): Promise<void>;
  /** Removes up to `limit` documents of the mailbox, and at last its cursors. Number of removed documents. */
  clear(ref: MailboxRef, limit: number): Promise<number>;
  query(ref: MailboxRef, query: Query, options: SearchOptions): Promise<SearchResult>;

  /** Cursors of the folders that were followed so far. */
  cursors(ref: MailboxRef): Promise<Map<string, FeedCursor>>;
  mirror(ref: MailboxRef, change: MirrorChange): Promise<void>;
  /** Up to `limit` items that the index believes to be in this folder. */
  inFolder(ref: MailboxRef, folderId: string, limit: number): Promise<string[]>;

  /** Which of these items have a document. */
  indexed(ref: MailboxRef, itemIds: readonly string[]): Promise<Set<string>>;
  /** Ids of documents in their order, after this one. */
  documents(ref: MailboxRef, afterItemId: string, limit: number): Promise<string[]>;

  /** Remembers the search that a device pages through; there is one for each device. */
  noteSearch(ref: MailboxRef, deviceId: string, searchId: string): Promise<void>;
  notedSearch(ref: MailboxRef, deviceId: string): Promise<string | null>;
  ping(): Promise<void>;
}
