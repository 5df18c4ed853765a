import type { MailboxRef } from '../mail/types.ts';

/** Text of one message, already segmented into words separated by spaces (codecs/text segmentWords). */
export interface SearchDocument {
  itemId: string;
  subject: string;
  /** Names and addresses of sender and recipients. */
  people: string;
  body: string;
  attachments: string;
  receivedAt: number;
}

export interface SearchStore {
  /** Insert or replace, several in one write. Idempotent. */
  index(ref: MailboxRef, ...documents: SearchDocument[]): Promise<void>;
  remove(ref: MailboxRef, itemIds: string[]): Promise<void>;
  /** Item ids whose text holds all words of `words` (segmented), newest first. The smallest query the index must answer. */
  find(ref: MailboxRef, words: string, limit: number): Promise<string[]>;
  ping(): Promise<void>;
}
