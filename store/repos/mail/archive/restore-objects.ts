import { sql } from 'drizzle-orm';
import type { ObjectLine } from '../../../../core/ports/archive.ts';
import { jsonChunks, slices } from '../../../dialect/json-chunks.ts';
import { given, insertSelect } from '../../../dialect/statements.ts';
import { documentBytes, homeOf, objectKey } from '../../../normalise-object.ts';
import { all, type MailboxContext, mailboxLock, mailboxModseq, scoped } from '../context.ts';
import { listFolders } from '../folders.ts';
import { touchFolders } from '../numbering.ts';
import { digestOf } from '../objects/digest.ts';
import { dropItems, raiseToItems } from './restore.ts';

const ROWS_PER_WRITE = 200;

/** Objects of these ids are put anew, whatever was there of them. */
export async function restoreObjects(box: MailboxContext, lines: readonly ObjectLine[]): Promise<void> {
  if (lines.length === 0) return;
  const folders = await listFolders(box);
  const known = new Set(folders.map((folder) => folder.folderId));
  const placed = lines.map((line) => ({
    ...line,
    folderId: known.has(line.folderId) ? line.folderId : homeOf(line.what, folders),
  }));
  for (const slice of slices(placed, ROWS_PER_WRITE)) await restoreSlice(box, slice);
}

async function restoreSlice(box: MailboxContext, lines: readonly ObjectLine[]): Promise<void> {
  const { folders, tombstones } = box.tables;
  const { build, dialect } = box.executor;
  const ids = lines.map((line) => line.itemId);
  await box.executor.atomic(
    [
      ...dropItems(box, ids),
      build
        .delete(tombstones)
        .where(
          all(
            scoped(box, tombstones),
            sql`${tombstones.folderId} in (select ${folders.folderId} from ${folders} where ${scoped(box, folders)})`,
            dialect.isIn(tombstones.itemId, ids),
          ),
        ),
      insertItems(box, lines),
      ...(await insertObjects(box, lines)),
      touchFolders(box),
      raiseToItems(box),
    ],
    { lock: mailboxLock(box) },
  );
}

function insertItems(box: MailboxContext, lines: readonly ObjectLine[]) {
  const { items } = box.tables;
  const next = sql`${mailboxModseq(box)} + 1`;
  const rows = lines.map((line) => [
    line.itemId,
    line.folderId,
    line.what,
    line.receivedAt,
    line.isRead ? 1 : 0,
    line.flag === null ? null : JSON.stringify(line.flag),
    JSON.stringify(line.categories),
    documentBytes(line.document),
    objectKey(line.itemId),
  ]);
  const input = box.executor.dialect.rows(JSON.stringify(rows), [
    items.itemId,
    items.folderId,
    items.kind,
    items.receivedAt,
    items.isRead,
    items.flag,
    items.categories,
    items.size,
    items.dedupeKey,
  ]);
  return insertSelect(
    box.executor.build,
    items,
    {
      tenantId: box.ref.tenantId,
      mailboxId: box.ref.mailboxId,
      itemId: given(items.itemId),
      folderId: given(items.folderId),
      kind: given(items.kind),
      ...{ modseq: next, createdModseq: next, receivedAt: given(items.receivedAt) },
      ...{ isRead: given(items.isRead), flag: given(items.flag), categories: given(items.categories) },
      ...{ size: given(items.size), textSize: sql`0`, htmlSize: sql`0`, dedupeKey: given(items.dedupeKey) },
      ...{ readModseq: next, flagModseq: next, categoriesModseq: next, contentModseq: next },
      ...{ threadId: '', isDraft: sql`0`, lastVerb: sql`0`, lastVerbAt: sql`null` },
    },
    sql`from ${input} where true`,
  );
}

async function insertObjects(box: MailboxContext, lines: readonly ObjectLine[]) {
  const { objects } = box.tables;
  const rows = await Promise.all(
    lines.map(async (line) => [
      ...[line.itemId, line.what, line.uid, line.startsAt, line.endsAt, line.remindAt],
      ...[line.toAnnounce ? 1 : 0, line.title, await digestOf(line.document), line.document],
    ]),
  );
  const columns = [
    ...[objects.itemId, objects.kind, objects.uid, objects.startsAt, objects.endsAt, objects.remindAt],
    ...[objects.toAnnounce, objects.title, objects.digest, objects.document],
  ];
  return jsonChunks(rows).map((json) =>
    insertSelect(
      box.executor.build,
      objects,
      {
        tenantId: box.ref.tenantId,
        mailboxId: box.ref.mailboxId,
        itemId: given(objects.itemId),
        kind: given(objects.kind),
        uid: given(objects.uid),
        startsAt: given(objects.startsAt),
        endsAt: given(objects.endsAt),
        remindAt: given(objects.remindAt),
        toAnnounce: given(objects.toAnnounce),
        title: given(objects.title),
        digest: given(objects.digest),
        document: given(objects.document),
      },
      sql`from ${box.executor.dialect.rows(json, columns)} where true`,
    ),
  );
}
