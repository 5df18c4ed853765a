import type { MailboxRef } from '../mail/types.ts';
import type { SpamLabel } from './spam.ts';

/** In how many messages of each kind. */
export interface TokenCount {
  spam: number;
  ham: number;
}

/** What one mailbox, or all of its tenant together, have learned. */
export interface Learned {
  /** Messages. */
  totals: TokenCount;
  /** Of the tokens asked for, those that are known. */
  tokens: Map<string, TokenCount>;
}

export interface Lesson {
  itemId: string;
  label: SpamLabel;
  /** At most MAX_LESSON_TOKENS, each of at most 16 characters. */
  tokens: readonly string[];
  /** Milliseconds since the epoch. */
  at: number;
}

export const MAX_LESSON_TOKENS = 300;
/** Tokens that are kept: of those seen once the ones that were learned first go first, and then the others. */
export const MAX_MAILBOX_TOKENS = 3000;
export const MAX_TENANT_TOKENS = 20_000;
/** Items of a mailbox whose label is remembered, the last ones. */
export const MAX_LABELS = 5000;

/** Counts of tokens by mailbox, and by tenant beside it. */
export interface SpamTokens {
  counts(ref: MailboxRef, tokens: readonly string[]): Promise<{ mailbox: Learned; tenant: Learned }>;
  /** Labels by which these items were learned. */
  labels(ref: MailboxRef, itemIds: readonly string[]): Promise<Map<string, SpamLabel>>;
  /**
   * One atomic write. An item that was learned by this label already teaches nothing; one that was learned by the
   * other is taken back from there. Whether anything was learned.
   */
  learn(ref: MailboxRef, lesson: Lesson): Promise<boolean>;
}
