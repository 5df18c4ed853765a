import { sql } from 'drizzle-orm';
import type { FlagChange, ItemChange } from '../../../core/ports/mail.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { given } from '../../dialect/statements.ts';
import { mergeFlagChanges } from '../../normalise.ts';
import { askedId } from '../../text.ts';
import {
  all,
  IDS_PER_STATEMENT,
  type MailboxContext,
  mailboxLock,
  mailboxModseq,
  theseItems,
} from './context.ts';
import { changeOf, placesIn, placesOf, raiseModseq, touchFolders } from './numbering.ts';

/** Read state, flag and categories. Items that already are as asked for keep their modseq. */
export async function setFlags(box: MailboxContext, changes: readonly FlagChange[]): Promise<ItemChange[]> {
  const results: ItemChange[] = [];
  for (const slice of slices([...mergeFlagChanges(changes).values()], IDS_PER_STATEMENT)) {
    const ids = slice.map((change) => change.itemId);
    const [changed, , , present] = await box.executor.atomic(
      [updateItems(box, slice), touchFolders(box), raiseModseq(box), placesOf(box, ids)],
      { lock: mailboxLock(box) },
    );
    const places = { changed: placesIn(changed?.rows), present: placesIn(present?.rows) };
    for (const itemId of ids) results.push(changeOf(itemId, places.changed, places.present));
  }
  return results;
}

/** In `input`, null means "as it is"; an empty flag means "none". */
function updateItems(box: MailboxContext, changes: readonly FlagChange[]) {
  const { items } = box.tables;
  const rows = changes.map((change) => [
    askedId(change.itemId),
    change.isRead === undefined ? null : Number(change.isRead),
    change.flag === undefined ? null : change.flag === null ? '' : JSON.stringify(change.flag),
    change.categories === undefined ? null : JSON.stringify(change.categories),
  ]);
  const input = box.executor.dialect.rows(JSON.stringify(rows), [
    items.itemId,
    items.isRead,
    items.flag,
    items.categories,
  ]);
  const next = sql`${mailboxModseq(box)} + 1`;
  const differs = {
    isRead: sql`${given(items.isRead)} <> ${items.isRead}`,
    flag: sql`${given(items.flag)} <> coalesce(${items.flag}, '')`,
    categories: sql`${given(items.categories)} <> ${items.categories}`,
  };
  return box.executor.build
    .update(items)
    .set({
      modseq: next,
      readModseq: sql`case when ${differs.isRead} then ${next} else ${items.readModseq} end`,
      flagModseq: sql`case when ${differs.flag} then ${next} else ${items.flagModseq} end`,
      categoriesModseq: sql`case when ${differs.categories} then ${next} else ${items.categoriesModseq} end`,
      isRead: sql`coalesce(${given(items.isRead)}, ${items.isRead})`,
      flag: sql`nullif(coalesce(${given(items.flag)}, ${items.flag}), '')`,
      categories: sql`coalesce(${given(items.categories)}, ${items.categories})`,
    })
    .from(input)
    .where(
      all(
        // The list too: by the join alone SQLite may walk through the mailbox and look each item up in the list.
        theseItems(
          box,
          changes.map((change) => change.itemId),
        ),
        sql`${items.itemId} = ${given(items.itemId)}`,
        sql`(${differs.isRead} or ${differs.flag} or ${differs.categories})`,
      ),
    )
    .returning({ itemId: items.itemId, folderId: items.folderId, modseq: items.modseq });
}
