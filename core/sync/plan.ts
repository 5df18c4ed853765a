import type { ItemState } from '../mail/types.ts';
import type { FeedCursor, FeedEntry, MailboxStore, SnapshotCursor } from '../ports/mail.ts';
import { FilterWindow } from './filter.ts';
import { itemBytes, type SyncOptions } from './options.ts';
import {
  type BatchEntry,
  type CollectionState,
  MOVED_AWAY,
  type ShadowRow,
  type SyncStateRepo,
} from './state.ts';

/** How much one reply may say. */
export interface PlanLimits {
  windowSize: number;
  /** Bytes; at least one item is said however large it is. */
  byteBudget: number;
  /** Most items that the device is to hold of this folder, or null (MaxItems, MS-ASCMD 2.2.3.104). */
  maxItems?: number | null;
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
/** Old items of a device that are looked at in one step for whether something else keeps them in the window. */
const AGED_MIXED = 2_000;

/** Cursor behind everything that happened in a folder up to `modseq`. */
export function feedAt(modseq: number): FeedCursor {
  return { modseq, itemId: LAST_ID };
}

/** Whether something up to `modseq` may lie after the cursor: what one command changed has one modseq. */
export function isBehind(cursor: FeedCursor, modseq: number): boolean {
  return cursor.modseq < modseq || (cursor.modseq === modseq && cursor.itemId !== LAST_ID);
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
  const { collectionId: folderId, itemClass, options } = state;
  const window = new FilterWindow(mailbox, { folderId, itemClass, options }, now);
  const held = limits.maxItems == null ? 0 : repo.count(state.collectionId, 0);
  const builder = new StepBuilder(limits, state.options, held);
  const walk: Walk = { repo, mailbox, state, window, builder };
  if (window.until > 0) await walkAged(walk, limits);
  const feed = await walkFeed(walk, contentModseq);
  const snapshot = await walkSnapshot(walk);
  return { ...builder.result(), feed, snapshot };
}

interface Walk {
  repo: SyncStateRepo;
  mailbox: MailboxStore;
  state: CollectionState;
  window: FilterWindow;
  builder: StepBuilder;
}

/** Items of the shadow that have left the window: they are taken from the device without being deleted. */
async function walkAged({ repo, mailbox, state, window, builder }: Walk, limits: PlanLimits): Promise<void> {
  const limit = window.isPlain ? limits.windowSize + 1 : AGED_MIXED;
  const aged = repo.agedOut(state.collectionId, window.until, limit);
  const staying = window.isPlain ? new Set<string>() : await window.inside(await mailbox.itemStates(aged));
  for (const itemId of aged) if (!staying.has(itemId)) builder.soft(itemId);
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
  #held: number;
  more = false;

  constructor(limits: PlanLimits, options: SyncOptions, held: number) {
    this.#limits = limits;
    this.#options = options;
    this.#held = held;
  }

  /** The device holds as many items as it wants: no more are added. */
  get sated(): boolean {
    const { maxItems } = this.#limits;
    return maxItems != null && this.#held >= maxItems;
  }

  get room(): number {
    return this.#limits.windowSize - this.#batch.length;
  }

  taken(itemId: string): boolean {
    return this.#taken.has(itemId);
  }

  /** It is taken from the device without being deleted. */
  soft(itemId: string): boolean {
    return this.#end('softDelete', itemId);
  }

  /** False when the step is full: the caller must not move its cursor past this item. */
  gone(itemId: string): boolean {
    return this.#end('delete', itemId);
  }

  #end(op: 'delete' | 'softDelete', itemId: string): boolean {
    if (!this.#fits(60)) return false;
    this.#enter({ op, itemId }, 60);
    this.#drop.push(itemId);
    return true;
  }

  /** True also when the device wants no more items: the cursor may move past this one. */
  add(item: ItemState): boolean {
    if (this.sated) return true;
    const cost = ITEM_OVERHEAD + itemBytes(item, this.#options);
    if (!this.#fits(cost)) return false;
    this.#enter({ op: 'add', itemId: item.itemId }, cost);
    this.#hold(item);
    this.#held += 1;
    return true;
  }

  /** `since`: the version of the item that the device knows. */
  change(item: ItemState, since: number): boolean {
    const whole = item.contentModseq > since;
    const cost = whole ? ITEM_OVERHEAD + itemBytes(item, this.#options) : 120;
    if (!this.#fits(cost)) return false;
    this.#enter({ op: 'change', itemId: item.itemId, since }, cost);
    this.#hold(item);
    return true;
  }

  #hold(item: ItemState): void {
    this.#put.push({ itemId: item.itemId, version: item.modseq, receivedAt: item.receivedAt });
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

async function walkFeed(walk: Walk, contentModseq: number): Promise<FeedCursor> {
  const { mailbox, state, builder } = walk;
  let cursor = state.feed;
  while (isBehind(cursor, contentModseq) && !builder.more) {
    const page = Math.min(500, Math.max(50, builder.room + 1));
    const entries = await mailbox.changes(state.collectionId, cursor, page);
    const seen = await look(
      walk,
      entries.flatMap((e) => (e.kind === 'item' ? [e.item] : [])),
      entries.map(idOf),
    );
    for (const entry of entries) {
      if (!say(entry, seen, builder)) return cursor;
      cursor = cursorOf(entry);
    }
    if (entries.length < page) return feedAt(Math.max(cursor.modseq, contentModseq));
  }
  return cursor;
}

/** What is known of a page of items before it is said. */
interface Page {
  /** The device's versions, also of companions. */
  versions: Map<string, number>;
  inside: Set<string>;
  /** By conversation: older messages that come with a message of the page. */
  companions: Map<string, ItemState[]>;
}

async function look(
  { repo, state, window }: Walk,
  items: ItemState[],
  ids: string[] = items.map((i) => i.itemId),
): Promise<Page> {
  const inside = await window.inside(items);
  const companions = await window.companions(items.filter((i) => inside.has(i.itemId)));
  const others = [...companions.values()].flat().map((i) => i.itemId);
  return { versions: repo.versions(state.collectionId, [...ids, ...others]), inside, companions };
}

/** An item with the older messages of its conversation that the device does not have; false when the step is full. */
function addWhole(item: ItemState, page: Page, builder: StepBuilder): boolean {
  for (const companion of page.companions.get(item.threadId) ?? []) {
    if (page.versions.has(companion.itemId) || builder.taken(companion.itemId)) continue;
    if (!builder.add(companion)) return false;
  }
  return builder.taken(item.itemId) || builder.add(item);
}

/** Enters what the device must hear of a feed entry, if anything; false when the step is full. */
function say(entry: FeedEntry, page: Page, builder: StepBuilder): boolean {
  const itemId = idOf(entry);
  if (builder.taken(itemId)) {
    // Changed again since an earlier page of this very step: the next step says it, unless it aged out anyway.
    if (entry.kind === 'gone' || !page.inside.has(itemId)) return true;
    return builder.stop();
  }
  const known = page.versions.get(itemId);
  if (entry.kind === 'gone') return known === undefined || builder.gone(itemId);
  // The device's own changes stand in the shadow with the version they led to: no echo.
  if (known === entry.item.modseq) return true;
  if (known !== undefined && known !== MOVED_AWAY) {
    // A task that somebody else completed, an event that now ends earlier.
    return page.inside.has(itemId) ? builder.change(entry.item, known) : builder.soft(itemId);
  }
  return !page.inside.has(itemId) || addWhole(entry.item, page, builder);
}

async function walkSnapshot(walk: Walk): Promise<CollectionState['snapshot']> {
  const { mailbox, state, window, builder } = walk;
  let cursor = state.snapshot;
  while (cursor !== 'done' && !builder.more) {
    if (builder.sated) return 'done';
    const page = Math.min(513, Math.max(1, builder.room) + 1);
    const items: ItemState[] = await mailbox.snapshot(state.collectionId, window.since, cursor, page);
    const known = await look(walk, items);
    for (const item of items) {
      const held = known.versions.has(item.itemId) || builder.taken(item.itemId);
      const shown = known.inside.has(item.itemId);
      if (shown && !(held ? companionsOnly(item, known, builder) : addWhole(item, known, builder)))
        return cursor;
      cursor = { receivedAt: item.receivedAt, itemId: item.itemId } satisfies SnapshotCursor;
    }
    if (items.length < page) cursor = 'done';
  }
  return cursor;
}

/** The device has the item already; its conversation may lack older messages. */
function companionsOnly(item: ItemState, page: Page, builder: StepBuilder): boolean {
  return (page.companions.get(item.threadId) ?? []).every(
    (c) => page.versions.has(c.itemId) || builder.taken(c.itemId) || builder.add(c),
  );
}

function idOf(entry: FeedEntry): string {
  return entry.kind === 'item' ? entry.item.itemId : entry.tombstone.itemId;
}

function cursorOf(entry: FeedEntry): FeedCursor {
  return entry.kind === 'item'
    ? { modseq: entry.item.modseq, itemId: entry.item.itemId }
    : { modseq: entry.tombstone.modseq, itemId: entry.tombstone.itemId };
}
