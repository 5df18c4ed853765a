import { eq, ne, sql } from 'drizzle-orm';
import type { ItemChange } from '../../../core/ports/mail.ts';
import type { Importance } from '../../../core/rules/types.ts';
import { slices } from '../../dialect/json-chunks.ts';
import {
  all,
  IDS_PER_STATEMENT,
  type MailboxContext,
  mailboxLock,
  mailboxModseq,
  scoped,
  theseItems,
} from './context.ts';
import { changeOf, placesIn, placesOf, raiseModseq, touchFolders } from './numbering.ts';

/** A change of content (MS-ASEMAIL 3.2.5.6). */
export async function setImportance(
  box: MailboxContext,
  itemIds: readonly string[],
  importance: Importance,
): Promise<ItemChange[]> {
  const { items, messages } = box.tables;
  const { build, dialect } = box.executor;
  const next = sql`${mailboxModseq(box)} + 1`;
  const results: ItemChange[] = [];
  for (const ids of slices([...new Set(itemIds)], IDS_PER_STATEMENT)) {
    const other = sql`exists (select 1 from ${messages} where ${scoped(box, messages)}
      and ${eq(messages.itemId, items.itemId)} and ${ne(messages.importance, importance)})`;
    const [changed, , , , present] = await box.executor.atomic(
      [
        build
          .update(items)
          .set({ modseq: next, contentModseq: next })
          .where(theseItems(box, ids, other))
          .returning({ itemId: items.itemId, folderId: items.folderId, modseq: items.modseq }),
        build
          .update(messages)
          .set({ importance })
          .where(
            all(
              scoped(box, messages),
              dialect.isIn(messages.itemId, ids),
              ne(messages.importance, importance),
            ),
          ),
        touchFolders(box),
        raiseModseq(box),
        placesOf(box, ids),
      ],
      { lock: mailboxLock(box) },
    );
    const places = { changed: placesIn(changed?.rows), present: placesIn(present?.rows) };
    for (const itemId of ids) results.push(changeOf(itemId, places.changed, places.present));
  }
  return results;
}
