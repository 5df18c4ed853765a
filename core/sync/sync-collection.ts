import type { ItemClass } from '../mail/types.ts';
import type { AppliedChanges } from './application.ts';
import { applyCommands } from './apply-commands.ts';
import { forgottenEffects, withEffects, withoutEffects } from './forgotten.ts';
import { isolate, namesItem, presentItems, resume, withoutEnds } from './isolation.ts';
import { DEFAULT_OPTIONS, type SyncOptions, sameWindow } from './options.ts';
import { feedAt, type Plan, planStep } from './plan.ts';
import type { SyncContext, SyncReply, SyncRequest } from './request.ts';
import { type BatchEntry, type CollectionState, type Deferred, keyOf, recognise } from './state.ts';

const NOTHING = {
  itemClass: null,
  options: DEFAULT_OPTIONS,
  batch: [],
  more: false,
  responses: [],
  files: {},
  skipped: [],
  touched: [],
  changed: true,
};

/**
 * One collection of a Sync request (MS-ASCMD 2.2.1.21). The caller serialises calls of one device.
 * Key N: the device has N; the next step is planned. Key N-1: the same step again. Anything else: Status 3.
 */
export async function syncCollection(context: SyncContext, request: SyncRequest): Promise<SyncReply> {
  const { collectionId, syncKey } = request;
  if (context.contentModseq === undefined) {
    context.repo.write(() => context.repo.reset(collectionId));
    return { ...NOTHING, collectionId, status: 12, syncKey };
  }
  // Notes are not ghosted: the element has no place in their requests (MS-ASNOTE 3.2.5.3).
  if (context.itemClass === 'Notes' && (request.supported ?? null) !== null)
    return { ...NOTHING, collectionId, status: 4, syncKey };
  const state = context.repo.load(collectionId);
  if (syncKey === '0') return start(context, request, state, context.contentModseq);
  const key = recognise(state, syncKey);
  if (state === null || key === 'unknown' || (key !== 'current' && state.applied.length > MAX_REMEMBERED))
    return { ...NOTHING, collectionId, status: 3, syncKey: '0' };
  return key === 'current'
    ? advance(context, request, state, context.contentModseq)
    : repeat(context, request, state, context.contentModseq);
}

/**
 * Commands of one step that are remembered, so that a repeat does nothing twice. A device that never takes an answer
 * and always says something else has to begin anew (I19).
 */
const MAX_REMEMBERED = 1000;

const NONE: ReadonlySet<string> = new Set();

/** SyncKey 0: a new life of the collection, without items. A second 0 before the key was used gets the same key. */
function start(
  context: SyncContext,
  request: SyncRequest,
  state: CollectionState | null,
  contentModseq: number,
): SyncReply {
  const supported = request.supported ?? null;
  let fresh = state;
  if (fresh?.generation === 1 && JSON.stringify(fresh.supported ?? null) !== JSON.stringify(supported)) {
    // The key need not change: nothing was said under it yet.
    fresh = { ...fresh, supported };
    const saved = fresh;
    context.repo.write(() => context.repo.save(saved));
  } else if (fresh === null || fresh.generation > 1) {
    fresh = {
      collectionId: request.collectionId,
      epoch: context.newEpoch(),
      generation: 1,
      feed: feedAt(contentModseq),
      snapshot: null,
      itemClass: context.itemClass,
      options: request.options ?? DEFAULT_OPTIONS,
      batch: [],
      more: false,
      applied: [],
      supported,
    };
    const saved = fresh;
    context.repo.write(() => {
      context.repo.reset(request.collectionId);
      context.repo.save(saved);
    });
  }
  const { collectionId } = request;
  return { ...NOTHING, collectionId, itemClass: context.itemClass, status: 1, syncKey: keyOf(fresh) };
}

async function advance(
  context: SyncContext,
  request: SyncRequest,
  known: CollectionState,
  contentModseq: number,
): Promise<SyncReply> {
  const { repo, itemClass } = context;
  const meant = { ...withOptions(known, request.options), itemClass };
  const state = withoutEnds(meant, deletedBy(request));
  const applied = await applyCommands(context, state.options, request, [], NONE);
  const before = Math.max(contentModseq, applied.contentModseq);
  const plan = request.getChanges ? await planNext(context, request, state, before, true) : standStill(state);
  const moved = plan.batch.length > 0 || applied.responses.length > 0 || request.commands.length > 0;
  const next: CollectionState = {
    ...state,
    ...(moved ? { generation: state.generation + 1, variant: 0, before: request.syncKey } : {}),
    feed: plan.feed,
    snapshot: plan.snapshot,
    batch: moved ? plan.batch : state.batch,
    more: moved ? plan.more : state.more,
    applied: moved ? applied.log : state.applied,
    retries: moved ? 0 : (state.retries ?? 0),
    deferred: plan.deferred,
  };
  if (moved || !samePlace(known, next)) {
    repo.write(() => {
      repo.put(state.collectionId, plan.put);
      repo.drop(state.collectionId, plan.drop);
      repo.save(next);
    });
  }
  return {
    collectionId: state.collectionId,
    itemClass,
    status: 1,
    syncKey: keyOf(next),
    options: next.options,
    batch: plan.batch,
    more: plan.more,
    ...answersOf(applied),
    skipped: [],
    changed: moved,
    touched: applied.touched,
  };
}

type Step = Plan & { deferred: Deferred | null };

/** What was deferred comes first; then what the folder has. */
async function planNext(
  { repo, mailbox, now }: SyncContext,
  request: SyncRequest,
  state: CollectionState,
  contentModseq: number,
  acknowledged: boolean,
): Promise<Step> {
  const resumed = await resume(mailbox, state, request.windowSize, acknowledged);
  if (resumed !== null && (resumed.batch.length > 0 || resumed.deferred !== null)) return resumed;
  if (resumed !== null) repo.write(() => repo.drop(state.collectionId, resumed.drop));
  return { ...(await planStep(repo, mailbox, state, contentModseq, request, now)), deferred: null };
}

/**
 * The answer to N-1 was lost: the same step again. Items that have gone since are left out and leave the shadow,
 * because the device never got them; then the step has another key. Commands that were carried out are not carried out twice.
 */
async function repeat(
  context: SyncContext,
  request: SyncRequest,
  state: CollectionState,
  contentModseq: number,
): Promise<SyncReply> {
  const { repo, mailbox, itemClass } = context;
  const { collectionId } = state;
  const options = request.options ?? state.options;
  // Asks for nothing and brings nothing: the step can wait until it is asked for.
  if (!request.getChanges && request.commands.length === 0) return unmoved(request, options, itemClass);
  const ended = new Set(state.batch.filter((e) => !namesItem(e)).map((e) => e.itemId));
  const applied = await applyCommands(context, options, request, state.applied, ended);
  // What the device deletes in this very request it need not be told to delete.
  const deleting = deletedBy(request);
  const { state: narrowed, skipped } = applied.fresh ? { state, skipped: [] } : isolate(state);
  const again = withoutEnds(narrowed, deleting);
  const forgotten = forgottenEffects(state, request);
  const present = await presentItems(mailbox, collectionId, [...again.batch, ...forgotten]);
  const lost = [...skipped, ...again.batch.filter((e) => !present.has(e.itemId))]
    .filter((e) => e.op === 'add')
    .map((e) => e.itemId);
  // Made by a forgotten command and gone since: the device is not told of it, and does not have it.
  const unmade = forgotten.filter((e) => e.op === 'add' && !present.has(e.itemId)).map((e) => e.itemId);
  const dropped = repo.versions(collectionId, unmade).size > 0;
  const batch = again.batch.filter((e) => (namesItem(e) ? present.has(e.itemId) : !deleting.has(e.itemId)));
  const variant = variantOf(state, batch) + (dropped ? 1 : 0);
  let next: CollectionState = { ...again, batch, applied: withoutEffects(applied.log, unmade), variant };
  repo.write(() => {
    repo.drop(collectionId, [...lost, ...unmade]);
    repo.save(next);
  });
  const effects = forgotten.filter((e) => !namesItem(e) || present.has(e.itemId));
  if (withEffects(batch, effects).length === 0 && next.more && again.batch.length > 0) {
    // Nothing of the step is left: what comes next takes its place, so that no empty answer promises more.
    const { put, drop, ...plan } = await planNext(context, request, next, contentModseq, false);
    next = { ...next, ...plan, retries: 0, variant: variantOf(state, plan.batch) };
    repo.write(() => {
      repo.put(collectionId, put);
      repo.drop(collectionId, drop);
      repo.save(next);
    });
  }
  return {
    collectionId,
    itemClass,
    status: 1,
    syncKey: keyOf(next),
    options,
    batch: withEffects(next.batch, effects),
    more: next.more,
    ...answersOf(applied),
    skipped: skipped.map((e) => e.itemId),
    changed: true,
    touched: applied.touched,
  };
}

/**
 * The answers to two copies of a request may differ, and the one that was given last need not be the one that the
 * device took in: its key tells. A device with the other key starts anew, and neither misses nor doubles anything.
 */
function variantOf({ batch, variant = 0 }: CollectionState, said: readonly BatchEntry[]): number {
  const text = (list: readonly BatchEntry[]) => JSON.stringify(list.map((e) => [e.op, e.itemId]));
  return text(batch) === text(said) ? variant : variant + 1;
}

/** What is said of the commands of a request. */
function answersOf({ responses }: AppliedChanges): Pick<SyncReply, 'responses' | 'files'> {
  const files = responses.flatMap((r) =>
    r.itemId === undefined || r.files === undefined ? [] : [[r.itemId, r.files] as const],
  );
  return { responses: responses.filter((r) => r.quiet !== true), files: Object.fromEntries(files) };
}

function deletedBy({ commands }: SyncRequest): Set<string> {
  return new Set(commands.flatMap((c) => (c.kind === 'delete' ? [c.itemId] : [])));
}

function unmoved(
  { collectionId, syncKey }: SyncRequest,
  options: SyncOptions,
  itemClass: ItemClass,
): SyncReply {
  return { ...NOTHING, collectionId, itemClass, status: 1, syncKey, options, changed: false };
}

/** With another window the walk through older items begins again, and skips what the shadow holds. */
function withOptions(state: CollectionState, options: SyncOptions | undefined): CollectionState {
  if (options === undefined) return state;
  const snapshot = sameWindow(options, state.options) ? state.snapshot : null;
  return { ...state, options, snapshot };
}

function standStill({ feed, snapshot, deferred }: CollectionState): Step {
  return { batch: [], put: [], drop: [], feed, snapshot, more: false, deferred: deferred ?? null };
}

function samePlace(a: CollectionState, b: CollectionState): boolean {
  return (
    a.feed.modseq === b.feed.modseq &&
    a.feed.itemId === b.feed.itemId &&
    a.itemClass === b.itemClass &&
    JSON.stringify([a.options, a.snapshot, a.deferred ?? null]) ===
      JSON.stringify([b.options, b.snapshot, b.deferred ?? null])
  );
}
