import type { EstimateReply, EstimateRequest } from '../ports/device.ts';
import type { FolderHead, MailboxStore } from '../ports/mail.ts';
import { filterCutoff, isFilterTypeOf } from './filter.ts';
import { type SyncOptions, sameWindow } from './options.ts';
import { isBehind, planStep } from './plan.ts';
import { type CollectionState, recognise, type SyncStateRepo } from './state.ts';

/** The most changes that an estimate looks at one by one. */
const LOOK_LIMIT = 2_000;
/** The highest FilterType that any class knows (MS-ASCMD 2.2.3.68.1). */
const MAX_FILTER_TYPE = 8;

/** The estimate of one collection (MS-ASCMD 2.2.1.9). `head` is undefined when there is no such folder. */
export async function estimateCollection(
  repo: SyncStateRepo,
  mailbox: MailboxStore,
  request: EstimateRequest,
  head: FolderHead | undefined,
  now: number,
): Promise<EstimateReply> {
  const { collectionId, filterType } = request;
  const status = (value: EstimateReply['status'], all?: 4 | 110): EstimateReply => {
    return { collectionId, status: value, estimate: 0, ...(all === undefined ? {} : { all }) };
  };
  if (head === undefined) return status(2);
  // MS-ASCMD R2100 has 103 for the collection, MS-ASCON 3.2.5.3 has 4 for the request: both can be said.
  if (request.conversationMode !== undefined && head.itemClass !== 'Email') return status(103, 4);
  if (filterType > MAX_FILTER_TYPE) return status(103);
  if (!isFilterTypeOf(head.itemClass, filterType)) return status(103, 110);
  // R3265
  if (request.maxItems !== null && head.role !== 'recipientCache') return status(2);
  const state = repo.load(collectionId);
  if (state === null || request.syncKey === '0') return status(3);
  if (recognise(state, request.syncKey) === 'unknown') return status(4);
  const asked = { ...request, isMixed: head.role === 'deleted' };
  const estimate = await estimateChanges(repo, mailbox, state, head.contentModseq, asked, now);
  return { collectionId, status: 1, estimate };
}

/** How many changes the next steps would tell the device if it asked with these options. */
export async function estimateChanges(
  repo: SyncStateRepo,
  mailbox: MailboxStore,
  known: CollectionState,
  contentModseq: number,
  wanted: Pick<EstimateRequest, 'filterType' | 'conversationMode' | 'maxItems' | 'kinds'> & {
    /** The folder may hold items that the device is not told of: they are not to be counted. */
    isMixed?: boolean;
  },
  now: number,
): Promise<number> {
  const { filterType, maxItems } = wanted;
  const conversationMode = wanted.conversationMode ?? known.options.conversationMode;
  const { mail, sms } = kindsOf(known.options, wanted.kinds);
  const options = { ...known.options, filterType, conversationMode, mail, sms };
  const same = sameWindow(options, known.options);
  const state: CollectionState = { ...known, options, snapshot: same ? known.snapshot : null };
  const since = filterCutoff(filterType, now);
  const limits = { windowSize: LOOK_LIMIT, byteBudget: Number.MAX_SAFE_INTEGER, maxItems };
  const isCounted = wanted.isMixed !== true && options.sms === null && options.mail;
  if (maxItems !== null || !isCounted || (conversationMode && since > 0)) {
    // What comes in is not a matter of counting: the step itself is planned.
    const plan = await planStep(repo, mailbox, state, contentModseq, limits, now);
    if (maxItems !== null || plan.snapshot === 'done') return plan.batch.length;
    return plan.batch.length + (await mailbox.countSnapshot(state.collectionId, since, plan.snapshot));
  }
  const feed = await planStep(repo, mailbox, { ...state, snapshot: 'done' }, contentModseq, limits, now);
  if (state.snapshot === 'done') return feed.batch.length;
  const older = await mailbox.countSnapshot(state.collectionId, since, state.snapshot);
  if (state.itemClass === 'Email' && older <= LOOK_LIMIT) {
    // Among them may be text messages, which this device does not ask for.
    return (await planStep(repo, mailbox, state, contentModseq, limits, now)).batch.length;
  }
  if (state.snapshot !== null) return feed.batch.length + older;
  // The walk has not begun: it counts everything, also what the feed would add and what the shadow holds.
  const others = feed.batch.filter((e) => e.op !== 'add').length;
  return Math.max(0, older - repo.count(state.collectionId, since)) + others;
}

function kindsOf(
  { mail, sms }: SyncOptions,
  kinds: EstimateRequest['kinds'],
): Pick<SyncOptions, 'mail' | 'sms'> {
  if (kinds === undefined) return { mail, sms };
  return { mail: kinds.mail, sms: kinds.sms === null ? null : { filterType: kinds.sms, bodies: [] } };
}

/** Whether the next step would tell the device anything: what a Ping waits for (MS-ASCMD 2.2.1.13). */
export async function hasChanges(
  repo: SyncStateRepo,
  mailbox: MailboxStore,
  state: CollectionState,
  contentModseq: number,
  now: number,
): Promise<boolean> {
  if (state.deferred != null) return true;
  const settled = !isBehind(state.feed, contentModseq) && state.snapshot === 'done';
  const { filterType, sms } = state.options;
  const windows = [filterType, sms?.filterType ?? 0];
  if (settled && windows.every((type) => filterCutoff(type, now) === 0)) return false;
  const limits = { windowSize: 1, byteBudget: Number.MAX_SAFE_INTEGER };
  const plan = await planStep(repo, mailbox, state, contentModseq, limits, now);
  return plan.batch.length > 0;
}
