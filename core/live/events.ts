import type { Folder, ItemState, Tombstone } from '../mail/types.ts';
import { type Eyes, ITSELF, itemEvents, type LiveMailbox } from './item-events.ts';
import type { EventKind, KnownTree, LiveEvent, WatchedPart } from './types.ts';

/** Entries of one folder in one go: more than any write numbers alike (a move of many items has one modseq). */
const MAX_ENTRIES = 4_000;
/** Folders that went are remembered so far back. */
const MAX_GONE = 100;

export interface LivePage {
  /** In the order in which they happened. */
  events: LiveEvent[];
  /** Everything up to this modseq is in this page or the pages before. */
  position: number;
  more: boolean;
  tree: KnownTree;
}

/** The folders as somebody sees them who begins to watch now. */
export function treeOf(folders: readonly Folder[], { folderIds }: Pick<WatchedPart, 'folderIds'>): KnownTree {
  const watched = folders.filter((one) => isWatched(one, folderIds));
  return { parents: Object.fromEntries(watched.map((one) => [one.folderId, one.parentId])), gone: [] };
}

/**
 * What happened in the watched folders after a modseq (I13: never by a clock), at most about `limit` events.
 *
 * Each folder is read by itself, and things go on meanwhile. So the modseq of the mailbox is read first, and nothing
 * beyond it is told: not the half of a move of which the other half was read too early. An item that came in before it
 * and was changed after it is told as come now and as changed later, so that none is missed.
 *
 * @param after everything up to it is known; a modseq that the mailbox has not reached counts as its present one
 * @param eyes what else the watcher goes by
 */
export async function liveEvents(
  mailbox: LiveMailbox,
  part: WatchedPart,
  known: KnownTree,
  after: number,
  limit: number,
  eyes: Eyes,
): Promise<LivePage> {
  const { may } = eyes;
  let { modseq: head } = await mailbox.usage();
  if (head <= after) return { events: [], position: head, more: false, tree: known };
  const folders = await mailbox.folders();
  const watched = folders.filter((one) => isWatched(one, part.folderIds) && may(one.folderId));
  const direct = new Set(
    watched.map((one) => one.folderId).filter((id) => part.folderIds?.includes(id) ?? true),
  );
  const items: ItemState[] = [];
  const gone: Tombstone[] = [];
  let capped = false;
  for (const { folderId, contentModseq } of watched) {
    if (contentModseq <= after || !direct.has(folderId)) continue;
    const entries = await mailbox.changes(folderId, { modseq: after + 1, itemId: '' }, MAX_ENTRIES);
    for (const entry of entries) {
      if (entry.kind === 'item') items.push(entry.item);
      else gone.push(entry.tombstone);
    }
    const last = entries.length < MAX_ENTRIES ? undefined : entries.at(-1);
    // The last number may have more entries than were read.
    if (last !== undefined) {
      const reached = (last.kind === 'item' ? last.item.modseq : last.tombstone.modseq) - 1;
      capped = true;
      head = Math.max(after + 1, Math.min(head, reached));
    }
  }
  const within = (modseq: number) => modseq > after && modseq <= head;
  const wants = (kind: EventKind) => part.kinds.includes(kind);
  const places = new Map(folders.map((one) => [one.folderId, one]));
  const tree = treeAfter(known, watched, head, part);
  const events = [
    ...folderEvents({ known, tree, present: watched, direct, within }),
    ...(await itemEvents({
      mailbox,
      items,
      gone: gone.filter((one) => within(one.modseq)),
      within,
      places,
      eyes,
    })),
  ];
  const wanted = events
    .flatMap((event) => asWanted(event, wants, direct, places))
    .sort((a, b) => a.at - b.at || rank(a) - rank(b));
  const cut = cutAt(wanted, limit);
  const position = cut < wanted.length ? (wanted[cut - 1]?.at ?? head) : head;
  return { events: wanted.slice(0, cut), position, more: capped || cut < wanted.length, tree };
}

function isWatched({ folderId, parentId }: Folder, folderIds: readonly string[] | null): boolean {
  // Of a folder that is watched, folders below it are news too (though not what happens in them).
  return (
    folderIds === null || folderIds.includes(folderId) || folderIds.includes(parentId ?? 'msgfolderroot')
  );
}

/** Events before which a page ends: whatever happened with one modseq stays together. */
function cutAt(events: readonly LiveEvent[], limit: number): number {
  if (events.length <= limit) return events.length;
  let cut = limit;
  while (cut > 0 && events[cut - 1]?.at === events[cut]?.at) cut--;
  if (cut > 0) return cut;
  for (cut = limit; cut < events.length && events[cut - 1]?.at === events[cut]?.at; ) cut++;
  return cut;
}

function rank({ of, kind }: LiveEvent): number {
  return of === 'folder' && kind === 'modified' ? 9 : kind === 'newMail' ? 1 : 0;
}

function treeAfter(known: KnownTree, present: readonly Folder[], head: number, part: WatchedPart): KnownTree {
  const parents = treeOf(present, part).parents;
  const lost = Object.entries(known.parents)
    .filter(([id]) => !(id in parents))
    .map(([id, parentId]) => ({ id, parentId, at: head }));
  return { parents, gone: [...known.gone, ...lost].slice(-MAX_GONE) };
}

interface FolderFacts {
  known: KnownTree;
  tree: KnownTree;
  present: readonly Folder[];
  direct: ReadonlySet<string>;
  within(modseq: number): boolean;
}

function folderEvents({ known, tree, present, direct, within }: FolderFacts): LiveEvent[] {
  const events: LiveEvent[] = [];
  for (const { folderId: id, parentId, modseq, createdModseq, contentModseq } of present) {
    const base = { of: 'folder' as const, id, parentId, modseq, ...ITSELF };
    const before = known.parents[id];
    if (within(createdModseq)) events.push({ ...base, kind: 'created', at: createdModseq });
    else if (within(modseq) && before !== undefined && before !== parentId) {
      events.push({ ...base, kind: 'moved', oldParentId: before, at: modseq });
    } else if (within(modseq)) events.push({ ...base, kind: 'modified', at: modseq });
    // Its counts are others now.
    if (direct.has(id) && within(contentModseq) && contentModseq !== modseq) {
      events.push({ ...base, kind: 'modified', at: contentModseq });
    }
  }
  for (const { id, parentId, at } of tree.gone) {
    if (within(at)) events.push({ of: 'folder', kind: 'deleted', id, parentId, ...ITSELF, modseq: null, at });
  }
  return events;
}

/** The event as the watcher has asked for it: nothing, itself, or what a move looks like to who knows of no moves. */
function asWanted(
  event: LiveEvent,
  wants: (kind: EventKind) => boolean,
  direct: ReadonlySet<string>,
  places: ReadonlyMap<string, Folder>,
): LiveEvent[] {
  const { kind, of, parentId, oldParentId } = event;
  const found: LiveEvent[] = [];
  if (wants(kind)) found.push(event);
  else if (kind === 'copied' && wants('created')) found.push({ ...event, kind: 'created', ...ITSELF });
  else if (kind === 'moved' && of === 'item') {
    const here = (id: string | null) => id !== null && direct.has(id);
    if (wants('deleted') && here(oldParentId)) {
      found.push({ ...event, kind: 'deleted', parentId: oldParentId, ...ITSELF, modseq: null });
    }
    if (wants('created') && here(parentId)) found.push({ ...event, kind: 'created', ...ITSELF });
  }
  const busy = [parentId, oldParentId].some((id) => id !== null && places.get(id)?.itemClass === 'Calendar');
  if (of === 'item' && busy && wants('freeBusy')) {
    found.push({ ...event, kind: 'freeBusy', ...ITSELF });
  }
  return found;
}
