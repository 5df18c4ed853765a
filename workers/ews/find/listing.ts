import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { type ItemCondition, LOOK } from '../../../core/mail/item-condition.ts';
import type { Folder } from '../../../core/mail/types.ts';
import type { FitCounts, Fitting } from '../../../core/ports/finding.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { REMOVED_FOLDER, removedViews } from '../folders/removed.ts';
import type { Comparable } from '../items/property.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import { itemNamed, itemsFound, viewsAt } from './candidates.ts';
import { type Fitness, fitnessOf } from './fitness.ts';
import type { Grouping, GroupKeys } from './group.ts';
import { readProperty } from './read-property.ts';
import { compareKeys, isMoment, NEWEST_FIRST, type SortKey, storedOrder } from './sort.ts';

/** What a list is of. */
export interface Asked {
  restriction: XmlElement | null;
  contacts: XmlElement | null;
  query: string | null;
  sort: readonly SortKey[];
  grouping: Grouping | null;
}

/** An item of a list: its view where that is at hand, else its id; and what was read of it for groups. */
interface Entry {
  item: ItemView | string;
  group: GroupKeys | null;
}

/** All that fits, in order. */
export interface Listing {
  total: number;
  /** A part of it, from `begin` to before `end`. */
  entries(begin: number, end: number): Promise<Entry[]>;
}

/**
 * How many items one request may look at: rows that the store cannot judge, or of which something must be read to put them
 * in order. What would need more is refused, with no list at all: half a list would be taken for the whole. So many are
 * 3 to 6 s of CPU and 800 statements, of which the platform gives an invocation 30 s and 1,000.
 */
const MOST_LOOKED_AT = 100_000;
/** Ids of one list, where some of its items must be looked at: far below the memory of an invocation. */
const MOST_LISTED = 200_000;
/** Items that are looked at together; and so many more are listed than were counted, for those that came since. */
const CHUNK = 500;

/** What is left for one request, over all its folders. */
interface Looks {
  left: number;
}

export function looksOfRequest(): Looks {
  return { left: MOST_LOOKED_AT };
}

/**
 * As much as possible is left to the store: where it can judge every row and knows the order, it counts, and reads one page.
 * Where a few must be looked at, those are, and the ids of the others are listed; else all that it does not rule out.
 * @throws SchemaError; EwsError ErrorUnsupportedPathForQuery, ErrorRestrictionTooComplex, ErrorExceededFindCountLimit
 */
export async function listingOf(
  context: EwsContext,
  box: Box,
  folderId: string,
  asked: Asked,
  looks: Looks,
): Promise<Listing> {
  const fitness = await fitnessOf(context, box, folderId, asked);
  const atHand = await viewsAtHand(context, box, folderId, asked, fitness);
  if (atHand !== null) return arranged(context, asked, atHand.filter(fitness.test));
  const folder = (await box.folders()).find((one) => one.folderId === folderId) ?? null;
  const mail = folder?.itemClass === 'Email' && folder.role !== 'recipientCache';
  const condition = mail ? fitness.condition : LOOK;
  // What is no message has times of its own in its document.
  const order = mail || asked.sort.length === 0 ? storedOrder(asked.sort) : null;
  const counts = await countsOf(box, folder, folderId, condition);
  const length = counts.sure + counts.unsure;
  if (order !== null && asked.grouping === null) {
    const list = (offset: number, limit: number) =>
      box.store.fitting(folderId, condition, order, offset, limit);
    if (counts.unsure === 0) {
      return {
        total: counts.sure,
        entries: async (begin, end) => (end > begin ? (await list(begin, end - begin)).map(entryOf) : []),
      };
    }
    if (isMoment(order) && length <= MOST_LISTED) {
      spend(looks, counts.unsure);
      return whole(await looked(box, await list(0, length + CHUNK), fitness));
    }
  }
  spend(looks, length);
  const all = await box.store.fitting(folderId, condition, NEWEST_FIRST, 0, length + CHUNK);
  return read(context, box, asked, all, fitness);
}

function entryOf({ itemId }: Pick<Fitting, 'itemId'>): Entry {
  return { item: itemId, group: null };
}

function whole(entries: readonly Entry[]): Listing {
  return { total: entries.length, entries: async (begin, end) => entries.slice(begin, end) };
}

/** @throws EwsError when more would have to be looked at than may be */
function spend(looks: Looks, items: number): void {
  looks.left -= items;
  if (looks.left < 0) {
    throw new EwsError(
      'ErrorExceededFindCountLimit',
      `More than ${MOST_LOOKED_AT} items would have to be looked through one by one. Ask for a span of time, or for fewer folders.`,
    );
  }
}

/** What is found without the rows of the folder; null: nothing is. */
async function viewsAtHand(
  context: EwsContext,
  box: Box,
  folderId: string,
  { query, restriction }: Asked,
  { test }: Fitness,
): Promise<ItemView[] | null> {
  if (query !== null) return itemsFound(context, box, folderId, query);
  const named = await itemNamed(box, folderId, restriction);
  if (named !== null && test(named)) return [named];
  if (folderId !== REMOVED_FOLDER) return null;
  const views: ItemView[] = [];
  for await (const page of removedViews(box)) views.push(...page);
  return views;
}

/** Those that fit, of which some must be looked at. */
async function looked(box: Box, list: readonly Fitting[], { test }: Fitness): Promise<Entry[]> {
  const unsure = list.flatMap(({ itemId, sure }) => (sure ? [] : [itemId]));
  const fit = new Set<string>();
  for await (const views of chunksOf(box, unsure)) {
    for (const view of views) if (test(view)) fit.add(view.state.itemId);
  }
  return list.filter(({ itemId, sure }) => sure || fit.has(itemId)).map(entryOf);
}

/** All of them are read; of what is read nothing is kept but what they are put in order by. */
async function read(
  context: EwsContext,
  box: Box,
  asked: Asked,
  list: readonly Fitting[],
  { test }: Fitness,
): Promise<Listing> {
  const sorter = sorterOf(context, asked);
  const ids = list.map(({ itemId }) => itemId);
  for await (const views of chunksOf(box, ids)) {
    for (const view of views) if (test(view)) sorter.take(view, view.state.itemId);
  }
  return whole(sorter.entries());
}

function arranged(context: EwsContext, asked: Asked, views: readonly ItemView[]): Listing {
  const sorter = sorterOf(context, asked);
  for (const view of views) sorter.take(view, view);
  return whole(sorter.entries());
}

function sorterOf(context: EwsContext, { sort, grouping }: Asked) {
  const reads = sort.map(({ path }) => readProperty(path, context));
  const kept: (Entry & { keys: Comparable[] })[] = [];
  return {
    take(view: ItemView, item: Entry['item']): void {
      kept.push({ item, group: grouping?.keysOf(view) ?? null, keys: reads.map((one) => one(view)) });
    },
    entries(): readonly Entry[] {
      return sort.length === 0 ? kept : kept.sort((a, b) => compareKeys(a.keys, b.keys, sort));
    },
  };
}

async function* chunksOf(box: Box, ids: readonly string[]): AsyncGenerator<ItemView[]> {
  for (let begin = 0; begin < ids.length; begin += CHUNK)
    yield await viewsAt(box, ids.slice(begin, begin + CHUNK));
}

/** Counts that an isolate remembers: a list is read page by page, and nearly always nothing has changed in between. */
const REMEMBERED = 1_000;
const LONGEST_KEY = 2_000;
const remembered = new Map<string, FitCounts>();

/** Counted after the modseq was read, so never older than it. */
async function countsOf(
  box: Box,
  folder: Folder | null,
  folderId: string,
  condition: ItemCondition,
): Promise<FitCounts> {
  const { tenantId, mailboxId, shard } = box.ref;
  const key = JSON.stringify([tenantId, shard, mailboxId, folderId, folder?.contentModseq, condition]);
  const before = remembered.get(key);
  if (before !== undefined) return before;
  const counts = await box.store.countFitting(folderId, condition);
  if (folder !== null && key.length <= LONGEST_KEY) {
    remembered.set(key, counts);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= REMEMBERED) break;
      remembered.delete(oldest);
    }
  }
  return counts;
}

/** Views of entries, in their order; what has gone in the meantime is left out. */
export async function viewsOfEntries(box: Box, entries: readonly Entry[]): Promise<ItemView[]> {
  const views = await viewsAt(
    box,
    entries.flatMap(({ item }) => (typeof item === 'string' ? [item] : [])),
  );
  const found = new Map(views.map((view) => [view.state.itemId, view]));
  return entries.flatMap(({ item }) => (typeof item === 'string' ? (found.get(item) ?? []) : [item]));
}
