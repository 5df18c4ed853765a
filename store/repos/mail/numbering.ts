import { inArray, type SQL, sql } from 'drizzle-orm';
import { all, justNumbered, type MailboxContext, mailboxModseq, scoped, theseItems } from './context.ts';

/** contentModseq of the folders that hold one of these items just numbered, raised to the newest of them. */
export function touchFolders(box: MailboxContext, itemIds: readonly string[]) {
  const { folders, items } = box.tables;
  const numbered = theseItems(box, itemIds, justNumbered(box));
  const newest = sql<number>`(select max(${items.modseq}) from ${items}
    where ${numbered} and ${items.folderId} = ${folders.folderId})`;
  return box.executor.build
    .update(folders)
    .set({ contentModseq: newest })
    .where(
      all(
        scoped(box, folders),
        inArray(folders.folderId, sql`(select ${items.folderId} from ${items} where ${numbered})`),
      ),
    );
}

/** contentModseq of the folders of the items that `which` selects, raised to the next modseq. */
export function touchFoldersOf(box: MailboxContext, which: SQL) {
  const { folders, items } = box.tables;
  return box.executor.build
    .update(folders)
    .set({ contentModseq: sql<number>`${mailboxModseq(box)} + 1` })
    .where(
      all(
        scoped(box, folders),
        inArray(folders.folderId, sql`(select ${items.folderId} from ${items} where ${which})`),
      ),
    );
}

/** Gives the next modseq out if one of these items took it. Last of its list. */
export function raiseModseq(box: MailboxContext, itemIds: readonly string[]) {
  const { items, mailboxes } = box.tables;
  return box.executor.build
    .update(mailboxes)
    .set({ modseq: sql<number>`${mailboxes.modseq} + 1` })
    .where(
      all(
        scoped(box, mailboxes),
        sql`exists (select 1 from ${items} where ${theseItems(box, itemIds, justNumbered(box))})`,
      ),
    );
}

/** Where these items are now. */
export function placesOf(box: MailboxContext, itemIds: readonly string[]) {
  const { items } = box.tables;
  return box.executor.build
    .select({ itemId: items.itemId, folderId: items.folderId, modseq: items.modseq })
    .from(items)
    .where(theseItems(box, itemIds));
}

export interface Place {
  folderId: string;
  modseq: number;
}

/** Rows of `item_id, folder_id, modseq` by item id. */
export function placesIn(rows: readonly Record<string, unknown>[] | undefined): Map<string, Place> {
  return new Map(
    (rows ?? []).map((row) => [
      String(row['item_id']),
      { folderId: String(row['folder_id']), modseq: Number(row['modseq']) },
    ]),
  );
}
