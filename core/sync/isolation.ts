import type { MailboxStore } from '../ports/mail.ts';
import type { Plan } from './plan.ts';
import type { BatchEntry, CollectionState, Deferred } from './state.ts';

/** Identical retries of a step that change nothing: networks lose answers. */
const PATIENCE = 2;
/** The same for an item that failed alone before: what is left out now is missed until it changes. */
const LAST_PATIENCE = 6;

export interface Isolated {
  state: CollectionState;
  /** What the device is never told of, as far as this step goes. */
  skipped: BatchEntry[];
}

/**
 * One item that a device cannot take in makes it ask for the same step for ever (I20). After two retries the step is
 * said one item at a time; after the next this item gives way to those behind it. It comes again by itself when the
 * device has taken something else: only if it fails then too is it the item, and not the network, and is left out.
 */
export function isolate(state: CollectionState): Isolated {
  const retries = (state.retries ?? 0) + 1;
  const [first, ...rest] = state.batch;
  const patience = first?.suspect === true ? LAST_PATIENCE : PATIENCE;
  if (retries <= patience || first === undefined) return { state: { ...state, retries }, skipped: [] };
  const behind = state.deferred ?? { entries: [], window: 1, more: state.more };
  if (first.suspect === true) {
    return { state: narrowed(state, [], [...rest, ...behind.entries], behind, 0), skipped: [first] };
  }
  if (retries === PATIENCE + 1) {
    return { state: narrowed(state, [first], [...rest, ...behind.entries], behind, retries), skipped: [] };
  }
  const others = [...rest, ...behind.entries];
  const next = others.findIndex((e) => e.suspect !== true);
  const batch = next < 0 ? [] : others.splice(next, 1);
  const entries: BatchEntry[] = [...others, { ...first, suspect: true }];
  // The next one has been alone in no answer yet: it has its own two tries.
  return { state: narrowed(state, batch, entries, behind, PATIENCE), skipped: [] };
}

function narrowed(
  state: CollectionState,
  batch: BatchEntry[],
  entries: BatchEntry[],
  { more }: Deferred,
  retries: number,
): CollectionState {
  const deferred = entries.length === 0 ? null : { entries, window: 1, more };
  // An answer without items never promises more: some devices ask for it without end.
  return { ...state, batch, deferred, more: batch.length > 0 && (more || deferred !== null), retries };
}

/**
 * The next step out of what was deferred: twice as many as the device took the last time. null when nothing of it is
 * left to tell.
 *
 * @param acknowledged the device has taken in the step before; a suspect waits for that.
 */
export async function resume(
  mailbox: MailboxStore,
  state: CollectionState,
  windowSize: number,
  acknowledged: boolean,
): Promise<(Plan & { deferred: Deferred | null }) | null> {
  const { deferred } = state;
  if (deferred == null) return null;
  const present = await presentItems(mailbox, state.collectionId, deferred.entries);
  const isLeft = (e: BatchEntry) => !namesItem(e) || present.has(e.itemId);
  const left = deferred.entries.filter(isLeft);
  // A suspect is said alone.
  const suspect = left.findIndex((e) => e.suspect === true);
  const together = suspect === 0 ? 1 : suspect < 0 ? left.length : suspect;
  const waits = suspect === 0 && !acknowledged;
  const window = waits ? 0 : Math.max(1, Math.min(windowSize, deferred.window * 2, together));
  // The device never got them, and hears nothing of their end.
  const drop = deferred.entries.filter((e) => e.op === 'add' && !isLeft(e)).map((e) => e.itemId);
  const entries = left.slice(window);
  if (left.length === 0 && drop.length === 0) return null;
  return {
    batch: left.slice(0, window),
    put: [],
    drop,
    feed: state.feed,
    snapshot: state.snapshot,
    more: !waits && (entries.length > 0 || deferred.more),
    deferred: entries.length === 0 ? null : { entries, window, more: deferred.more },
  };
}

/** A device that deletes an item itself is not told any more that it is gone. */
export function withoutEnds(state: CollectionState, deleting: ReadonlySet<string>): CollectionState {
  const { deferred } = state;
  if (deferred == null || deleting.size === 0) return state;
  const entries = deferred.entries.filter((e) => namesItem(e) || !deleting.has(e.itemId));
  return { ...state, deferred: { ...deferred, entries } };
}

/** Which of the items that these entries bring are still in the folder. */
export async function presentItems(
  mailbox: MailboxStore,
  collectionId: string,
  entries: readonly BatchEntry[],
): Promise<Set<string>> {
  const wanted = entries.filter(namesItem).map((e) => e.itemId);
  if (wanted.length === 0) return new Set();
  const items = await mailbox.itemStates(wanted);
  return new Set(items.filter((i) => i.folderId === collectionId).map((i) => i.itemId));
}

/** Whether an entry brings the item, and not only its end. */
export function namesItem({ op }: BatchEntry): boolean {
  return op === 'add' || op === 'change';
}
