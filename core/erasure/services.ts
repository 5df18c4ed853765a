import type { MailboxRef } from '../mail/types.ts';
import type { DirectoryArchive } from '../ports/archive.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { Erasure, ErasureStore, ErasureSubject } from '../ports/erasure.ts';
import type { MailStore } from '../ports/mail.ts';
import type { ObjectStore } from '../ports/objects.ts';
import type { Seal } from '../ports/seal.ts';
import type { TraceStore } from '../ports/trace.ts';

/** What erasing a user needs of the composition root. */
export interface ErasureServices {
  directory: DirectoryStore;
  erasure: ErasureStore;
  mail: MailStore;
  blobs: BlobStore;
  objects: ObjectStore;
  archive: { directory: DirectoryArchive };
  seal: Seal | null;
  trace: Pick<TraceStore, 'forget'>;
  wake: {
    eraseDevices(ref: MailboxRef, deviceIds: readonly string[]): Promise<void>;
    eraseHub(ref: MailboxRef): Promise<void>;
    revoke(ref: MailboxRef, deviceId: null): Promise<void>;
  };
  throttle: { forget(account: string): Promise<void> };
  /** Milliseconds since the epoch. */
  now(): number;
}

/** A piece of a step. */
export interface Work {
  services: ErasureServices;
  subject: ErasureSubject;
  erasure: Erasure;
  /** Where the piece before has ended; '' at the beginning of the step. */
  cursor: string;
}

interface Done {
  /** Where the next piece begins; null: the step is over. */
  cursor: string | null;
  /** By table, or place of the bucket. */
  removed: Record<string, number>;
}

/** A bounded piece of a step. Doing it again removes what is left, and nothing else. */
export type Step = (work: Work) => Promise<Done>;
