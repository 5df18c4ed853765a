import { eq, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import type { NewMessage } from '../../../core/mail/types.ts';
import type { RestoreResult } from '../../../core/ports/removed.ts';
import { normaliseMessage } from '../../normalise.ts';
import { askedId } from '../../text.ts';
import { all, type MailboxContext, mailboxLock, scoped, theseItems } from './context.ts';
import { insertStatements } from './insert.ts';
import { placesIn, placesOf } from './numbering.ts';

/**
 * The tombstone lets go of the raw key only where the insert of the same list will take it up, so that at no moment
 * the raw is without a row. Item and tombstone of one folder exclude each other, as after a move back.
 */
export async function restoreMessage(
  box: MailboxContext,
  wanted: NewMessage & { folderId: string },
): Promise<RestoreResult> {
  const message = normaliseMessage(wanted);
  const folderId = askedId(wanted.folderId);
  const { itemId, rawKey, dedupeKey } = message;
  const { folders, items, messages, removedMessages, tombstones } = box.tables;
  const { build } = box.executor;
  const itself = theseItems(box, [itemId]);
  const note = all(scoped(box, removedMessages), eq(removedMessages.rawKey, rawKey));
  const target = all(scoped(box, folders), eq(folders.folderId, folderId));
  const isBack = sql`exists (select 1 from ${messages} where ${scoped(box, messages)}
    and ${messages.rawKey} = ${rawKey})`;
  const isKept = sql`exists (select 1 from ${removedMessages} where ${note} and ${removedMessages.purging} = 0)`;
  const insert = insertStatements(box, [message], [message], isKept);
  const results = await box.executor.atomic(
    [
      build
        .update(tombstones)
        .set({ rawKey: null })
        .where(
          all(
            scoped(box, tombstones),
            eq(tombstones.rawKey, rawKey),
            isKept,
            sql`exists (select 1 from ${folders} where ${target})`,
            sql`not exists (select 1 from ${items} where ${itself})`,
            sql`not exists (select 1 from ${items} where ${scoped(box, items)}
              and ${items.dedupeKey} = ${dedupeKey})`,
          ),
        ),
      ...insert,
      build
        .delete(tombstones)
        .where(
          all(
            scoped(box, tombstones),
            eq(tombstones.folderId, folderId),
            eq(tombstones.itemId, itemId),
            sql`exists (select 1 from ${items} where ${all(itself, eq(items.folderId, folderId))})`,
          ),
        ),
      build.delete(removedMessages).where(all(note, isBack)),
      build.select({ found: folders.folderId }).from(folders).where(target),
      placesOf(box, [itemId]),
    ],
    { lock: mailboxLock(box) },
  );
  const inserted = placesIn(results[1]?.rows).get(itemId);
  if (inserted !== undefined) return { outcome: 'restored', ...inserted };
  const present = placesIn(results.at(-1)?.rows).get(itemId);
  if (present !== undefined) return { outcome: 'present', ...present };
  if (results.at(-2)?.rows.length !== 1) throw new NotFoundError('no such folder');
  return { outcome: 'gone', folderId: '', modseq: 0 };
}
