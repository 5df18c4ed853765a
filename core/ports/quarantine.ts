import type { MailboxRef } from '../mail/types.ts';
import type { TrustVerdict } from '../trust/types.ts';

/** held: it waits for somebody's word. released: it goes, or went, through ingest into the mailbox. deleted: it went. */
export type QuarantineState = 'held' | 'released' | 'deleted';

/** A message that is kept out of its mailbox: what its header and its verdict say. Its raw stays where it was put. */
export interface HeldMessage {
  tenantId: string;
  mailboxId: string;
  /** The item that it becomes when it is released. */
  itemId: string;
  rawKey: string;
  /** The same mail again is the same held message. */
  dedupeKey: string;
  state: QuarantineState;
  reason: 'dmarc' | 'spam' | 'attachment' | 'unreadable';
  /** For people. */
  why: string;
  receivedAt: number;
  heldAt: number;
  /** Then it goes, when nobody has said anything. */
  expiresAt: number;
  /** When and by whom it was released or deleted. */
  decidedAt: number | null;
  decidedBy: string | null;
  mailFrom: string;
  recipient: string;
  /** Of the From field. */
  author: string;
  subject: string;
  messageId: string;
  size: number;
  /** Names of attachments. */
  files: string[];
  verdict: TrustVerdict | null;
  correlationId: string;
}

/** A place in a list, newest first. */
export interface QuarantinePosition {
  heldAt: number;
  itemId: string;
}

interface QuarantineFilter {
  mailboxId?: string | undefined;
  state: QuarantineState;
  after?: QuarantinePosition | undefined;
  limit: number;
}

export interface QuarantineStore {
  /** held: it is there now, or was already by its item. duplicate: another raw of the same mail is there; nothing was done. */
  hold(ref: MailboxRef, message: HeldMessage): Promise<'held' | 'duplicate'>;
  get(ref: MailboxRef, itemId: string): Promise<HeldMessage | null>;
  /** False, and nothing done, when it is not held any more. */
  decide(
    ref: MailboxRef,
    itemId: string,
    to: 'released' | 'deleted',
    by: string,
    at: number,
  ): Promise<boolean>;
  /** Messages of a tenant in a shard, newest first. */
  list(tenantId: string, shard: string, filter: QuarantineFilter): Promise<HeldMessage[]>;
  /** Held messages of a tenant whose time is over at this moment, the oldest first. */
  expired(tenantId: string, shard: string, at: number, limit: number): Promise<HeldMessage[]>;
  /** Forgets those of a tenant that were decided on before this time. */
  forget(tenantId: string, shard: string, decidedBefore: number, limit: number): Promise<number>;
}
