import type { ItemState } from '../mail/types.ts';
import type { FeedCursor, FeedEntry, MailboxStore, SnapshotCursor } from '../ports/mail.ts';
import { filterCutoff } from './filter.ts';
import { bodyBytes, type SyncOptions } from './options.ts';
import type { BatchEntry, CollectionState, ShadowRow, SyncStateRepo } from './state.ts';

/** How much one reply may say. */
export interface PlanLimits {
  windowSize: number;
  /** Bytes; at least one item is said however large it is. */
  byteBudget: number;
}

/** The next step for a device: what to say, and where the walk stands afterwards. */
export interface Plan {
  batch: BatchEntry[];
  put: ShadowRow[];
  drop: string[];
  feed: FeedCursor;
  snapshot: CollectionState['snapshot'];
  more: boolean;
}

/** Sorts after every id: a cursor with it has consumed its whole modseq. */
const LAST_ID = '\u{10ffff}';
const ITEM_OVERHEAD = 900;

/** Cursor behind everything that happened in a folder up to `modseq`. */
export function feedAt(modseq: number): FeedCursor {
  return { modseq, itemId: LAST_ID };
}

/**
 * Compares the folder with the device's shadow and plans the next step. Order: items that aged out, then the
 * change feed, then older items newest first, so that new mail overtakes a long first Sync.
 *
 * `contentModseq` must have been read before the call: everything up to it is then certainly in the feed pages
 * read here, so that the cursor may move up to it although the rows it numbered have since moved on.
 */
export async function planStep(
  repo: SyncStateRepo,
  mailbox: MailboxStore,
  state: CollectionState,
  contentModseq: number,
  limits: PlanLimits,
  now: number,
): Promise<Plan> {
  const since = filterCutoff(state.options.filterType, now);
  const builder = new StepBuilder(limits, state.options);
  if (since > 0) {
    for (const itemId of repo.agedOut(state.collectionId, since, limits.windowSize + 1)) builder.soft(itemId);
  }
  const feed = await walkFeed(repo, mailbox, state, contentModseq, since, builder);
  const snapshot = await walkSnapshot(repo, mailbox, state, since, builder);
  return { ...builder.result(), feed, snapshot };
}

/** Collects a step until window or budget is full; the entry that no longer fits sets `more`. */
class StepBuilder {
  readonly #limits: PlanLimits;
  readonly #options: SyncOptions;
  readonly #batch: BatchEntry[] = [];
  readonly #put: ShadowRow[] = [];
  readonly #drop: string[] = [];
  readonly #taken = new Set<string>();
  #bytes = 0;
  more = false;

  constructor(limits: PlanLimits, options: SyncOptions) {
    this.#limits = limits;
    this.#options = options;
  }

  get room(): number {
    return this.#limits.windowSize - this.#batch.length;
  }

  taken(itemId: string): boolean {
    return this.#taken.has(itemId);
  }

  soft(itemId: string): void {
    if (this.#fits(60)) {
      this.#enter({ op: 'softDelete', itemId }, 60);
      this.#drop.push(itemId);
    }
  }

  /** False when the step is full: the caller must not move its cursor past this item. */
  gone(itemId: string): boolean {
    if (!this.#fits(60)) return false;
    this.#enter({ op: 'delete', itemId }, 60);
    this.#drop.push(itemId);
    return true;
  }

  item(op: 'add' | 'change', item: ItemState): boolean {
    const cost = op === 'add' ? ITEM_OVERHEAD + bodyBytes(item, this.#options) : 120;
    if (!this.#fits(cost)) return false;
    this.#enter({ op, itemId: item.itemId }, cost);
    this.#put.push({ itemId: item.itemId, version: item.modseq, receivedAt: item.receivedAt });
    return true;
  }

  /** Ends the step here; what follows comes with the next one. */
  stop(): false {
    this.more = true;
    return false;
  }

  result() {
    return { batch: this.#batch, put: this.#put, drop: this.#drop, more: this.more };
  }

  #fits(cost: number): boolean {
    // At least one item, however large, or a folder would never get past it.
    const fits = this.#batch.length === 0 || (this.room > 0 && this.#bytes + cost <= this.#limits.byteBudget);
    if (!fits) this.more = true;
    return fits;
  }

  #enter(entry: BatchEntry, cost: number): void {
    this.#batch.push(entry);
    this.#taken.add(entry.itemId);
    this.#bytes += cost;
  }
}

async function walkFeed(
  repo: SyncStateRepo,
  mailbox: MailboxStore,
  state: CollectionState,
  contentModseq: number,
  since: number,
  builder: StepBuilder,
): Promise<FeedCursor> {
  let cursor = state.feed;
  while (cursor.modseq < contentModseq && !builder.more) {
    const page = Math.min(500, Math.max(50, builder.room + 1));
    const entries = await mailbox.changes(state.collectionId, cursor, page);
    const versions = repo.versions(state.collectionId, entries.map(idOf));
    for (const entry of entries) {
      if (!say(entry, versions, since, builder)) return cursor;
      cursor = cursorOf(entry);
    }
    if (entries.length < page) return cursor.modseq < contentModseq ? feedAt(contentModseq) : cursor;
  }
  return cursor;
}

/** Enters what the device must hear of a feed entry, if anything; false when the step is full. */
function say(entry: FeedEntry, versions: Map<string, number>, since: number, builder: StepBuilder): boolean {
  const itemId = idOf(entry);
  if (builder.taken(itemId)) {
    // Changed again since an earlier page of this very step: the next step says it, unless it aged out anyway.
    if (entry.kind === 'gone' || entry.item.receivedAt < since) return true;
    return builder.stop();
  }
  const known = versions.get(itemId);
  if (entry.kind === 'gone') return known === undefined || builder.gone(itemId);
  // The device's own changes stand in the shadow with the version they led to: no echo.
  if (known === entry.item.modseq) return true;
  if (known !== undefined) return builder.item('change', entry.item);
  return entry.item.receivedAt < since || builder.item('add', entry.item);
}

async function walkSnapshot(
  repo: SyncStateRepo,
  mailbox: MailboxStore,
  state: CollectionState,
  since: number,
  builder: StepBuilder,
): Promise<CollectionState['snapshot']> {
  let cursor = state.snapshot;
  while (cursor !== 'done' && !builder.more) {
    const page = Math.min(513, Math.max(1, builder.room) + 1);
    const items: ItemState[] = await mailbox.snapshot(state.collectionId, since, cursor, page);
    const versions = repo.versions(
      state.collectionId,
      items.map((i) => i.itemId),
    );
    for (const item of items) {
      if (!versions.has(item.itemId) && !builder.taken(item.itemId) && !builder.item('add', item))
        return cursor;
      cursor = { receivedAt: item.receivedAt, itemId: item.itemId } satisfies SnapshotCursor;
    }
    if (items.length < page) cursor = 'done';
  }
  return cursor;
}

function idOf(entry: FeedEntry): string {
  return entry.kind === 'item' ? entry.item.itemId : entry.tombstone.itemId;
}

function cursorOf(entry: FeedEntry): FeedCursor {
  return entry.kind === 'item'
    ? { modseq: entry.item.modseq, itemId: entry.item.itemId }
    : { modseq: entry.tombstone.modseq, itemId: entry.tombstone.itemId };
}
