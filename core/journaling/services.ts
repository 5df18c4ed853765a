import type { BlobStore } from '../ports/blobs.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { Outbound } from '../ports/outbound.ts';
import type { QueuePort } from '../ports/queues.ts';

type Fields = Record<string, string | number | boolean | null | undefined>;

/** What journaling needs of the composition root. */
export interface JournalServices {
  directory: Pick<DirectoryStore, 'getTenantSetting' | 'getUser' | 'getDomain'>;
  blobs: Pick<BlobStore, 'open' | 'putRaw'>;
  outbound: Pick<Outbound, 'submit' | 'get'>;
  queues: Pick<QueuePort, 'audit'>;
  log: { info(event: string, fields: Fields): void; error(event: string, fields: Fields): void };
}
