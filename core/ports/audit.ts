import type { ChainHead, ChainRow } from '../audit/chain.ts';
import type { AuditJob } from './queues.ts';

/** An event with its place in its chain. */
export interface AuditEntry extends Required<AuditJob> {
  chain: string;
  seq: number;
  hash: string;
}

/** A place between rows that are in order of time, then of id: both are needed, for many share a millisecond. */
export interface AuditPosition {
  at: number;
  eventId: string;
}

export interface AuditFilter {
  /** Of one tenant, or with null of the installation; absent: of all chains. */
  tenantId?: string | null | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  resource?: string | undefined;
  outcome?: AuditJob['outcome'] | undefined;
  correlationId?: string | undefined;
  /** From this time on; before this time. Milliseconds. */
  since?: number | undefined;
  before?: number | undefined;
  /** Older than this one. */
  after?: AuditPosition | undefined;
  limit: number;
}

export interface AuditStore {
  /**
   * Appends each event to the chain of its tenant; an eventId that is already there is left as it is. All events of
   * a chain or none. Whoever else appends at the same time comes before or after.
   */
  append(events: AuditJob[]): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter): Promise<AuditEntry[]>;
  /** Rows of a chain in order of their numbers, after this one. */
  rows(chain: string, after: number, limit: number): Promise<ChainRow[]>;
  /** Chains in order of their names, after this one ('' for the first). */
  heads(after: string, limit: number): Promise<ChainHead[]>;
  head(chain: string): Promise<ChainHead | null>;
  /** Notes that an anchor vouches for the chain up to this row. */
  markAnchored(chain: string, seq: number, at: number): Promise<void>;
  /** Removes rows from the beginning of a chain up to this one, at most `limit`; how many there were. */
  trim(chain: string, through: number, limit: number): Promise<number>;
  /** Takes events into their chains that were written before there were chains; how many, at most `limit`. */
  adopt(limit: number): Promise<number>;
}
