import type { Folder, ItemState } from '../mail/types.ts';
import type { FeedCursor, MailboxStore } from '../ports/mail.ts';
import type { SearchStore } from '../ports/search.ts';
import type { DocumentState } from './query.ts';

/** Changes that one call follows at most: what is left over is followed by the next. */
const CATCH_UP_CHANGES = 5000;
const PAGE = 1000;
/** Documents of a folder that is gone, in one call. */
const ORPHANS = 1000;

export interface CatchUpOptions {
  /** Changes to follow at most. */
  limit?: number;
  /** Does nothing while fewer modseqs than this have passed since the last time. */
  minLag?: number;
}

/**
 * Brings the index's mirror of a mailbox (folder, flags, categories of each message) up to the mailbox's change feed,
 * as a device would follow it. Read marks, moves and removals cost no queue message for that: whoever searches calls
 * this first. Texts are not its business: documents are made by the queue `index`.
 *
 * Returns the folders, and whether the mirror is complete.
 */
export async function catchUp(
  mailbox: MailboxStore,
  search: SearchStore,
  { limit = CATCH_UP_CHANGES, minLag = 1 }: CatchUpOptions = {},
): Promise<{ folders: Folder[]; complete: boolean }> {
  const [folders, cursors] = await Promise.all([mailbox.folders(), search.cursors(mailbox.ref)]);
  const known = new Set(folders.map((folder) => folder.folderId));
  const lost = [...cursors.keys()].filter((folderId) => !known.has(folderId));
  const behind = folders
    // Whom the user wrote to is searched elsewhere.
    .filter((folder) => folder.role !== 'recipientCache')
    .map((folder) => ({ folder, from: cursors.get(folder.folderId) ?? { modseq: 0, itemId: '' } }))
    .filter(({ folder, from }) => folder.contentModseq > from.modseq);
  const lag = behind.reduce((sum, { folder, from }) => sum + folder.contentModseq - from.modseq, 0);
  if (lost.length === 0 && lag < minLag) return { folders, complete: lag === 0 };

  const walk = await follow(mailbox, behind, limit);
  const orphans = await orphansOf(mailbox, search, lost);
  const gone = await whereabouts(mailbox, [...walk.left, ...orphans.itemIds]);
  await search.mirror(mailbox.ref, {
    states: [...walk.items, ...gone.elsewhere].map(stateOf),
    gone: gone.nowhere,
    cursors: walk.cursors,
    folders: orphans.emptied,
  });
  return { folders, complete: walk.complete && orphans.emptied.length === lost.length };
}

interface Walk {
  items: ItemState[];
  /** Items that went out of a folder. */
  left: string[];
  cursors: Map<string, FeedCursor>;
  complete: boolean;
}

async function follow(
  mailbox: MailboxStore,
  behind: { folder: Folder; from: FeedCursor }[],
  limit: number,
): Promise<Walk> {
  const walk: Walk = { items: [], left: [], cursors: new Map(), complete: true };
  let budget = limit;
  for (const { folder, from } of behind) {
    let cursor = from;
    for (;;) {
      if (budget <= 0) {
        walk.complete = false;
        return walk;
      }
      const size = Math.min(PAGE, budget);
      const page = await mailbox.changes(folder.folderId, cursor, size);
      budget -= page.length;
      for (const entry of page) {
        if (entry.kind === 'item') walk.items.push(entry.item);
        else walk.left.push(entry.tombstone.itemId);
      }
      const last = page.at(-1);
      if (last !== undefined) {
        cursor =
          last.kind === 'item'
            ? { modseq: last.item.modseq, itemId: last.item.itemId }
            : { modseq: last.tombstone.modseq, itemId: last.tombstone.itemId };
        walk.cursors.set(folder.folderId, cursor);
      }
      if (page.length < size) {
        // The end of the feed: nothing up to the folder's modseq is left, whatever became of the last change.
        if (cursor.modseq < folder.contentModseq) {
          walk.cursors.set(folder.folderId, { modseq: folder.contentModseq, itemId: '' });
        }
        break;
      }
    }
  }
  return walk;
}

/** Items that the index believes to be in folders that are gone; a folder without any is done with. */
async function orphansOf(
  mailbox: MailboxStore,
  search: SearchStore,
  lost: string[],
): Promise<{ itemIds: string[]; emptied: string[] }> {
  const itemIds: string[] = [];
  const emptied: string[] = [];
  for (const folderId of lost) {
    const inside = await search.inFolder(mailbox.ref, folderId, ORPHANS);
    itemIds.push(...inside);
    if (inside.length < ORPHANS) emptied.push(folderId);
  }
  return { itemIds, emptied };
}

/** What left a folder is in another one now, or nowhere. */
async function whereabouts(
  mailbox: MailboxStore,
  itemIds: string[],
): Promise<{ elsewhere: ItemState[]; nowhere: string[] }> {
  if (itemIds.length === 0) return { elsewhere: [], nowhere: [] };
  const elsewhere = await mailbox.itemStates(itemIds);
  const found = new Set(elsewhere.map((item) => item.itemId));
  return { elsewhere, nowhere: itemIds.filter((itemId) => !found.has(itemId)) };
}

/** The mirror of an item. */
export function stateOf(item: ItemState): DocumentState {
  const { itemId, folderId, kind, modseq, receivedAt, isRead, categories, size, threadId } = item;
  const isFlagged = item.flag?.status === 2;
  return { itemId, folderId, kind, modseq, receivedAt, isRead, isFlagged, categories, size, threadId };
}
