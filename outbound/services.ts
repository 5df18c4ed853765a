import type { BlobStore } from '../core/ports/blobs.ts';
import type { Carrier } from '../core/ports/carrier.ts';
import type { DirectoryStore } from '../core/ports/directory.ts';
import type { MailStore } from '../core/ports/mail.ts';
import type { OutboxEntry, OutboxStore } from '../core/ports/outbox.ts';
import type { IngestJob, QueuePort } from '../core/ports/queues.ts';
import type { TraceRows } from '../core/ports/trace.ts';
import type { HookEvent } from '../core/webhooks/events.ts';
import type { WholeMessage } from './prepare.ts';

type Fields = Record<string, string | number | boolean | null | undefined>;

/** What sending needs of the composition root. */
export interface OutboundServices {
  directory: Pick<
    DirectoryStore,
    'lookupAddresses' | 'groupMembers' | 'getTenantSetting' | 'sendGrant' | 'quotaValues'
  >;
  mail: MailStore;
  blobs: BlobStore;
  outbox: OutboxStore;
  queues: Pick<QueuePort, 'ingest' | 'outbound' | 'audit'>;
  /** The way to other hosts that a tenant has, or null when it has none. Rejects when that cannot be said now. */
  carrierFor(tenantId: string): Promise<Carrier | null>;
  /**
   * A message that fits into so many bytes, with links in the place of attachments (outbound/links); null when it
   * cannot be or is not wanted. The same for each attempt. Rejects when that cannot be said now.
   */
  shrink?(entry: OutboxEntry, message: WholeMessage, maxBytes: number): Promise<WholeMessage | null>;
  dkim: {
    /** The message with its signatures before the header. A domain that has no keys leaves it as it is. */
    sign(tenantId: string, fromDomain: string, message: WholeMessage): Promise<WholeMessage>;
  };
  /** The tenant's journal of what is sent (core/journaling). Rejects when it is not kept yet. */
  journal?(entry: OutboxEntry, message: WholeMessage): Promise<void>;
  /** A report of the journal cannot be delivered. Rejects when that is not written down yet. */
  journalFailed?(entry: OutboxEntry): Promise<void>;
  /** Webhooks, which are told what becomes of messages. */
  hooks?: {
    isWanted(tenantId: string, type: HookEvent['type']): Promise<boolean>;
    emit(events: readonly HookEvent[]): Promise<void>;
  };
  /** The trace of messages. Never rejects. */
  noteTrace?(rows: TraceRows): Promise<void>;
  /** Sends word by mail to a return path that is not of this mailbox. Rejects when it is not durable. */
  report?(entry: OutboxEntry, key: string, message: WholeMessage): Promise<void>;
  /** Places stored raws into their mailboxes at once. Resolves with the jobs for which that failed. */
  ingestNow(jobs: IngestJob[]): Promise<IngestJob[]>;
  /** Longest message, as its author hands it in. */
  maxMessageBytes: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Of [0, 1). */
  random(): number;
  /** Work that may go on after the answer. */
  defer(work: Promise<unknown>): void;
  log: {
    info(event: string, fields: Fields): void;
    warn(event: string, fields: Fields): void;
    error(event: string, fields: Fields): void;
  };
}
