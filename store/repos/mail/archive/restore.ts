/** Making a mailbox again from what was written down of it. Each write is one atomic list, and repeating it is harmless. */
import { eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type {
  ArchivedFolder,
  AsideRow,
  GoneLine,
  PersonLine,
  RestoredMessage,
} from '../../../../core/ports/archive.ts';
import { jsonChunks, slices } from '../../../dialect/json-chunks.ts';
import { given, insertSelect, type Value } from '../../../dialect/statements.ts';
import { extendedText } from '../../../extended.ts';
import { withOthers } from '../../../folder-order.ts';
import { nameKey, normaliseMessage } from '../../../normalise.ts';
import { all, type MailboxContext, mailboxLock, mailboxModseq, scoped, theseItems } from '../context.ts';
import { createMailbox, listFolders } from '../folders.ts';
import { insertStatements } from '../insert.ts';
import { newPerson } from '../new-item.ts';
import { touchFolders } from '../numbering.ts';
import { removeItems } from '../remove.ts';
import { asideTables, knownItems } from './read.ts';

const ROWS_PER_WRITE = 500;

export async function begin(box: MailboxContext, modseq: number, now: number): Promise<void> {
  const { mailboxes } = box.tables;
  await createMailbox(box, now);
  await box.executor.atomic([
    box.executor.build
      .update(mailboxes)
      .set({ modseq })
      .where(all(scoped(box, mailboxes), sql`${mailboxes.modseq} < ${modseq}`)),
  ]);
}

/** Names are free while all are changed at once: the index of names leaves out those without a key. */
export async function restoreTree(box: MailboxContext, wanted: readonly ArchivedFolder[]): Promise<void> {
  const { folders, mailboxes } = box.tables;
  const { build, dialect } = box.executor;
  const present = await listFolders(box);
  const rows = withOthers(wanted, present).map((f) => [
    f.folderId,
    f.parentId,
    f.displayName,
    nameKey(f.displayName),
    f.role,
    f.itemClass,
    extendedText(f.extended),
  ]);
  const input = dialect.rows(JSON.stringify(rows), [
    folders.folderId,
    folders.parentId,
    folders.displayName,
    folders.nameKey,
    folders.role,
    folders.itemClass,
    folders.extended,
  ]);
  const next = sql`${mailboxes.modseq} + 1`;
  await box.executor.atomic(
    [
      build.update(folders).set({ nameKey: '' }).where(scoped(box, folders)),
      insertSelect(
        build,
        folders,
        {
          tenantId: box.ref.tenantId,
          mailboxId: box.ref.mailboxId,
          folderId: given(folders.folderId),
          parentId: given(folders.parentId),
          displayName: given(folders.displayName),
          nameKey: given(folders.nameKey),
          role: given(folders.role),
          itemClass: given(folders.itemClass),
          modseq: next,
          createdModseq: next,
          contentModseq: sql`0`,
          extended: given(folders.extended),
        },
        sql`from ${input} cross join ${mailboxes} where ${scoped(box, mailboxes)}`,
      ).onConflictDoUpdate({
        target: [folders.mailboxId, folders.folderId],
        set: {
          parentId: sql`excluded.parent_id`,
          displayName: sql`excluded.display_name`,
          nameKey: sql`excluded.name_key`,
          extended: sql`excluded.extended`,
          modseq: sql`excluded.modseq`,
        },
      }),
      build.update(mailboxes).set({ modseq: next }).where(scoped(box, mailboxes)),
    ],
    { lock: mailboxLock(box) },
  );
}

/** Columns that a row does not name, because they are younger than it, get the emptiest value they can have. */
export async function restoreAside(
  box: MailboxContext,
  name: string,
  rows: readonly AsideRow[],
  add: boolean,
): Promise<void> {
  const table = asideTables(box).get(name);
  if (table === undefined) return;
  const { build, dialect } = box.executor;
  const columns = Object.entries(getTableColumns(table)).filter(
    ([, column]) => column.name !== 'tenant_id' && column.name !== 'mailbox_id',
  );
  const values: Record<string, Value> = {
    tenantId: box.ref.tenantId,
    mailboxId: box.ref.mailboxId,
    ...Object.fromEntries(columns.map(([key, column]) => [key, given(column)])),
  };
  const empty = (type: string) => (type === 'text' ? '' : 0);
  const arrays = rows.map((row) =>
    columns.map(([, c]) => row[c.name] ?? (c.notNull ? empty(c.getSQLType()) : null)),
  );
  const only = columns.map(([, column]) => column);
  await box.executor.atomic(
    [
      ...(add ? [] : [build.delete(table).where(scoped(box, table))]),
      ...jsonChunks(arrays).map((json) =>
        insertSelect(
          build,
          table,
          values,
          sql`from ${dialect.rows(json, only)} where true`,
        ).onConflictDoNothing(),
      ),
    ],
    { lock: mailboxLock(box) },
  );
}

/** Items of these ids are put anew, with whatever stood in their way. */
export async function restoreMessages(box: MailboxContext, list: readonly RestoredMessage[]): Promise<void> {
  if (list.length === 0) return;
  const { folders, items, removedMessages, tombstones } = box.tables;
  const { build, dialect } = box.executor;
  const known = new Set((await listFolders(box)).map((f) => f.folderId));
  const messages = list.map(({ message }) => {
    const { folderId, ...rest } = normaliseMessage(message) as RestoredMessage['message'];
    return known.has(folderId) ? { ...rest, folderId } : { ...rest, folderRole: 'inbox' as const };
  });
  const ids = messages.map((m) => m.itemId);
  const rawKeys = messages.map((m) => m.rawKey);
  const verbs = dialect.rows(JSON.stringify(list.map((l) => [l.message.itemId, l.lastVerb, l.lastVerbAt])), [
    items.itemId,
    items.lastVerb,
    items.lastVerbAt,
  ]);
  await box.executor.atomic(
    [
      ...dropItems(box, ids),
      // By their keys, which the index of raws gives: of its own SQLite walks through all tombstones to delete some.
      build.delete(tombstones).where(
        all(
          scoped(box, tombstones),
          sql`(${tombstones.folderId}, ${tombstones.itemId}) in (select ${tombstones.folderId}, ${tombstones.itemId}
            from ${tombstones} where ${scoped(box, tombstones)} and ${dialect.isIn(tombstones.rawKey, rawKeys)})`,
        ),
      ),
      build
        .delete(removedMessages)
        .where(all(scoped(box, removedMessages), dialect.isIn(removedMessages.rawKey, rawKeys))),
      build
        .delete(tombstones)
        .where(
          all(
            scoped(box, tombstones),
            sql`${tombstones.folderId} in (select ${folders.folderId} from ${folders} where ${scoped(box, folders)})`,
            dialect.isIn(tombstones.itemId, ids),
          ),
        ),
      ...insertStatements(box, messages, messages),
      build
        .update(items)
        .set({
          lastVerb: given(items.lastVerb) as SQL<number>,
          lastVerbAt: given(items.lastVerbAt) as SQL<number>,
        })
        .from(verbs)
        .where(theseItems(box, ids, sql`${items.itemId} = ${given(items.itemId)}`)),
    ],
    { lock: mailboxLock(box) },
  );
}

/** Statements that take out all rows of these items. */
export function dropItems(box: MailboxContext, ids: readonly string[]) {
  const { correspondents, items, messageParts, messages, objects } = box.tables;
  const { build, dialect } = box.executor;
  return [messageParts, messages, correspondents, objects, items].map((table) =>
    build.delete(table).where(all(scoped(box, table), dialect.isIn(table.itemId, ids))),
  );
}

export async function restorePeople(box: MailboxContext, people: readonly PersonLine[]): Promise<void> {
  const { correspondents, folders, items } = box.tables;
  const { build, dialect } = box.executor;
  const scope = { tenantId: box.ref.tenantId, mailboxId: box.ref.mailboxId };
  for (const slice of slices(people, ROWS_PER_WRITE)) {
    const columns = [
      items.itemId,
      items.receivedAt,
      items.dedupeKey,
      correspondents.address,
      correspondents.name,
      correspondents.uses,
    ];
    const rows = slice.map((p) => [p.itemId, p.receivedAt, p.dedupeKey, p.address, p.name, p.uses]);
    const input = dialect.rows(JSON.stringify(rows), columns);
    const ids = slice.map((p) => p.itemId);
    await box.executor.atomic(
      [
        ...dropItems(box, ids),
        build.delete(items).where(
          all(
            scoped(box, items),
            dialect.isIn(
              items.dedupeKey,
              slice.map((p) => p.dedupeKey),
            ),
          ),
        ),
        insertSelect(
          build,
          items,
          newPerson(box),
          sql`from ${input} cross join ${folders} where ${scoped(box, folders)}
            and ${folders.role} = ${'recipientCache'}`,
        ),
        insertSelect(
          build,
          correspondents,
          {
            ...scope,
            itemId: given(items.itemId),
            address: given(correspondents.address),
            name: given(correspondents.name),
            uses: given(correspondents.uses),
          },
          sql`from ${input} where (select 1 from ${items} where ${scoped(box, items)}
            and ${items.itemId} = ${given(items.itemId)} limit 1) is not null`,
        ),
        touchFolders(box),
        raiseToItems(box),
      ],
      { lock: mailboxLock(box) },
    );
  }
}

/** Raises the mailbox to the newest modseq that its folders were given. */
export function raiseToItems(box: MailboxContext) {
  const { folders, mailboxes } = box.tables;
  const newest = sql<number>`(select max(${folders.contentModseq}) from ${folders} where ${scoped(box, folders)})`;
  return box.executor.build
    .update(mailboxes)
    .set({ modseq: newest })
    .where(all(scoped(box, mailboxes), sql`${newest} > ${mailboxes.modseq}`));
}

export async function restoreGone(
  box: MailboxContext,
  gone: readonly GoneLine[],
  now: number,
): Promise<void> {
  for (const slice of slices(gone, ROWS_PER_WRITE)) {
    const present = await knownItems(
      box,
      slice.map((line) => line.itemId),
    );
    if (present.size > 0) await removeItems(box, [...present], now, undefined);
    await noteGone(box, slice);
  }
}

async function noteGone(box: MailboxContext, lines: readonly GoneLine[]): Promise<void> {
  // One statement must not write one row twice: of several lines of one place, or of one raw, the last counts.
  const slice = [
    ...new Map(lines.map((line) => [JSON.stringify([line.folderId, line.itemId]), line])).values(),
  ];
  const { folders, mailboxes, removedMessages, tombstones } = box.tables;
  const { build, dialect } = box.executor;
  const scope = { tenantId: box.ref.tenantId, mailboxId: box.ref.mailboxId };
  const next = sql<number>`${mailboxModseq(box)} + 1`;
  const places = slice.map((line) => [line.folderId, line.itemId, line.rawKey, line.removedAt]);
  const noted = new Map(slice.map((line) => [line.rawKey, line]));
  const notes = [...noted.values()].flatMap(({ itemId, folderId, rawKey, removedAt, kept }) =>
    kept === null || rawKey === null
      ? []
      : [
          [
            ...[rawKey, itemId, folderId, removedAt, kept.receivedAt, kept.size, kept.subject],
            ...[JSON.stringify(kept.addresses), kept.isRead ? 1 : 0, kept.isDraft ? 1 : 0],
            kept.flag === null ? null : JSON.stringify(kept.flag),
            JSON.stringify(kept.categories),
          ],
        ],
  );
  const noteColumns = [
    ...[removedMessages.rawKey, removedMessages.itemId, removedMessages.folderId, removedMessages.removedAt],
    ...[removedMessages.receivedAt, removedMessages.size, removedMessages.subject, removedMessages.addresses],
    ...[removedMessages.isRead, removedMessages.isDraft, removedMessages.flag, removedMessages.categories],
  ];
  await box.executor.atomic(
    [
      insertSelect(
        build,
        tombstones,
        {
          ...scope,
          folderId: given(tombstones.folderId),
          itemId: given(tombstones.itemId),
          modseq: next,
          rawKey: given(tombstones.rawKey),
          removedAt: given(tombstones.removedAt),
        },
        sql`from ${dialect.rows(JSON.stringify(places), [
          tombstones.folderId,
          tombstones.itemId,
          tombstones.rawKey,
          tombstones.removedAt,
        ])} where true`,
      ).onConflictDoUpdate({
        target: [tombstones.mailboxId, tombstones.folderId, tombstones.itemId],
        set: {
          rawKey: sql`excluded.raw_key`,
          removedAt: sql`excluded.removed_at`,
          modseq: sql`excluded.modseq`,
        },
      }),
      ...jsonChunks(notes).map((json) =>
        insertSelect(
          build,
          removedMessages,
          {
            ...scope,
            rawKey: given(removedMessages.rawKey),
            itemId: given(removedMessages.itemId),
            folderId: given(removedMessages.folderId),
            removedAt: given(removedMessages.removedAt),
            receivedAt: given(removedMessages.receivedAt),
            size: given(removedMessages.size),
            subject: given(removedMessages.subject),
            addresses: given(removedMessages.addresses),
            isRead: given(removedMessages.isRead),
            isDraft: given(removedMessages.isDraft),
            flag: given(removedMessages.flag),
            categories: given(removedMessages.categories),
            purging: sql`0`,
          },
          sql`from ${dialect.rows(json, noteColumns)} where true`,
        ).onConflictDoUpdate({
          target: [removedMessages.mailboxId, removedMessages.rawKey],
          set: { folderId: sql`excluded.folder_id`, removedAt: sql`excluded.removed_at` },
        }),
      ),
      build
        .update(folders)
        .set({ contentModseq: next })
        .where(
          all(
            scoped(box, folders),
            dialect.isIn(folders.folderId, [...new Set(slice.map((line) => line.folderId))]),
          ),
        ),
      build
        .update(mailboxes)
        .set({ modseq: sql`${mailboxes.modseq} + 1` })
        .where(all(scoped(box, mailboxes), eq(mailboxes.mailboxId, box.ref.mailboxId))),
    ],
    { lock: mailboxLock(box) },
  );
}
