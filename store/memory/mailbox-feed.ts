/** Lists of a folder: its change feed, its items newest first, and pages of them. */
import type { ItemState, Tombstone } from '../../core/mail/types.ts';
import type { FeedCursor, FeedEntry, SnapshotCursor } from '../../core/ports/mail.ts';
import { byFeed, copy, type MailboxData, newestFirst } from './mailbox-data.ts';

type Box = MailboxData | undefined;

export interface PageOrder {
  by: 'received' | 'entered';
  descending: boolean;
}

export function inFolder(box: Box, folderId: string): ItemState[] {
  return [...(box?.items.values() ?? [])].map((e) => e.state).filter((s) => s.folderId === folderId);
}

export function threadMembers(box: Box, folderId: string, threadIds: string[], limit: number): ItemState[] {
  return inFolder(box, folderId)
    .filter((s) => s.threadId !== '' && threadIds.includes(s.threadId))
    .sort(newestFirst)
    .slice(0, limit)
    .map(copy);
}

export function changes(box: Box, folderId: string, after: FeedCursor, limit: number): FeedEntry[] {
  const feed: FeedEntry[] = inFolder(box, folderId).map((state) => ({ kind: 'item', item: copy(state) }));
  for (const [itemId, { modseq }] of box?.gone.get(folderId) ?? []) {
    feed.push({ kind: 'gone', tombstone: { folderId, itemId, modseq } });
  }
  const position = (e: FeedEntry) => (e.kind === 'item' ? e.item : e.tombstone);
  return feed
    .filter((e) => byFeed(position(e), after) > 0)
    .sort((a, b) => byFeed(position(a), position(b)))
    .slice(0, limit);
}

export function tombstonesOf(
  box: Box,
  folderIds: readonly string[],
  itemIds: readonly string[],
): Tombstone[] {
  return [...new Set(folderIds)].flatMap((folderId) =>
    [...new Set(itemIds)].flatMap((itemId) => {
      const gone = box?.gone.get(folderId)?.get(itemId);
      return gone === undefined ? [] : [{ folderId, itemId, modseq: gone.modseq }];
    }),
  );
}

/** All of them that were received since, newest first, behind the cursor. */
export function snapshot(
  box: Box,
  folderId: string,
  since: number,
  before: SnapshotCursor | null,
): ItemState[] {
  return inFolder(box, folderId)
    .filter((s) => s.receivedAt >= since && (before === null || newestFirst(before, s) < 0))
    .sort(newestFirst)
    .map(copy);
}

export function pageItems(
  box: Box,
  folderId: string,
  { by, descending }: PageOrder,
  offset: number,
  limit: number,
): ItemState[] {
  const key = by === 'received' ? 'receivedAt' : 'createdModseq';
  const sign = descending ? -1 : 1;
  return inFolder(box, folderId)
    .sort((a, b) => sign * (a[key] - b[key] || (a.itemId < b.itemId ? -1 : 1)))
    .slice(offset, offset + limit)
    .map(copy);
}
