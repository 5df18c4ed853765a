import { eq } from 'drizzle-orm';
import type { Correspondent } from '../../../core/mail/types.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { all, IDS_PER_STATEMENT, type MailboxContext, scoped, theseItems } from './context.ts';
import { inOrder } from './feed.ts';

/** Whom these items are about. */
export async function correspondents(
  box: MailboxContext,
  itemIds: readonly string[],
): Promise<Correspondent[]> {
  const { correspondents: people, items } = box.tables;
  const found = new Map<string, Correspondent>();
  for (const slice of slices([...new Set(itemIds)], IDS_PER_STATEMENT)) {
    const rows = await box.executor.all(
      box.executor.build
        .select({
          itemId: items.itemId,
          address: people.address,
          name: people.name,
          uses: people.uses,
          lastUsedAt: items.receivedAt,
        })
        .from(items)
        .innerJoin(people, all(scoped(box, people), eq(people.itemId, items.itemId)))
        .where(theseItems(box, slice)),
    );
    for (const row of rows) found.set(row.itemId, row);
  }
  return inOrder(itemIds, found);
}
