import type { Tenant, User } from '../identity/types.ts';
import type { MailAddress, MailboxRef, MessagePart } from '../mail/types.ts';
import type { CarrierResult } from './carrier.ts';
import type { OutboxCursor, OutboxEntry } from './outbox.ts';
import type { OutboundJob } from './queues.ts';

/** A file of a message that is being written: new bytes, or a part of a raw that is kept already. */
export interface DraftAttachment {
  name: string;
  mediaType: string;
  contentId: string | null;
  /** Where its content is on the web (RFC 2557 4.2): visible characters of ASCII. */
  contentLocation?: string | null;
  isInline: boolean;
  content: Uint8Array | { rawKey: string; part: MessagePart };
}

/** A message that is being written, in the terms of its author. */
export interface DraftContent {
  from: MailAddress;
  to: MailAddress[];
  cc: MailAddress[];
  bcc: MailAddress[];
  replyTo: MailAddress[];
  subject: string;
  importance: 'low' | 'normal' | 'high';
  text: string | null;
  html: string | null;
  /** An iTIP object as one more form of the body (RFC 6047 2.4); its method stands in the part's header as well. */
  calendar?: { method: string; text: string };
  attachments: DraftAttachment[];
  /** Without angle brackets. */
  messageId: string;
  /** Milliseconds since the epoch. */
  date: number;
  inReplyTo: string | null;
  references: string[];
  /** Base64 of the Thread-Index header of the message (its parent's and one block more), or null. */
  threadIndex: string | null;
}

/** Turns a draft into bytes of RFC 5322, with its Bcc: whoever sends takes that out. */
export interface Composer {
  compose(draft: DraftContent): Promise<Uint8Array>;
}

/** The person in whose name something is sent. */
export interface Sender {
  ref: MailboxRef;
  tenant: Tenant;
  user: User;
}

export interface Submission {
  /** The same id again is the same message: it is not sent twice (I16, I23). */
  submissionId: string;
  sender: Sender;
  /** As its author wrote it, Bcc included. */
  raw: Uint8Array;
  saveInSentItems: boolean;
  correlationId: string;
  /** How it was handed in, for its trace: a protocol, or what the installation sends by itself. */
  via?: string;
  /** Milliseconds since the epoch before which nothing of it leaves; until then it can be cancelled. */
  notBefore?: number;
  /**
   * Written by the installation in the user's name: an automatic reply, a forwarded or redirected message, a receipt,
   * a journal report. The fields of its header say nothing: it goes to these recipients with this return path ('' for
   * none, so that nobody is told when it fails), its From is not checked, and it counts to no daily limit.
   */
  automatic?: {
    mailFrom: string;
    recipients: string[];
    /** Counts to no limit at all: what the tenant itself writes down of its mail. */
    uncounted?: true;
  };
}

/**
 * accepted: durable, and on its way to every recipient, or held back until it may leave; those that cannot be reached
 * are told to the sender by a delivery status notification. already: this id was accepted before. refused: nothing
 * was kept.
 */
export type SubmitResult =
  | { kind: 'accepted'; itemId: string | null }
  | { kind: 'already' }
  | { kind: 'refused'; reason: Refusal };

export type Refusal =
  | 'no-recipients'
  | 'too-many-recipients'
  | 'bad-message'
  | 'from-not-allowed'
  | 'too-large'
  /** It has come by too many hosts: a loop (RFC 5321 6.3). */
  | 'loop'
  /** The mailbox is too full to send. */
  | 'over-quota'
  /** More than the user or the tenant may send in this time. */
  | 'rate-limited'
  /** The user may not send until an admin allows it again. */
  | 'sending-locked';

interface OutboxQuery {
  tenantId: string;
  mailboxId?: string;
  state?: OutboxEntry['state'];
}

/** A message that a sender outside of this installation has taken, for the recipients whose state is `sending`. */
export interface TakenMessage {
  entry: OutboxEntry;
  /** Names what was taken: whoever says what became of it says this, too. */
  lease: string;
  /** Recipients to whom it may have gone already: the one who took it before said nothing, or did not know. */
  uncertain: string[];
  /** Whether header or addresses hold more than ASCII (RFC 6531), and whether any line has bytes over 127. */
  needs: { smtputf8: boolean; eightBit: boolean };
  /** Of the bytes that leave. */
  size: number;
}

/**
 * Messages of tenants whose way out is `external`: a sender outside of this installation takes them for a time, in which
 * nobody else gets them, and says what became of each recipient. Who was handed the message is never given to anybody
 * again (I23).
 */
export interface ExternalSending {
  /** null: the tenant's mail leaves another way. */
  take(tenantId: string, options: { limit: number; leaseMs: number }): Promise<TakenMessage[] | null>;
  /** The exact bytes that leave, the same for each attempt. lost: somebody else has it, or nobody. null: no such message. */
  open(ref: MailboxRef, submissionId: string, lease: string): Promise<Uint8Array | 'lost' | null>;
  /** From now on. null: no such message. */
  extend(
    ref: MailboxRef,
    submissionId: string,
    lease: string,
    leaseMs: number,
  ): Promise<{ until: number } | 'lost' | null>;
  /**
   * What became of recipients. That it was handed over counts in any case, everything else only as long as the lease
   * does; `ignored` are the addresses of which nothing was written down. Saying it again changes nothing. The lease ends
   * when something was said of all of them. null: no such message.
   */
  settle(
    ref: MailboxRef,
    submissionId: string,
    lease: string,
    results: readonly CarrierResult[],
  ): Promise<{ entry: OutboxEntry; ignored: string[] } | null>;
}

/** The way out of the house (I23, I24). */
export interface Outbound {
  /** Rejects, with nothing accepted, when it could not be made durable: the same id may then be handed in again. */
  submit(submission: Submission): Promise<SubmitResult>;
  /**
   * Goes on with what is due of these submissions: a job of the queue `outbound`. Resolves with those that failed in
   * a way that another attempt may not; doing it twice, or twice at once, hands nothing over twice.
   */
  attempt(jobs: readonly OutboundJob[]): Promise<{ job: OutboundJob; error: unknown }[]>;
  /**
   * Goes on with everything of a tenant that is due and that no queue brought, and forgets what was finished long
   * ago. `idleMs`: only what has been due for so long, none by default; a negative one looks ahead. Number of
   * messages that were taken up.
   */
  resume(tenantId: string, options?: { idleMs?: number; limit?: number }): Promise<number>;
  /**
   * Takes back a message that is held back: it is a draft again. too-late: some of it has left. Repeating it changes
   * nothing.
   */
  cancel(ref: MailboxRef, submissionId: string): Promise<'cancelled' | 'too-late' | 'unknown'>;
  /** Ends the attempts for the recipients that have not got the message yet. Number of them. */
  stop(ref: MailboxRef, submissionId: string): Promise<number>;
  /**
   * Tries at once what waits, and anew what failed as long as the message is kept. nothing: there is nothing of it to
   * try.
   */
  retry(ref: MailboxRef, submissionId: string): Promise<'retried' | 'nothing' | 'unknown'>;
  get(ref: MailboxRef, submissionId: string): Promise<OutboxEntry | null>;
  /** Newest first, before the cursor. */
  list(query: OutboxQuery, before: OutboxCursor | null, limit: number): Promise<OutboxEntry[]>;
  external: ExternalSending;
}
