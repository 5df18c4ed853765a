import type { DirectoryStore } from '../ports/directory.ts';
import type { MailStore } from '../ports/mail.ts';
import type { Composer, Outbound } from '../ports/outbound.ts';
import type { QueuePort } from '../ports/queues.ts';

type Fields = Record<string, string | number | boolean | null | undefined>;

/** What invitations need. */
export interface SchedulingServices {
  directory: DirectoryStore;
  mail: MailStore;
  outbound: Pick<Outbound, 'submit'>;
  composer: Composer;
  queues: Pick<QueuePort, 'notify'>;
  log: { info(event: string, fields: Fields): void; warn(event: string, fields: Fields): void };
  /** Milliseconds since the epoch. */
  now(): number;
}
