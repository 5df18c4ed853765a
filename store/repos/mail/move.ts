import { eq, inArray, ne, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import type { ItemChange } from '../../../core/ports/mail.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { given, insertSelect } from '../../dialect/statements.ts';
import { askedId } from '../../text.ts';
import {
  all,
  IDS_PER_STATEMENT,
  type MailboxContext,
  mailboxLock,
  mailboxModseq,
  scoped,
  theseItems,
} from './context.ts';
import { placesIn, placesOf, raiseModseq, touchFolders, touchFoldersOf } from './numbering.ts';

/**
 * Moves items into a folder, each under a modseq of its own in the order of the list; each leaves a tombstone where it
 * was. Rejects with NotFoundError without the folder.
 */
export async function moveItems(
  box: MailboxContext,
  itemIds: readonly string[],
  toFolderId: string,
  from: string | undefined,
): Promise<ItemChange[]> {
  const results: ItemChange[] = [];
  for (const slice of slices([...new Set(itemIds)], IDS_PER_STATEMENT)) {
    results.push(...(await moveSlice(box, slice, toFolderId, from)));
  }
  return results;
}

async function moveSlice(
  box: MailboxContext,
  ids: readonly string[],
  toFolderId: string,
  from: string | undefined,
): Promise<ItemChange[]> {
  const { folders, items, tombstones } = box.tables;
  const { build, dialect } = box.executor;
  const target = all(scoped(box, folders), eq(folders.folderId, toFolderId));
  const moving = theseItems(
    box,
    ids,
    ne(items.folderId, toFolderId),
    from === undefined ? undefined : eq(items.folderId, from),
    sql`exists (select 1 from ${folders} where ${target})`,
  );
  const next = sql<number>`${mailboxModseq(box)} + 1`;
  // Each by itself: in their new folder no two have the same number.
  const input = dialect.rows(JSON.stringify(ids.map((id) => [askedId(id)])), [items.itemId]);
  const numbered = sql`(select input.item_id, row_number() over (order by input.ord) as nth
    from ${input} cross join ${items} where ${moving} and ${items.itemId} = ${given(items.itemId)}) as input`;
  const own = sql<number>`${mailboxModseq(box)} + input.nth`;
  const [found, , , , moved, , , present] = await box.executor.atomic(
    [
      build.select({ folderId: folders.folderId }).from(folders).where(target),
      insertSelect(
        build,
        tombstones,
        {
          tenantId: box.ref.tenantId,
          mailboxId: box.ref.mailboxId,
          folderId: items.folderId,
          itemId: items.itemId,
          modseq: next,
          rawKey: null,
          removedAt: sql`null`,
        },
        sql`from ${items} where ${moving}`,
      ).onConflictDoUpdate({
        target: [tombstones.mailboxId, tombstones.folderId, tombstones.itemId],
        set: { modseq: sql`excluded.modseq`, rawKey: null, removedAt: null },
      }),
      touchFoldersOf(box, moving),
      // It came back: the feed of the folder says the item, no longer that it went.
      build
        .delete(tombstones)
        .where(
          all(
            scoped(box, tombstones),
            eq(tombstones.folderId, toFolderId),
            dialect.isIn(tombstones.itemId, ids),
            inArray(tombstones.itemId, sql`(select ${items.itemId} from ${items} where ${moving})`),
          ),
        ),
      build
        .update(items)
        .set({
          folderId: toFolderId,
          modseq: own,
          createdModseq: own,
          // In that folder it is new, with all that it is.
          readModseq: own,
          flagModseq: own,
          categoriesModseq: own,
          contentModseq: own,
        })
        .from(numbered)
        .where(all(moving, sql`${items.itemId} = ${given(items.itemId)}`))
        .returning({ itemId: items.itemId, folderId: items.folderId, modseq: items.modseq }),
      touchFolders(box),
      raiseModseq(box),
      placesOf(box, ids),
    ],
    { lock: mailboxLock(box) },
  );
  if (found?.rows.length !== 1) throw new NotFoundError('no such folder');
  const arrived = placesIn(moved?.rows);
  const places = placesIn(present?.rows);
  return ids.map((itemId): ItemChange => {
    const place = arrived.get(itemId);
    if (place !== undefined) return { itemId, outcome: 'changed', ...place };
    const now = places.get(itemId);
    // In a third folder it is, for who asked about `from`, as good as absent.
    return now?.folderId === toFolderId
      ? { itemId, outcome: 'unchanged', ...now }
      : { itemId, outcome: 'notFound', folderId: '', modseq: 0 };
  });
}
