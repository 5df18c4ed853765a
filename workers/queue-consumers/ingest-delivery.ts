import type { IngestJob } from '../../core/ports/queues.ts';
import type { Noted } from './ingest-trace.ts';
import type { Delivery } from './settle.ts';

export type IngestDelivery = Delivery<IngestJob>;

/** What became of one delivery. */
export type Ingested =
  | {
      kind: 'placed';
      itemId: string;
      folderId: string;
      modseq: number;
      duplicate: boolean;
      /** Absent when an earlier attempt has placed it. */
      noted?: Noted;
    }
  /** It is in quarantine, or a duplicate of what is there. */
  | { kind: 'held'; noted: Noted; duplicate: boolean }
  /** Nothing to announce: it was placed and removed again before, or was a duplicate whose raw is gone. */
  | { kind: 'done' }
  | { kind: 'failed'; error: unknown };

export type IngestResults = Map<IngestDelivery, Ingested>;

/** Up to this size messages are held in memory, several at a time; larger ones stream through alone. */
export const SMALL_BYTES = 1024 * 1024;
