import * as z from 'zod';
import { at, count } from './common.ts';

export const deadLetterView = z.object({
  deadLetterId: z.string(),
  queue: z.string(),
  error: z.string(),
  attempts: count,
  correlationId: z.string(),
  failedAt: at,
  replayedAt: at.nullable(),
  discardedAt: at.nullable(),
});
export type DeadLetterView = z.infer<typeof deadLetterView>;

export const deadLetterCountView = z.object({
  queue: z.string(),
  waiting: count,
  replayed: count,
  discarded: count,
  oldestWaitingAt: at.nullable(),
});
export type DeadLetterCountView = z.infer<typeof deadLetterCountView>;

/** One step of replaying all that wait; `cursor` goes on. */
export const replayView = z.object({
  replayed: count,
  refused: z.array(z.object({ deadLetterId: z.string(), error: z.string() })),
  cursor: z.string().nullable(),
});
export type ReplayView = z.infer<typeof replayView>;

export const deadLetterDetail = deadLetterView.extend({
  body: z.unknown().describe('The queue message: a pointer, never the content of a mail.'),
});
export type DeadLetterDetail = z.infer<typeof deadLetterDetail>;

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

export const rebuildView = z.object({
  cursor: z.string().nullable().describe('null: nothing is left to do.'),
  stage: z.enum(['directory', 'mailboxes', 'raws', 'drafts', 'outgoing', 'index']),
  tenantId: z.string(),
  address: z.string().nullable(),
  rows: count.describe('Rows that the directory lacked.'),
  mailboxes: count.describe('Mailboxes that this step finished.'),
  intact: count.describe('Those of them that needed nothing.'),
  restored: count.describe('Messages and objects made again.'),
  unchanged: count.describe('Those that were as they should be.'),
  people: count,
  removed: count,
  placed: count.describe('Messages that only their raw told of.'),
  drafts: count,
  outgoing: count.describe('Messages for sending that no row knows.'),
  lost: z.array(z.string()).describe('Messages whose raw is gone, by item id.'),
  damaged: count.describe('Lines of the journal that could not be read.'),
  failed: z.array(z.string()).describe('Raws that could not be placed at once and wait in their queue.'),
  writtenAt: at.nullable().describe('When the newest of what was read was written.'),
});
export type RebuildView = z.infer<typeof rebuildView>;

const counts: z.ZodType<object> = z.record(z.string(), z.unknown());
const sweep: z.ZodType<{ complete: boolean } & object> = z.looseObject({
  complete: z.boolean().describe('Its end was reached in this round.'),
});

/** A round of the reconciler. */
export const reconcileView = z.object({
  status: z.literal('done'),
  recent: counts.describe('Of the last two days: counts by name.'),
  sweep: sweep.describe('Of the whole bucket, a piece in each round.'),
});
export type ReconcileView = z.infer<typeof reconcileView>;

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
export const findingView = z.object({
  check: z.string().describe('Stable name of the check, e.g. `counters`, `raw-missing`.'),
  tenantId: z.string(),
  mailboxId: z.string().nullable().describe('null: of the tenant as a whole.'),
  count: count.describe('Cases, at least.'),
  examples: z.array(z.string()).describe('Ids or keys of some of them.'),
  mended: z.boolean(),
});
export type FindingView = z.infer<typeof findingView>;

export const checkView = z.object({
  cursor: z.string().nullable().describe('null: everything was looked at.'),
  findings: z.array(findingView),
  mailboxes: count,
  items: count.describe('Items, objects and entries that were looked at.'),
});
export type CheckView = z.infer<typeof checkView>;

/** What the owner of a mailbox sees of it, as digests: two mailboxes of one state have equal ones. */
export const mailboxStateView = z.object({
  frame: z
    .record(z.string(), z.string())
    .nullable()
    .describe('Of the folder tree, and of each table of the mailbox as a whole; null on later pages.'),
  items: z.array(z.object({ itemId: z.string(), digest: z.string() })),
  cursor: z.string().nullable(),
});
export type MailboxStateView = z.infer<typeof mailboxStateView>;

/** One page of writing mailboxes down. */
export const snapshotView = z.object({
  cursor: z.string().nullable(),
  mailboxes: count,
  lines: count,
  tenants: count,
});
export type SnapshotView = z.infer<typeof snapshotView>;
