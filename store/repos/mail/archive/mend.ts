import { gt, sql } from 'drizzle-orm';
import { defaultFolder } from '../../../../core/mail/default-folders.ts';
import { all, type MailboxContext, mailboxLock, mailboxModseq, scoped } from '../context.ts';
import { createMailbox } from '../folders.ts';
import { recount } from '../recount.ts';

/**
 * Puts right what the rows themselves say how to put right. Content that has no item goes, items in no folder come
 * into the Inbox, numbers that are behind are raised; nothing that a person has is removed.
 */
export async function mend(box: MailboxContext, now: number): Promise<void> {
  const { correspondents, folders, items, mailboxes, messageParts, messages, objects, tombstones } =
    box.tables;
  const { build } = box.executor;
  await createMailbox(box, now);
  const next = sql<number>`${mailboxModseq(box)} + 1`;
  const folderIds = sql`(select ${folders.folderId} from ${folders} where ${scoped(box, folders)})`;
  const itemIds = sql`(select ${items.itemId} from ${items} where ${scoped(box, items)})`;
  const newest = (
    table: typeof items | typeof tombstones,
  ) => sql<number>`coalesce((select ${table.modseq} from ${table}
    where ${scoped(box, table)} and ${table.folderId} = ${folders.folderId}
    order by ${table.modseq} desc limit 1), 0)`;
  const inFolder = (table: typeof items | typeof tombstones) => sql<number>`(select max(${table.modseq})
    from ${table} where ${scoped(box, table)})`;
  await box.executor.atomic(
    [
      build
        .update(mailboxes)
        .set({ modseq: inFolder(items) })
        .where(all(scoped(box, mailboxes), sql`${inFolder(items)} > ${mailboxes.modseq}`)),
      build
        .update(mailboxes)
        .set({ modseq: inFolder(tombstones) })
        .where(all(scoped(box, mailboxes), sql`${inFolder(tombstones)} > ${mailboxes.modseq}`)),
      ...[messageParts, messages, correspondents, objects].map((table) =>
        build.delete(table).where(all(scoped(box, table), sql`${table.itemId} not in ${itemIds}`)),
      ),
      build
        .update(folders)
        .set({ parentId: null, modseq: next })
        .where(
          all(
            scoped(box, folders),
            sql`${folders.parentId} is not null`,
            sql`${folders.parentId} not in ${folderIds}`,
          ),
        ),
      build
        .update(items)
        .set({
          folderId: defaultFolder('inbox').folderId,
          ...{ modseq: next, createdModseq: next, readModseq: next, flagModseq: next },
          ...{ categoriesModseq: next, contentModseq: next },
        })
        .where(all(scoped(box, items), sql`${items.folderId} not in ${folderIds}`)),
      ...[
        items.readModseq,
        items.flagModseq,
        items.categoriesModseq,
        items.contentModseq,
        items.createdModseq,
      ].map(
        (column) => sql`update ${items} set modseq = ${next}, ${sql.identifier(column.name)} = ${next}
          where ${scoped(box, items)} and ${gt(column, items.modseq)}`,
      ),
      build.delete(tombstones).where(
        all(
          scoped(box, tombstones),
          sql`exists (select 1 from ${items} where ${scoped(box, items)}
            and ${items.folderId} = ${tombstones.folderId} and ${items.itemId} = ${tombstones.itemId})`,
        ),
      ),
      build
        .update(tombstones)
        .set({ rawKey: null })
        .where(
          all(
            scoped(box, tombstones),
            sql`${tombstones.rawKey} is not null`,
            sql`exists (select 1 from ${messages} where ${scoped(box, messages)}
              and ${messages.rawKey} = ${tombstones.rawKey})`,
          ),
        ),
      // What it is, its content says.
      sql`update ${items} set kind = coalesce((select ${objects.kind} from ${objects}
            where ${scoped(box, objects)} and ${objects.itemId} = ${items.itemId}), 'message')
        where ${scoped(box, items)} and (exists (select 1 from ${objects} where ${scoped(box, objects)}
            and ${objects.itemId} = ${items.itemId} and ${objects.kind} <> ${items.kind})
          or (${items.kind} <> 'message' and exists (select 1 from ${messages} where ${scoped(box, messages)}
            and ${messages.itemId} = ${items.itemId})))`,
      // As much as its document and its files are.
      sql`update ${items} set size = (select octet_length(${objects.document}) + ${objects.filesSize}
            from ${objects} where ${scoped(box, objects)} and ${objects.itemId} = ${items.itemId})
        where ${scoped(box, items)} and exists (select 1 from ${objects} where ${scoped(box, objects)}
          and ${objects.itemId} = ${items.itemId}
          and ${items.size} <> octet_length(${objects.document}) + ${objects.filesSize})`,
      sql`update ${messages} set thread_id = (select ${items.threadId} from ${items} where ${scoped(box, items)}
            and ${items.itemId} = ${messages.itemId}),
          received_at = (select ${items.receivedAt} from ${items} where ${scoped(box, items)}
            and ${items.itemId} = ${messages.itemId})
        where ${scoped(box, messages)} and exists (select 1 from ${items} where ${scoped(box, items)}
          and ${items.itemId} = ${messages.itemId} and (${items.threadId} <> ${messages.threadId}
            or ${items.receivedAt} <> ${messages.receivedAt}))`,
      build
        .update(folders)
        .set({ contentModseq: newest(items) })
        .where(all(scoped(box, folders), sql`${folders.contentModseq} < ${newest(items)}`)),
      build
        .update(folders)
        .set({ contentModseq: newest(tombstones) })
        .where(all(scoped(box, folders), sql`${folders.contentModseq} < ${newest(tombstones)}`)),
      sql`update ${mailboxes} set modseq = (select max(case when ${folders.contentModseq} > ${folders.modseq}
            then ${folders.contentModseq} else ${folders.modseq} end) from ${folders} where ${scoped(box, folders)})
        where ${scoped(box, mailboxes)} and exists (select 1 from ${folders} where ${scoped(box, folders)}
          and (${folders.contentModseq} > ${mailboxes.modseq} or ${folders.modseq} > ${mailboxes.modseq}))`,
    ],
    { lock: mailboxLock(box) },
  );
  await recount(box);
}
