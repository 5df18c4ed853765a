import type { MoveChange, MoveShards, MoveStore, TenantMove } from '../ports/moves.ts';

export interface MovePorts {
  store: MoveStore;
  shards: MoveShards;
  now(): number;
  sleep(ms: number): Promise<void>;
  /** What is told of a move: into the audit log. */
  tell(move: TenantMove, action: string, details: Record<string, string | number | null>): Promise<void>;
}

/** One driver's work on a move. */
export interface Work extends MovePorts {
  /** As it was saved last. */
  move: TenantMove;
  /** When this stretch of work is to end. */
  until: number;
  /** Writes down how far it is, and keeps the lease. @throws RelievedError */
  save(change: MoveChange): Promise<void>;
}

/** `again`: the stretch is over before the phase is; `next`: the move is in another phase; `rest`: there is nothing to do. */
export type StepEnd = 'again' | 'next' | 'rest';

/** The move cannot go on: it is taken back, and nothing of the tenant has changed. */
export class MoveFailedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MoveFailedError';
  }
}
