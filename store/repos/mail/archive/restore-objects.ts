import { sql } from 'drizzle-orm';
import { sizeOfText } from '../../../../core/pim/size.ts';
import type { ObjectLine } from '../../../../core/ports/archive.ts';
import { slices } from '../../../dialect/json-chunks.ts';
import { given, insertSelect } from '../../../dialect/statements.ts';
import { extendedText, normaliseExtended } from '../../../extended.ts';
import { homeOf, objectKey } from '../../../normalise-object.ts';
import { all, type MailboxContext, mailboxLock, scoped } from '../context.ts';
import { listFolders } from '../folders.ts';
import { newItem } from '../new-item.ts';
import { touchFolders } from '../numbering.ts';
import { digestOf } from '../objects/digest.ts';
import { insertObjectRows } from '../objects/rows.ts';
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
  const rows = lines.map((line) => [
    line.itemId,
    line.folderId,
    line.what,
    line.receivedAt,
    line.isRead ? 1 : 0,
    line.flag === null ? null : JSON.stringify(line.flag),
    JSON.stringify(line.categories),
    sizeOfText(line.document).total,
    objectKey(line.itemId),
    extendedText(normaliseExtended(line.extended)),
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
    items.extended,
  ]);
  const values = newItem(box, {
    ...{ folderId: given(items.folderId), kind: given(items.kind), flag: given(items.flag) },
    extended: given(items.extended),
  });
  return insertSelect(box.executor.build, items, values, sql`from ${input} where true`);
}

async function insertObjects(box: MailboxContext, lines: readonly ObjectLine[]) {
  const rows = await Promise.all(
    lines.map(async (line) => ({
      ...{ ...line, kind: line.what, digest: await digestOf(line.document) },
      filesSize: sizeOfText(line.document).files,
    })),
  );
  return insertObjectRows(box, rows, sql`where true`);
}
