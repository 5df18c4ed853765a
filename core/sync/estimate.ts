import type { MailboxStore } from '../ports/mail.ts';
import { filterCutoff } from './filter.ts';
import { planStep } from './plan.ts';
import type { CollectionState, SyncStateRepo } from './state.ts';

/** The most feed entries that an estimate looks at. */
const FEED_LIMIT = 2_000;

/** How many changes the next steps would tell the device (GetItemEstimate, MS-ASCMD 2.2.1.9). */
export async function estimateChanges(
  repo: SyncStateRepo,
  mailbox: MailboxStore,
  known: CollectionState,
  contentModseq: number,
  filterType: number | undefined,
  now: number,
): Promise<number> {
  const widened = filterType !== undefined && filterType !== known.options.filterType;
  const state = widened ? { ...known, options: { ...known.options, filterType }, snapshot: null } : known;
  const limits = { windowSize: FEED_LIMIT, byteBudget: Number.MAX_SAFE_INTEGER };
  const feed = await planStep(repo, mailbox, { ...state, snapshot: 'done' }, contentModseq, limits, now);
  if (state.snapshot === 'done') return feed.batch.length;
  const since = filterCutoff(state.options.filterType, now);
  const older = await mailbox.countSnapshot(state.collectionId, since, state.snapshot);
  if (state.snapshot !== null) return feed.batch.length + older;
  // The walk has not begun: it counts everything, also what the feed would add and what the shadow holds.
  const others = feed.batch.filter((e) => e.op !== 'add').length;
  return Math.max(0, older - repo.count(state.collectionId, since)) + others;
}

/** Whether the next step would tell the device anything: what a Ping waits for (MS-ASCMD 2.2.1.13). */
export async function hasChanges(
  repo: SyncStateRepo,
  mailbox: MailboxStore,
  state: CollectionState,
  contentModseq: number,
  now: number,
): Promise<boolean> {
  const settled = state.feed.modseq >= contentModseq && state.snapshot === 'done';
  if (settled && filterCutoff(state.options.filterType, now) === 0) return false;
  const limits = { windowSize: 1, byteBudget: Number.MAX_SAFE_INTEGER };
  const plan = await planStep(repo, mailbox, state, contentModseq, limits, now);
  return plan.batch.length > 0;
}
