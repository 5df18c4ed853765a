import { eq, type SQL, sql } from 'drizzle-orm';
import type { NewMessage } from '../../../core/mail/types.ts';
import type { ItemChange } from '../../../core/ports/mail.ts';
import { insertSelect, int } from '../../dialect/statements.ts';
import { normaliseMessage, replacedFolder } from '../../normalise.ts';
import {
  all,
  justNumbered,
  type MailboxContext,
  mailboxLock,
  mailboxModseq,
  scoped,
  theseItems,
} from './context.ts';
import { insertMessages, insertParts } from './insert-rows.ts';
import { changeOf, placesIn, placesOf, raiseModseq, touchFolders } from './numbering.ts';
import { noteRemoved } from './removed.ts';

/**
 * The item stays, its message and parts are made anew. A raw never changes, so the same raw key is the same content,
 * and a repeat changes nothing. The raw that was replaced leaves a tombstone outside all folders: it stays known, or
 * the reconciler would deliver it as mail that has no row.
 */
export async function replaceContent(box: MailboxContext, wanted: NewMessage): Promise<ItemChange> {
  const message = normaliseMessage(wanted);
  const { itemId } = message;
  const { items, mailboxes, messageParts, messages, tombstones } = box.tables;
  const { build } = box.executor;
  const next = sql`${mailboxModseq(box)} + 1`;
  const itself = theseItems(box, [itemId]);
  const itsMessage = all(scoped(box, messages), eq(messages.itemId, itemId));
  const isOther = sql`exists (select 1 from ${messages}
    where ${itsMessage} and ${messages.rawKey} <> ${message.rawKey})`;
  const numbered = sql`exists (select 1 from ${items} where ${itself} and ${justNumbered(box)})`;
  const update = build
    .update(items)
    .set({
      modseq: next,
      contentModseq: next,
      receivedAt: message.receivedAt,
      size: message.size,
      textSize: message.textSize,
      htmlSize: message.htmlSize,
      dedupeKey: message.dedupeKey,
      threadId: message.threadId,
      isDraft: message.isDraft ? 1 : 0,
    })
    .where(all(itself, isOther))
    .returning({ itemId: items.itemId, folderId: items.folderId, modseq: items.modseq });
  const statements: { getSQL(): SQL }[] = [
    build
      .update(mailboxes)
      .set({
        sizeBytes: sql`${mailboxes.sizeBytes} + ${int(message.size)}
          - (select ${items.size} from ${items} where ${itself})`,
      })
      .where(all(scoped(box, mailboxes), isOther)),
    insertSelect(
      build,
      tombstones,
      {
        tenantId: box.ref.tenantId,
        mailboxId: box.ref.mailboxId,
        folderId: sql`${replacedFolder('')} || ${messages.rawKey}`,
        itemId: messages.itemId,
        modseq: next,
        rawKey: messages.rawKey,
        removedAt: int(message.receivedAt),
      },
      sql`from ${messages} where ${itsMessage} and ${messages.rawKey} <> ${message.rawKey}`,
    ).onConflictDoUpdate({
      target: [tombstones.mailboxId, tombstones.folderId, tombstones.itemId],
      set: { modseq: sql`excluded.modseq`, removedAt: sql`excluded.removed_at` },
    }),
    noteRemoved(
      box,
      all(itself, isOther),
      sql`${replacedFolder('')} || ${messages.rawKey}`,
      message.receivedAt,
    ),
    update,
    build.delete(messages).where(all(itsMessage, numbered)),
    build
      .delete(messageParts)
      .where(all(scoped(box, messageParts), eq(messageParts.itemId, itemId), numbered)),
    ...insertMessages(box, [message]),
    ...insertParts(box, [message]),
    touchFolders(box),
    raiseModseq(box),
    placesOf(box, [itemId]),
  ];
  const results = await box.executor.atomic(statements, { lock: mailboxLock(box) });
  const changed = results[statements.indexOf(update)];
  return changeOf(itemId, placesIn(changed?.rows), placesIn(results.at(-1)?.rows));
}
