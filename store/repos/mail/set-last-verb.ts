import { sql } from 'drizzle-orm';
import type { LastVerb } from '../../../core/mail/types.ts';
import type { ItemChange } from '../../../core/ports/mail.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { IDS_PER_STATEMENT, type MailboxContext, mailboxLock, mailboxModseq, theseItems } from './context.ts';
import { changeOf, placesIn, placesOf, raiseModseq, touchFolders } from './numbering.ts';

/** Notes replies and forwards. Verb 0 takes the note away. */
export async function setLastVerb(
  box: MailboxContext,
  itemIds: readonly string[],
  verb: LastVerb,
  at: number,
): Promise<ItemChange[]> {
  const { items } = box.tables;
  const next = sql`${mailboxModseq(box)} + 1`;
  const lastVerbAt = verb === 0 ? null : at;
  const results: ItemChange[] = [];
  for (const ids of slices([...new Set(itemIds)], IDS_PER_STATEMENT)) {
    const update = box.executor.build
      .update(items)
      .set({ modseq: next, contentModseq: next, lastVerb: verb, lastVerbAt })
      .where(
        theseItems(
          box,
          ids,
          sql`(${items.lastVerb} <> ${verb} or coalesce(${items.lastVerbAt}, -1) <> ${lastVerbAt ?? -1})`,
        ),
      )
      .returning({ itemId: items.itemId, folderId: items.folderId, modseq: items.modseq });
    const [changed, , , present] = await box.executor.atomic(
      [update, touchFolders(box), raiseModseq(box), placesOf(box, ids)],
      { lock: mailboxLock(box) },
    );
    const places = { changed: placesIn(changed?.rows), present: placesIn(present?.rows) };
    for (const itemId of ids) results.push(changeOf(itemId, places.changed, places.present));
  }
  return results;
}
