import { nameOf } from './application.ts';
import { applyCommands } from './apply-commands.ts';
import { DEFAULT_OPTIONS, type SyncOptions } from './options.ts';
import { feedAt, type Plan, planStep } from './plan.ts';
import type { SyncContext, SyncReply, SyncRequest } from './request.ts';
import { type BatchEntry, type CollectionState, recognise, syncKeyOf } from './state.ts';

const NOTHING = {
  options: DEFAULT_OPTIONS,
  batch: [],
  more: false,
  responses: [],
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
  const state = context.repo.load(collectionId);
  if (syncKey === '0') return start(context, request, state, context.contentModseq);
  const key = recognise(state, syncKey);
  if (state === null || key === 'unknown') return { ...NOTHING, collectionId, status: 3, syncKey: '0' };
  return key === 'current'
    ? advance(context, request, state, context.contentModseq)
    : repeat(context, request, state, context.contentModseq);
}

/** SyncKey 0: a new life of the collection, without items. A second 0 before the key was used gets the same key. */
function start(
  context: SyncContext,
  request: SyncRequest,
  state: CollectionState | null,
  contentModseq: number,
): SyncReply {
  let fresh = state;
  if (fresh === null || fresh.generation > 1) {
    fresh = {
      collectionId: request.collectionId,
      epoch: context.newEpoch(),
      generation: 1,
      feed: feedAt(contentModseq),
      snapshot: null,
      options: request.options ?? DEFAULT_OPTIONS,
      batch: [],
      more: false,
      applied: [],
      supported: request.supported ?? null,
    };
    const saved = fresh;
    context.repo.write(() => {
      context.repo.reset(request.collectionId);
      context.repo.save(saved);
    });
  }
  const syncKey = syncKeyOf(fresh.epoch, fresh.generation);
  return { ...NOTHING, collectionId: request.collectionId, status: 1, syncKey };
}

async function advance(
  context: SyncContext,
  request: SyncRequest,
  known: CollectionState,
  contentModseq: number,
): Promise<SyncReply> {
  const { repo } = context;
  const state = withOptions(known, request.options);
  const applied = await applyCommands(context, state.options, request, []);
  const before = Math.max(contentModseq, applied.contentModseq);
  const plan = request.getChanges
    ? await planStep(repo, context.mailbox, state, before, request, context.now)
    : standStill(state);
  const moved = plan.batch.length > 0 || applied.responses.length > 0 || request.commands.length > 0;
  const next: CollectionState = {
    ...state,
    generation: state.generation + (moved ? 1 : 0),
    feed: plan.feed,
    snapshot: plan.snapshot,
    batch: moved ? plan.batch : state.batch,
    more: moved ? plan.more : state.more,
    applied: moved ? applied.log : state.applied,
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
    status: 1,
    syncKey: syncKeyOf(next.epoch, next.generation),
    options: next.options,
    batch: plan.batch,
    more: plan.more,
    responses: applied.responses,
    changed: moved,
    touched: applied.touched,
  };
}

/**
 * The answer to N-1 was lost: the same step again under the same key. Items that have gone since are left out and
 * leave the shadow, because the device never got them. Commands that were carried out are not carried out twice.
 */
async function repeat(
  context: SyncContext,
  request: SyncRequest,
  state: CollectionState,
  contentModseq: number,
): Promise<SyncReply> {
  const { repo, mailbox } = context;
  const applied = await applyCommands(context, state.options, request, state.applied);
  const forgotten = forgottenEffects(state, request);
  const wanted = [...state.batch, ...forgotten].filter(namesItem).map((e) => e.itemId);
  const present = new Set<string>();
  if (wanted.length > 0) {
    for (const item of await mailbox.itemStates(wanted)) {
      if (item.folderId === state.collectionId) present.add(item.itemId);
    }
  }
  const lost = state.batch.filter((e) => e.op === 'add' && !present.has(e.itemId)).map((e) => e.itemId);
  // What the device deletes in this very request it need not be told to delete.
  const deleting = new Set(request.commands.flatMap((c) => (c.kind === 'delete' ? [c.itemId] : [])));
  const batch = state.batch.filter((e) =>
    e.op === 'delete' || e.op === 'softDelete' ? !deleting.has(e.itemId) : present.has(e.itemId),
  );
  let next: CollectionState = { ...state, batch, applied: applied.log };
  repo.write(() => {
    repo.drop(state.collectionId, lost);
    if (lost.length > 0 || applied.log.length !== state.applied.length) repo.save(next);
  });
  const told = new Set(batch.map((e) => e.itemId));
  const extra = forgotten.filter((e) => !told.has(e.itemId) && (!namesItem(e) || present.has(e.itemId)));
  if (batch.length + extra.length === 0 && state.more) {
    // Nothing of the step is left: what comes next takes its place, so that no empty answer promises more.
    const plan = await planStep(repo, mailbox, next, contentModseq, request, context.now);
    next = { ...next, feed: plan.feed, snapshot: plan.snapshot, batch: plan.batch, more: plan.more };
    repo.write(() => {
      repo.put(state.collectionId, plan.put);
      repo.drop(state.collectionId, plan.drop);
      repo.save(next);
    });
  }
  return {
    collectionId: state.collectionId,
    status: 1,
    syncKey: syncKeyOf(state.epoch, state.generation),
    options: request.options ?? state.options,
    batch: [...next.batch, ...extra],
    more: next.more,
    responses: applied.responses,
    changed: true,
    touched: applied.touched,
  };
}

/**
 * What commands of the first try did that this try does not know of: a device that asks again under the old key
 * without them stands where it stood before them.
 */
function forgottenEffects(state: CollectionState, request: SyncRequest): BatchEntry[] {
  const known = new Set(request.commands.map(nameOf));
  return state.applied.flatMap((a) => (a.effect === undefined || known.has(a.command) ? [] : [a.effect]));
}

function namesItem({ op }: BatchEntry): boolean {
  return op === 'add' || op === 'change';
}

/** With another window the walk through older items begins again, and skips what the shadow holds. */
function withOptions(state: CollectionState, options: SyncOptions | undefined): CollectionState {
  if (options === undefined) return state;
  const sameWindow =
    options.filterType === state.options.filterType &&
    options.conversationMode === state.options.conversationMode;
  const snapshot = sameWindow ? state.snapshot : null;
  return { ...state, options, snapshot };
}

function standStill(state: CollectionState): Plan {
  return { batch: [], put: [], drop: [], feed: state.feed, snapshot: state.snapshot, more: false };
}

function samePlace(a: CollectionState, b: CollectionState): boolean {
  return (
    a.feed.modseq === b.feed.modseq &&
    a.feed.itemId === b.feed.itemId &&
    JSON.stringify([a.options, a.snapshot]) === JSON.stringify([b.options, b.snapshot])
  );
}
