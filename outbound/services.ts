import type { BlobStore } from '../core/ports/blobs.ts';
import type { DirectoryStore } from '../core/ports/directory.ts';
import type { MailStore } from '../core/ports/mail.ts';
import type { OutboxStore } from '../core/ports/outbox.ts';
import type { IngestJob, QueuePort } from '../core/ports/queues.ts';

type Fields = Record<string, string | number | boolean | null | undefined>;

/** What sending needs of the composition root. */
export interface OutboundServices {
  directory: Pick<DirectoryStore, 'lookupAddresses'>;
  mail: MailStore;
  blobs: BlobStore;
  outbox: OutboxStore;
  queues: Pick<QueuePort, 'ingest'>;
  /** Places stored raws into their mailboxes at once. Resolves with the jobs for which that failed. */
  ingestNow(jobs: IngestJob[]): Promise<IngestJob[]>;
  /** Longest message, as its author hands it in. */
  maxMessageBytes: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Work that may go on after the answer. */
  defer(work: Promise<unknown>): void;
  log: { info(event: string, fields: Fields): void; warn(event: string, fields: Fields): void };
}
