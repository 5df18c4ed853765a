export interface DeadLetterView {
  deadLetterId: string;
  queue: string;
  error: string;
  attempts: number;
  correlationId: string;
  failedAt: number;
  replayedAt: number | null;
  discardedAt: number | null;
}

export interface DeadLetterCountView {
  queue: string;
  waiting: number;
  replayed: number;
  discarded: number;
  oldestWaitingAt: number | null;
}

/** One step of replaying all that wait; `cursor` goes on. */
export interface ReplayView {
  replayed: number;
  refused: { deadLetterId: string; error: string }[];
  cursor: string | null;
}

export interface DeadLetterDetail extends DeadLetterView {
  /** The queue message: a pointer, never the content of a mail. */
  body: unknown;
}

/** One step of making the installation again from its bucket; `cursor` of the answer before goes on. */
export interface RebuildRequest {
  cursor?: string | null | undefined;
  /** Only this tenant, or only this user. */
  tenantId?: string | null | undefined;
  address?: string | null | undefined;
  /** Says what would be done. */
  dryRun?: boolean | undefined;
  /** Also mailboxes whose database knows all that was written down. */
  force?: boolean | undefined;
  /** Messages of one step, about. */
  limit?: number | undefined;
  /** Without a look into the raws: for one that kills its reader. */
  unparsed?: boolean | undefined;
}

export interface RebuildView {
  /** null: nothing is left to do. */
  cursor: string | null;
  stage: 'directory' | 'mailboxes' | 'raws' | 'drafts' | 'outgoing' | 'index';
  tenantId: string;
  address: string | null;
  /** Rows that the directory lacked. */
  rows: number;
  /** Mailboxes that this step finished, and how many of them needed nothing. */
  mailboxes: number;
  intact: number;
  /** Messages and objects made again; those that were as they should be; people; removals. */
  restored: number;
  unchanged: number;
  people: number;
  removed: number;
  /** Messages that only their raw told of. */
  placed: number;
  drafts: number;
  /** Messages for sending that no row knows. */
  outgoing: number;
  /** Messages whose raw is gone, by item id. */
  lost: string[];
  /** Lines of the journal that could not be read. */
  damaged: number;
  /** Raws that could not be placed at once and wait in their queue. */
  failed: string[];
  /** When the newest of what was read was written; milliseconds since the epoch. */
  writtenAt: number | null;
}

/** A round of the reconciler. */
export interface ReconcileView {
  status: 'done';
  /** Of the last two days: counts by name. */
  recent: object;
  /** Of the whole bucket, a piece in each round; `complete`: its end was reached in this one. */
  sweep: { complete: boolean } & object;
}

/** One step of checking what must always be true; `cursor` of the answer before goes on. */
export interface CheckRequest {
  cursor: string | null;
  /** Only this tenant, or only the mailbox of this user. */
  tenantId: string | null;
  address: string | null;
  /** Put right what can be put right. */
  mend: boolean;
  /** Also what came in the last quarter of an hour, of which some may still be on its way. */
  young: boolean;
}

/** One thing that should not be, and whether it was put right. */
export interface FindingView {
  /** Stable name of the check, e.g. `counters`, `raw-missing`. */
  check: string;
  tenantId: string;
  /** null: of the tenant as a whole. */
  mailboxId: string | null;
  /** Cases, at least. */
  count: number;
  /** Ids or keys of some of them. */
  examples: string[];
  mended: boolean;
}

export interface CheckView {
  /** null: everything was looked at. */
  cursor: string | null;
  findings: FindingView[];
  mailboxes: number;
  /** Items, objects and entries that were looked at. */
  items: number;
}

/** What the owner of a mailbox sees of it, as digests: two mailboxes of one state have equal ones. */
export interface MailboxStateView {
  /** Of the folder tree, and of each table that belongs to the mailbox as a whole; null on later pages. */
  frame: Record<string, string> | null;
  items: { itemId: string; digest: string }[];
  cursor: string | null;
}

/** One page of writing mailboxes down. */
export interface SnapshotView {
  cursor: string | null;
  mailboxes: number;
  lines: number;
  tenants: number;
}
