import { eq, inArray, sql } from 'drizzle-orm';
import type { ItemChange } from '../../../core/ports/mail.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { insertSelect, int } from '../../dialect/statements.ts';
import {
  all,
  IDS_PER_STATEMENT,
  type MailboxContext,
  mailboxLock,
  mailboxModseq,
  scoped,
  theseItems,
} from './context.ts';
import { placesIn, touchFoldersOf } from './numbering.ts';
import { noteRemoved } from './removed.ts';

/**
 * Removes items for good. Their tombstones keep the raw key, so that a late delivery does not bring them back; a note
 * of each message is left until its raw is purged.
 */
export async function removeItems(
  box: MailboxContext,
  itemIds: readonly string[],
  now: number,
  from: string | undefined,
): Promise<ItemChange[]> {
  const results: ItemChange[] = [];
  for (const slice of slices([...new Set(itemIds)], IDS_PER_STATEMENT)) {
    results.push(...(await removeSlice(box, slice, now, from)));
  }
  return results;
}

async function removeSlice(
  box: MailboxContext,
  ids: readonly string[],
  now: number,
  from: string | undefined,
): Promise<ItemChange[]> {
  const { correspondents, deliveryReports, items, mailboxes, messageParts, messages, objects, tombstones } =
    box.tables;
  const { build, dialect } = box.executor;
  const leaving = theseItems(box, ids, from === undefined ? undefined : eq(items.folderId, from));
  const theirIds = sql`(select ${items.itemId} from ${items} where ${leaving})`;
  const total = sql<number>`(select sum(${items.size}) from ${items} where ${leaving})`;
  // Of messages: what the recipient cache holds was never counted, nor are objects.
  const number = sql<number>`(select count(*) from ${messages} where ${scoped(box, messages)}
    and ${dialect.isIn(messages.itemId, ids)} and ${inArray(messages.itemId, theirIds)})`;
  const [removed] = await box.executor.atomic(
    [
      insertSelect(
        build,
        tombstones,
        {
          tenantId: box.ref.tenantId,
          mailboxId: box.ref.mailboxId,
          folderId: items.folderId,
          itemId: items.itemId,
          modseq: sql`${mailboxModseq(box)} + 1`,
          rawKey: messages.rawKey,
          removedAt: int(now),
        },
        sql`from ${items} left join ${messages}
            on ${all(scoped(box, messages), eq(messages.itemId, items.itemId))}
          where ${leaving}`,
      )
        .onConflictDoUpdate({
          target: [tombstones.mailboxId, tombstones.folderId, tombstones.itemId],
          set: {
            modseq: sql`excluded.modseq`,
            rawKey: sql`excluded.raw_key`,
            removedAt: sql`excluded.removed_at`,
          },
        })
        .returning({
          itemId: tombstones.itemId,
          folderId: tombstones.folderId,
          modseq: tombstones.modseq,
        }),
      noteRemoved(box, leaving, sql`${items.folderId}`, now),
      touchFoldersOf(box, leaving),
      build
        .update(mailboxes)
        .set({
          modseq: sql`${mailboxes.modseq} + 1`,
          sizeBytes: sql`${mailboxes.sizeBytes} - ${total}`,
          itemCount: sql`${mailboxes.itemCount} - ${number}`,
        })
        .where(all(scoped(box, mailboxes), sql`exists (select 1 from ${items} where ${leaving})`)),
      build
        .delete(messageParts)
        .where(
          all(
            scoped(box, messageParts),
            dialect.isIn(messageParts.itemId, ids),
            inArray(messageParts.itemId, theirIds),
          ),
        ),
      build
        .delete(messages)
        .where(
          all(scoped(box, messages), dialect.isIn(messages.itemId, ids), inArray(messages.itemId, theirIds)),
        ),
      build
        .delete(objects)
        .where(
          all(scoped(box, objects), dialect.isIn(objects.itemId, ids), inArray(objects.itemId, theirIds)),
        ),
      build
        .delete(correspondents)
        .where(
          all(
            scoped(box, correspondents),
            dialect.isIn(correspondents.itemId, ids),
            inArray(correspondents.itemId, theirIds),
          ),
        ),
      build
        .delete(deliveryReports)
        .where(
          all(
            scoped(box, deliveryReports),
            dialect.isIn(deliveryReports.itemId, ids),
            inArray(deliveryReports.itemId, theirIds),
          ),
        ),
      build.delete(items).where(leaving),
    ],
    { lock: mailboxLock(box) },
  );
  const places = placesIn(removed?.rows);
  return ids.map((itemId): ItemChange => {
    const place = places.get(itemId);
    return place === undefined
      ? { itemId, outcome: 'notFound', folderId: '', modseq: 0 }
      : { itemId, outcome: 'changed', ...place };
  });
}
