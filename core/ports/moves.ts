/**
 * Moving a tenant from one mail shard to another (docs/design/0018-tenant-move.md): what the directory keeps of it, and
 * what is asked of the shards. Every write says the fence of its driver and does nothing for one that was relieved.
 */

/** In their order; `cancelling` may follow each of the first five. */
export type MovePhase =
  | 'preparing'
  | 'copying'
  | 'following'
  | 'verifying'
  | 'switching'
  | 'opening'
  | 'kept'
  | 'removing'
  | 'done'
  | 'cancelling'
  | 'cancelled'
  | 'failed';

/** Until then the tenant is where it was, and a move can be taken back. */
export const BEFORE_SWITCH = ['preparing', 'copying', 'following', 'verifying', 'switching'] as const;
export const ENDED = ['done', 'cancelled', 'failed'] as const;

export type RowKey = readonly (string | number)[];

/** Where a walk through the rows of a tenant goes on: after this mailbox, or within the one that comes next. */
export interface MovePosition {
  after: string | null;
  within: { mailboxId: string; table: string; key: RowKey } | null;
}

interface TableTally {
  rows: number;
  /** Of the rows as they were verified, in hex: both shards have given the same. */
  digest: string;
}

export interface MoveTally {
  mailboxes: number;
  mailboxesCopied: number;
  mailboxesVerified: number;
  rowsCopied: number;
  /** Time spent on the first copy. */
  copyMs: number;
  /** Rows that changed meanwhile and were copied again. */
  rowsFollowed: number;
  rowsRemoved: number;
  /** Times at which writers were kept waiting, and how long the last of them took. */
  freezes: number;
  frozenAt: number | null;
  frozenMs: number;
  /** Why it is taken back by itself. */
  failure: string | null;
  verified: Record<string, TableTally>;
}

export interface TenantMove {
  tenantId: string;
  moveId: string;
  from: string;
  to: string;
  phase: MovePhase;
  position: MovePosition;
  tally: MoveTally;
  /** Why it failed, or what went wrong in the last attempt. */
  error: string | null;
  keepDays: number;
  fence: number;
  leaseUntil: number;
  startedAt: number;
  updatedAt: number;
  switchedAt: number | null;
  endedAt: number | null;
}

export type MoveChange = Partial<
  Pick<TenantMove, 'phase' | 'position' | 'tally' | 'error' | 'switchedAt' | 'endedAt'>
>;

/** The directory's part. */
export interface MoveStore {
  get(tenantId: string): Promise<TenantMove | null>;
  list(): Promise<TenantMove[]>;
  /** False when another move of the tenant has not ended, or the tenant is not in `from`. */
  begin(
    move: Pick<TenantMove, 'tenantId' | 'moveId' | 'from' | 'to' | 'keepDays' | 'startedAt'>,
  ): Promise<boolean>;
  /** Takes the work over from whoever had it until its lease ended; null when somebody still has it. */
  take(tenantId: string, now: number, leaseUntil: number): Promise<TenantMove | null>;
  /** Writes down how far it is. False for a driver that was relieved. */
  save(move: TenantMove, change: MoveChange, now: number, leaseUntil: number): Promise<boolean>;
  /** Puts the move into another phase, past its driver, who is relieved by that. False when it is in none of `from`. */
  turn(
    tenantId: string,
    moveId: string,
    from: readonly MovePhase[],
    to: MovePhase,
    now: number,
  ): Promise<boolean>;
  /** The tenant lives in the other shard from now on, and the move is `opening`. False for a driver that was relieved. */
  switch(move: TenantMove, now: number): Promise<boolean>;
}

/**
 * What a shard says of a tenant: `copying` it goes on as ever while changes are written down; `frozen` and `held` it can be
 * read; `moved` and `arriving` it is in the other shard.
 */
export type ShardState = 'open' | 'copying' | 'frozen' | 'moved' | 'arriving' | 'held';

/** A row as its values, in the order of the table's columns. */
export type Row = readonly (string | number | null)[];

export interface RowPage {
  table: string;
  rows: Row[];
  /** Where the next page begins; null after the last one. */
  next: RowKey | null;
}

export interface LoggedChange {
  seq: number;
  mailboxId: string;
  table: string;
  key: RowKey;
}

/** Rows of a mailbox by their keys: those that are there, with all their values. */
export interface KeyedRows {
  mailboxId: string;
  table: string;
  keys: readonly RowKey[];
  rows: readonly Row[];
}

interface TableSums {
  rows: number;
  sums: string;
}

/** The shards' part. Tables are called by their names in the database. */
export interface MoveShards {
  names(): string[];
  /** How many items all mailboxes of a shard hold. */
  fill(shard: string): Promise<number>;
  /** Every table that is moved. */
  tables(): string[];
  /** What is written from now on is written down as well, row by row. */
  depart(shard: string, move: TenantMove, now: number): Promise<void>;
  /** The tenant is expected here. */
  arrive(shard: string, move: TenantMove, now: number): Promise<void>;
  state(
    shard: string,
    tenantId: string,
  ): Promise<{ state: ShardState; moveId: string; fence: number } | null>;
  /** From one of these states to another; false when it was in none of them, or the driver was relieved. */
  turn(
    shard: string,
    move: TenantMove,
    from: readonly ShardState[],
    to: ShardState,
    now: number,
  ): Promise<boolean>;
  /** Nobody with an older fence does anything in the shard any more. */
  raiseFence(shard: string, move: TenantMove): Promise<void>;
  /** Ids of the tenant's mailboxes, and of whatever else has rows as if it was one, in order. */
  mailboxes(shard: string, tenantId: string): Promise<string[]>;
  /** The first rows of every table of a mailbox. One round trip. */
  firstPages(shard: string, tenantId: string, mailboxId: string): Promise<RowPage[]>;
  page(
    shard: string,
    tenantId: string,
    mailboxId: string,
    table: string,
    after: RowKey | null,
  ): Promise<RowPage>;
  /** All rows up to a key, `upTo` null for all there are, of those after another; at most one more than `limit`. */
  range(
    shard: string,
    tenantId: string,
    mailboxId: string,
    table: string,
    span: { after: RowKey | null; upTo: RowKey | null; limit: number },
  ): Promise<Row[]>;
  keyOf(table: string, row: Row): RowKey;
  /** Rows into the shard where the tenant arrives: what has one of the keys goes before. All or nothing. */
  put(shard: string, move: TenantMove, groups: readonly KeyedRows[]): Promise<void>;
  changes(shard: string, tenantId: string, limit: number): Promise<LoggedChange[]>;
  /** Of the given keys those that are written down as changed. */
  pending(shard: string, tenantId: string, mailboxId: string, table: string): Promise<Set<string>>;
  rowsOf(shard: string, tenantId: string, wanted: readonly Omit<KeyedRows, 'rows'>[]): Promise<KeyedRows[]>;
  forgetChanges(shard: string, tenantId: string, upTo: number): Promise<void>;
  /** Of each table the rows in these mailboxes together, and sums over all of their numbers and lengths of texts. */
  sums(shard: string, tenantId: string, mailboxIds: readonly string[]): Promise<Record<string, TableSums>>;
  /** Takes rows of a mailbox away that is not lived in; number of rows, 0 when there are none any more. */
  remove(shard: string, move: TenantMove, mailboxId: string): Promise<number>;
}

/** A driver that was relieved by another: it stops, and nothing is wrong. */
export class RelievedError extends Error {
  constructor() {
    super('somebody else goes on with this move');
    this.name = 'RelievedError';
  }
}
