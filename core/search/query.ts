import type { ItemKind } from '../pim/types.ts';

/** Fields of a message that hold text. `files` are the names of its attachments. */
export type TextField = 'subject' | 'from' | 'to' | 'cc' | 'bcc' | 'body' | 'files';

export const TEXT_FIELDS: readonly TextField[] = ['subject', 'from', 'to', 'cc', 'bcc', 'body', 'files'];

/**
 * What a search asks for. The index cuts `text` into words the way it cut the messages: more than one word is a
 * phrase, `prefix` lets the last of them be the beginning of a word, and text without any word asks for nothing.
 */
export type Query =
  | { kind: 'and' | 'or'; of: Query[] }
  | { kind: 'not'; of: Query }
  | { kind: 'text'; text: string; prefix: boolean; fields: readonly TextField[] | null }
  | StateQuery;

/** Conditions on facts other than text. Times are milliseconds since the epoch, sizes bytes of the raw message. */
export type StateQuery =
  /** Received at or after `from` and before `before`. */
  | { kind: 'received'; from: number | null; before: number | null }
  /** At least `min` and at most `max` bytes. */
  | { kind: 'size'; min: number | null; max: number | null }
  | { kind: 'attachment' | 'read' | 'flagged'; is: boolean }
  | { kind: 'folders'; folderIds: readonly string[] }
  | { kind: 'thread'; threadId: string }
  /** Compared without case. */
  | { kind: 'category'; name: string }
  | { kind: 'all' };

/** ATTACKS: a query of a thousand terms, or nested a thousand deep, costs the database what a mailbox of mails does. */
export const QUERY_LIMITS = {
  /** Leaves of the tree; the rest is left out. */
  leaves: 48,
  depth: 12,
  /** Words of one text. */
  words: 32,
  /** UTF-16 units of a query in text form. */
  text: 2048,
} as const;

/** What the index knows of an item beside its text. */
export interface DocumentState {
  itemId: string;
  kind: ItemKind;
  folderId: string;
  /** Version of the item that this describes. */
  modseq: number;
  receivedAt: number;
  isRead: boolean;
  isFlagged: boolean;
  categories: readonly string[];
  size: number;
  threadId: string;
}

/** A category as it is compared: names differ in more than case only where people can see it. */
export function foldCategory(name: string): string {
  return name.normalize('NFC').toLowerCase().replaceAll('\n', ' ').trim();
}
