import type { MailboxArchive } from '../ports/archive.ts';
import type { ObjectStore } from '../ports/objects.ts';

export interface CapturePorts {
  archive: MailboxArchive;
  objects: ObjectStore;
  /** Milliseconds since the epoch. */
  now(): number;
}
