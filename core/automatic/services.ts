import type { BlobStore } from '../ports/blobs.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { MailStore } from '../ports/mail.ts';
import type { Composer, Outbound } from '../ports/outbound.ts';
import type { QueuePort } from '../ports/queues.ts';
import type { MessageReader } from '../ports/reader.ts';

type Fields = Record<string, string | number | boolean | null | undefined>;

/** What rules and automatic answers need. */
export interface AutomaticServices {
  directory: Pick<DirectoryStore, 'getUser' | 'listAliases' | 'getDomain' | 'getTenantSetting'>;
  mail: MailStore;
  blobs: BlobStore;
  outbound: Pick<Outbound, 'submit'>;
  composer: Composer;
  reader: MessageReader;
  queues: Pick<QueuePort, 'notify' | 'index'>;
  log: { info(event: string, fields: Fields): void; warn(event: string, fields: Fields): void };
  /** Milliseconds since the epoch. */
  now(): number;
}
