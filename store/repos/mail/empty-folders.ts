import { eq } from 'drizzle-orm';
import { askedId } from '../../text.ts';
import { all, type MailboxContext, scoped } from './context.ts';
import { removeItems } from './remove.ts';

/** Items that one step removes: a folder of any size goes in steps of this cost, each of them whole. */
const ITEMS_PER_STEP = 1000;

/** Removes what the folders hold, and what arrives in them meanwhile. Number of items. */
export async function emptyFolders(
  box: MailboxContext,
  folderIds: readonly string[],
  now: number,
): Promise<number> {
  let removed = 0;
  for (const folderId of new Set(folderIds.map(askedId))) {
    for (;;) {
      const ids = await someItems(box, folderId);
      if (ids.length === 0) break;
      const results = await removeItems(box, ids, now, folderId);
      removed += results.filter((result) => result.outcome === 'changed').length;
    }
  }
  return removed;
}

async function someItems(box: MailboxContext, folderId: string): Promise<string[]> {
  const { items } = box.tables;
  const rows = await box.executor.all(
    box.executor.build
      .select({ itemId: items.itemId })
      .from(items)
      .where(all(scoped(box, items), eq(items.folderId, folderId)))
      .orderBy(items.modseq, items.itemId)
      .limit(ITEMS_PER_STEP),
  );
  return rows.map((row) => row.itemId);
}
