import { asc, desc, eq, inArray } from 'drizzle-orm';
import type { ItemState } from '../../../core/mail/types.ts';
import { askedId } from '../../text.ts';
import { all, type MailboxContext, scoped } from './context.ts';
import { itemFields, itemState } from './rows.ts';

/** A page of a folder in one of its orders. What is skipped is read from the index alone. */
export async function pageItems(
  box: MailboxContext,
  folderId: string,
  { by, descending }: { by: 'received' | 'entered'; descending: boolean },
  offset: number,
  limit: number,
): Promise<ItemState[]> {
  const { items } = box.tables;
  const { build } = box.executor;
  const direction = descending ? desc : asc;
  const order = [
    direction(by === 'received' ? items.receivedAt : items.createdModseq),
    direction(items.itemId),
  ] as const;
  const page = build
    .select({ itemId: items.itemId })
    .from(items)
    .where(all(scoped(box, items), eq(items.folderId, askedId(folderId))))
    .orderBy(...order)
    .limit(limit)
    .offset(offset);
  const rows = await box.executor.all(
    build
      .select(itemFields(items))
      .from(items)
      .where(all(scoped(box, items), inArray(items.itemId, page)))
      .orderBy(...order),
  );
  return rows.map(itemState);
}
