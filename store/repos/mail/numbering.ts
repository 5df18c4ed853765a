import { inArray, type SQL, sql } from 'drizzle-orm';
import type { ItemChange } from '../../../core/ports/mail.ts';
import { all, type MailboxContext, mailboxModseq, scoped, theseItems } from './context.ts';

/** Raises contentModseq to that of the newest item, in folders where an item was just numbered. */
export function touchFolders(box: MailboxContext) {
  const { folders, items } = box.tables;
  // One probe at the end of the feed's index for each folder, however large it is.
  const newest = sql<number>`(select ${items.modseq} from ${items}
    where ${scoped(box, items)} and ${items.folderId} = ${folders.folderId}
    order by ${items.modseq} desc limit 1)`;
  return box.executor.build
    .update(folders)
    .set({ contentModseq: newest })
    .where(all(scoped(box, folders), sql`${newest} > ${mailboxModseq(box)}`));
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

/** Raises the mailbox's modseq to what its folders were given. Last of a list. */
export function raiseModseq(box: MailboxContext) {
  const { folders, mailboxes } = box.tables;
  const newest = sql<number>`(select max(${folders.contentModseq}) from ${folders} where ${scoped(box, folders)})`;
  return box.executor.build
    .update(mailboxes)
    .set({ modseq: newest })
    .where(all(scoped(box, mailboxes), sql`${newest} > ${mailboxes.modseq}`));
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

/** The outcome for an item by where it was put and where it is. */
export function changeOf(
  itemId: string,
  changed: ReadonlyMap<string, Place>,
  present: ReadonlyMap<string, Place>,
): ItemChange {
  const place = changed.get(itemId);
  if (place !== undefined) return { itemId, outcome: 'changed', ...place };
  const now = present.get(itemId);
  return now === undefined
    ? { itemId, outcome: 'notFound', folderId: '', modseq: 0 }
    : { itemId, outcome: 'unchanged', ...now };
}
