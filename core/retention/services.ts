import type { BlobStore } from '../ports/blobs.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { MailStore } from '../ports/mail.ts';
import type { QueuePort } from '../ports/queues.ts';

type Fields = Record<string, string | number | boolean | null | undefined>;

/** What keeping and letting go need of the composition root. */
export interface KeepingServices {
  directory: Pick<DirectoryStore, 'getUser' | 'getTenantSetting' | 'holdsOn' | 'quotaValues'>;
  mail: MailStore;
  blobs: Pick<BlobStore, 'delete'>;
  queues: Pick<QueuePort, 'notify' | 'audit' | 'index'>;
  log: { info(event: string, fields: Fields): void; warn(event: string, fields: Fields): void };
  /** Milliseconds since the epoch. */
  now(): number;
}
