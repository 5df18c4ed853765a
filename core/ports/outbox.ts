import type { MailboxRef } from '../mail/types.ts';

/**
 * What became of one recipient. queued: to be tried (again). sending: an attempt is under way. sent: handed over.
 * uncertain: handed over, but the answer was lost (I23). failed: for good; the sender is told.
 */
type DeliveryState = 'queued' | 'sending' | 'sent' | 'uncertain' | 'failed';

export interface OutboxRecipient {
  /** Canonical, or as it was written where it has no canonical form. */
  address: string;
  /** Only the sender may know that this recipient got the message. */
  bcc: boolean;
  state: DeliveryState;
  /** The mailbox here that the address led to when the message was accepted; null for other addresses. */
  mailbox: MailboxRef | null;
  /** Enhanced status code (RFC 3463) and words of the last failure; null when there was none. */
  failure: { status: string; text: string } | null;
}

/** A message on its way out. Everything that decides its fate was decided when it was accepted. */
export interface OutboxEntry {
  submissionId: string;
  /** Mailbox of the sender. */
  ref: MailboxRef;
  /** Key of the message as its author wrote it, Bcc included. */
  rawKey: string;
  rawSize: number;
  /** Return path; empty for a message that nobody must be told of. */
  mailFrom: string;
  saveInSentItems: boolean;
  /** done: nothing of it is left to do. */
  state: 'open' | 'done';
  recipients: OutboxRecipient[];
  correlationId: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  updatedAt: number;
  /** Raised by each update, which names the one it has seen. */
  revision: number;
}

/** Messages on their way out, so that each is sent once, however often it is handed in (I16, I23). */
export interface OutboxStore {
  /** False when the sender's mailbox has an entry of this id already, which stays as it is. */
  addEntry(entry: OutboxEntry): Promise<boolean>;
  getEntry(ref: MailboxRef, submissionId: string): Promise<OutboxEntry | null>;
  /** False, and nothing done, when the entry is not at this revision any more. */
  updateEntry(
    ref: MailboxRef,
    submissionId: string,
    revision: number,
    change: { state: OutboxEntry['state']; recipients: OutboxRecipient[]; updatedAt: number },
  ): Promise<boolean>;
  /** Open entries of a tenant that were last touched before this time, oldest first. */
  openEntries(tenantId: string, touchedBefore: number, limit: number): Promise<OutboxEntry[]>;
  /** Forgets finished entries of a tenant that were last touched before this time. Number of them. */
  forgetEntries(tenantId: string, touchedBefore: number): Promise<number>;
}
