import type { MailboxRef } from '../mail/types.ts';

/**
 * What became of one recipient. queued: to be tried (again). sending: an attempt is under way, or was when it died.
 * sent: handed over. uncertain: the bytes went out, but the answer was lost; it is tried again (I23). failed: for
 * good; the sender is told. cancelled: it was stopped before it went out.
 */
export type DeliveryState = 'queued' | 'sending' | 'sent' | 'uncertain' | 'failed' | 'cancelled';

export interface DeliveryFailure {
  /** Enhanced status code (RFC 3463). */
  status: string;
  text: string;
  /** Who said so, as a mta-name of RFC 3464 2.1.2 (`dns; mx.example`); absent when it was this installation. */
  by?: string;
}

export interface OutboxRecipient {
  /** Canonical, or as it was written where it has no canonical form. */
  address: string;
  /** The group through which it became a recipient. */
  group?: string;
  /** Only the sender may know that this recipient got the message. */
  bcc: boolean;
  state: DeliveryState;
  /** The mailbox here that the address led to when the message was accepted; null for other addresses. */
  mailbox: MailboxRef | null;
  /** The last failure; null when there was none. */
  failure: DeliveryFailure | null;
  /** Attempts to hand it to a carrier; none are counted for mailboxes here. */
  attempts: number;
  /** Milliseconds since the epoch; null before the first attempt. */
  firstAttemptAt: number | null;
  /** When it is tried (again); null when it is not. */
  nextAttemptAt: number | null;
  /** The carrier of the last attempt. */
  carrier: string | null;
  /** Id under which the next host keeps it. */
  remoteId: string | null;
  /** The notices that the sender has been given, or that are pending in the entry. */
  told: { delayed: boolean; failed: boolean };
}

/** A delivery status notification that was decided on and is still to be placed. */
export interface PendingReport {
  /** Names it within the entry. */
  key: string;
  kind: 'failed' | 'delayed';
  /** Milliseconds since the epoch. */
  at: number;
  /** Recipients that it is about. */
  addresses: string[];
}

/** What changes of an entry in the course of time. */
export interface OutboxProgress {
  /** done: nothing of it is left to do. */
  state: 'open' | 'done';
  recipients: OutboxRecipient[];
  /** Before this nothing of it leaves, and until it begins it can be cancelled. */
  notBefore: number;
  /** It has begun to leave. */
  begun: boolean;
  /** The copies in Sent Items and in the tenant's journal are durable, as far as there are to be any. */
  copied: boolean;
  /**
   * When it is to be looked at again. While an attempt is under way: when that counts as dead. Means nothing when the
   * entry is done.
   */
  nextAttemptAt: number;
  /** Names the attempt that is under way; '' when there is none. */
  claim: string;
  /** Fields that were put before the header when it was signed, so that each attempt sends the same bytes (I23). */
  signature: string;
  reports: PendingReport[];
  updatedAt: number;
}

/** A message on its way out. Where it goes was decided when it was accepted. */
export interface OutboxEntry extends OutboxProgress {
  submissionId: string;
  /** Mailbox of the sender. */
  ref: MailboxRef;
  /** Key of the message as its author wrote it, Bcc included. */
  rawKey: string;
  rawSize: number;
  /** Return path; empty for a message that nobody must be told of. */
  mailFrom: string;
  /** Domain of the author, for which the message is signed. */
  fromDomain: string;
  /** Without angle brackets. */
  messageId: string;
  /** Written by the installation in its user's name. */
  automatic: boolean;
  saveInSentItems: boolean;
  correlationId: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Raised by each update, which names the one it has seen. */
  revision: number;
}

/** A limit that holds at the moment in which an entry is added. */
export interface SendGuard {
  /** The mailbox of the sender, or all of its tenant. */
  whose: 'user' | 'tenant';
  what: 'messages' | 'recipients';
  /** First hour since the epoch that counts. */
  sinceHour: number;
  /** Most that there may be, with what is added. */
  max: number;
}

/** What a mailbox and its tenant have sent, by the hour: automatic messages and others are counted apart. */
export interface SendUsage {
  /** Of the mailbox in this hour. */
  hour: { messages: number; recipients: number };
  /** Of the mailbox in this hour and the 23 before. */
  day: { messages: number; recipients: number };
  tenantHour: { messages: number; recipients: number };
  tenantDay: { messages: number; recipients: number };
  /** Most recipients that the mailbox wrote to in one hour of the two weeks before this hour. */
  usualRecipients: number;
}

/** A mailbox that may not send, or one that was let off. */
export interface SendLock {
  lockedAt: number | null;
  reason: string;
  /** Until then what it sends at once is no reason to lock it. */
  exemptUntil: number;
}

/** Position in a list, newest first. */
export interface OutboxCursor {
  createdAt: number;
  submissionId: string;
}

/** Messages on their way out, so that each is sent once, however often it is handed in (I16, I23). */
export interface SentDay {
  day: number;
  messages: number;
  recipients: number;
}

export interface OutboxStore {
  /**
   * Adds an entry and counts it, in one atomic write. present: the sender's mailbox has an entry of this id already,
   * which stays as it is. limited: a guard does not hold, and nothing was done.
   */
  addEntry(entry: OutboxEntry, guards?: readonly SendGuard[]): Promise<'added' | 'present' | 'limited'>;
  getEntry(ref: MailboxRef, submissionId: string): Promise<OutboxEntry | null>;
  /** Those of at most 100 that there are, in one round trip. */
  getEntries(wanted: readonly { ref: MailboxRef; submissionId: string }[]): Promise<OutboxEntry[]>;
  /** False, and nothing done, when the entry is not at the revision of `seen` any more. */
  updateEntry(
    seen: Pick<OutboxEntry, 'ref' | 'submissionId' | 'revision'>,
    to: OutboxProgress,
  ): Promise<boolean>;
  /** Open entries of a tenant that are due at this time, those that wait longest first. */
  dueEntries(tenantId: string, at: number, limit: number): Promise<OutboxEntry[]>;
  /** How many entries of these tenants are open: due at this time, and later. */
  countOpen(tenantIds: readonly string[], at: number): Promise<{ due: number; scheduled: number }>;
  /** Entries of a tenant or one of its mailboxes, newest first. */
  listEntries(
    which: { tenantId: string; mailboxId?: string; state?: OutboxEntry['state'] },
    before: OutboxCursor | null,
    limit: number,
  ): Promise<OutboxEntry[]>;
  /** Forgets finished entries of a tenant that were last touched before this time, at most `limit`. Their raw keys. */
  forgetEntries(tenantId: string, touchedBefore: number, limit: number): Promise<string[]>;

  /** What is to be known before a message is accepted, in one round trip. `hour`: hours since the epoch. */
  beforeSending(
    ref: MailboxRef,
    submissionId: string,
    hour: number,
    automatic: boolean,
  ): Promise<{ entry: OutboxEntry | null; usage: SendUsage; lock: SendLock | null }>;
  sendUsage(ref: MailboxRef, hour: number, automatic: boolean): Promise<SendUsage>;
  /** What these tenants together sent on each day from this one on, where they sent something; days since the epoch, UTC. */
  sentByDay(tenantIds: readonly string[], sinceDay: number): Promise<SentDay[]>;
  /** Forgets what a tenant sent before this hour. */
  forgetSendUsage(tenantId: string, beforeHour: number): Promise<void>;
  getSendLock(tenantId: string, mailboxId: string): Promise<SendLock | null>;
  putSendLock(tenantId: string, mailboxId: string, lock: SendLock): Promise<void>;
}
