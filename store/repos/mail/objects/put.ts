import { eq, type SQL, sql } from 'drizzle-orm';
import type { NewPimItem } from '../../../../core/pim/types.ts';
import type { PutOptions, PutResult } from '../../../../core/ports/pim.ts';
import { given, insertSelect } from '../../../dialect/statements.ts';
import { normaliseObject, objectKey, putBatches, type StoredObject } from '../../../normalise-object.ts';
import {
  all,
  justNumbered,
  type MailboxContext,
  mailboxLock,
  mailboxModseq,
  scoped,
  theseItems,
} from '../context.ts';
import { newItem } from '../new-item.ts';
import { placesIn, raiseModseq, touchFolders } from '../numbering.ts';
import { digestOf } from './digest.ts';
import { insertObjectRows } from './rows.ts';

type Row = StoredObject & { digest: string };

export async function putItem(
  box: MailboxContext,
  item: NewPimItem,
  options: PutOptions = {},
): Promise<PutResult> {
  const [result] = await putAll(box, [item], options);
  if (result === undefined) throw new Error('store: no result for the item');
  return result;
}

export async function putItems(box: MailboxContext, items: readonly NewPimItem[]): Promise<PutResult[]> {
  return putAll(box, items, {});
}

async function putAll(
  box: MailboxContext,
  items: readonly NewPimItem[],
  options: PutOptions,
): Promise<PutResult[]> {
  const wanted = items.map((item) => ({ item, object: normaliseObject(item) }));
  const last = new Map(wanted.flatMap(({ object }) => (object === null ? [] : [[object.itemId, object]])));
  const results = new Map<string, PutResult>();
  for (const batch of putBatches([...last.values()])) {
    const rows = await Promise.all(
      batch.map(async (object) => ({ ...object, digest: await digestOf(object.document) })),
    );
    for (const result of await putBatch(box, rows, options)) results.set(result.itemId, result);
  }
  return wanted.map(({ item: { itemId, folderId }, object }) => {
    const result = object === null ? undefined : results.get(object.itemId);
    return result ?? { outcome: 'tooLarge', itemId, folderId, modseq: 0 };
  });
}

/**
 * What is there is changed first, then what is not is made; both under one new modseq, by which the later statements
 * know them. Whether a document differs is told by its digest, so that it travels once.
 */
async function putBatch(
  box: MailboxContext,
  rows: readonly Row[],
  { expect, announce = false }: PutOptions,
): Promise<PutResult[]> {
  const { build, dialect } = box.executor;
  const { folders, items, mailboxes, objects, tombstones } = box.tables;
  const ids = rows.map((row) => row.itemId);
  const folderIds = [...new Set(rows.map((row) => row.folderId))];
  const input = inputOf(box, rows, expect);
  const next = sql`${mailboxModseq(box)} + 1`;
  const places = { itemId: items.itemId, folderId: items.folderId, modseq: items.modseq };
  const differs = all(
    theseItems(box, ids),
    sql`${items.itemId} = ${given(items.itemId)}`,
    sql`${items.kind} = ${given(items.kind)}`,
    sql`(${given(items.modseq)} is null or ${given(items.modseq)} = ${items.modseq})`,
    sql`coalesce((select ${objects.digest} from ${objects} where ${scoped(box, objects)}
      and ${objects.itemId} = ${items.itemId}), '') <> ${given(objects.digest)}`,
  );
  const change = build
    .update(items)
    .set({
      modseq: next,
      readModseq: next,
      categoriesModseq: next,
      contentModseq: next,
      receivedAt: given(items.receivedAt),
      isRead: given(items.isRead),
      categories: given(items.categories),
      size: given(items.size),
    })
    .from(input)
    .where(differs)
    .returning(places);
  const make = insertItems(box, input).returning(places);
  const newSize = sql`(select sum(${items.size}) from ${items} where ${theseItems(box, ids, justNumbered(box))})`;
  const statements: { getSQL(): SQL }[] = [
    build
      .update(mailboxes)
      .set({
        sizeBytes: sql`${mailboxes.sizeBytes}
          - coalesce((select sum(${items.size}) from ${input} cross join ${items} where ${differs}), 0)`,
      })
      .where(scoped(box, mailboxes)),
    change,
    make,
    // It came back: the feed of the folder says the item, no longer that it went.
    build.delete(tombstones).where(
      all(
        scoped(box, tombstones),
        dialect.isIn(tombstones.folderId, folderIds),
        dialect.isIn(tombstones.itemId, ids),
        sql`exists (select 1 from ${items} where ${scoped(box, items)}
            and ${items.itemId} = ${tombstones.itemId} and ${items.folderId} = ${tombstones.folderId})`,
      ),
    ),
    ...upsertObjects(box, rows, announce),
    build
      .update(mailboxes)
      .set({ sizeBytes: sql`${mailboxes.sizeBytes} + coalesce(${newSize}, 0)` })
      .where(scoped(box, mailboxes)),
    touchFolders(box),
    raiseModseq(box),
    build
      .select({ found: folders.folderId })
      .from(folders)
      .where(all(scoped(box, folders), dialect.isIn(folders.folderId, folderIds))),
    build
      .select({ ...places, kind: items.kind, digest: objects.digest })
      .from(items)
      .leftJoin(objects, all(scoped(box, objects), eq(objects.itemId, items.itemId)))
      .where(theseItems(box, ids)),
  ];
  const results = await box.executor.atomic(statements, { lock: mailboxLock(box) });
  const changed = placesIn(results[statements.indexOf(change)]?.rows);
  const made = placesIn(results[statements.indexOf(make)]?.rows);
  const present = new Map((results.at(-1)?.rows ?? []).map((row) => [String(row['item_id']), row]));
  const found = new Set((results.at(-2)?.rows ?? []).map((row) => String(row['folder_id'])));
  return rows.map(({ itemId, folderId, kind, digest }): PutResult => {
    const inserted = made.get(itemId);
    if (inserted !== undefined) return { outcome: 'inserted', itemId, ...inserted };
    const written = changed.get(itemId);
    if (written !== undefined) return { outcome: 'changed', itemId, ...written };
    const row = present.get(itemId);
    if (row === undefined) {
      const outcome = found.has(folderId) && typeof expect === 'number' ? 'conflict' : 'noFolder';
      return { outcome, itemId, folderId: '', modseq: 0 };
    }
    const same = row['kind'] === kind && row['digest'] === digest;
    const place = { folderId: String(row['folder_id']), modseq: Number(row['modseq']) };
    return { outcome: same ? 'present' : 'conflict', itemId, ...place };
  });
}

/** `modseq`: what is expected, NEW for what is not to be there, null for anything. */
const NEW = -1;

function inputOf(box: MailboxContext, rows: readonly Row[], expect: number | null | undefined): SQL {
  const { items, objects } = box.tables;
  const expected = expect === undefined ? null : (expect ?? NEW);
  const list = rows.map((row) => [
    row.itemId,
    row.folderId,
    row.kind,
    row.facts.sortAt,
    row.isRead ? 1 : 0,
    JSON.stringify(row.categories),
    row.size,
    expected,
    row.digest,
    objectKey(row.itemId),
  ]);
  return box.executor.dialect.rows(JSON.stringify(list), [
    items.itemId,
    items.folderId,
    items.kind,
    items.receivedAt,
    items.isRead,
    items.categories,
    items.size,
    items.modseq,
    objects.digest,
    items.dedupeKey,
  ]);
}

function insertItems(box: MailboxContext, input: SQL) {
  const { folders, items } = box.tables;
  return insertSelect(
    box.executor.build,
    items,
    newItem(box, { folderId: folders.folderId, kind: given(items.kind) }),
    sql`from ${input} cross join ${folders} where ${scoped(box, folders)}
      and ${folders.folderId} = ${given(folders.folderId)}
      and coalesce(${given(items.modseq)}, ${sql.raw(String(NEW))}) = ${sql.raw(String(NEW))}
      and (select 1 from ${items} where ${scoped(box, items)}
        and ${items.itemId} = ${given(items.itemId)} limit 1) is null`,
  );
}

/** Rows of the items that were just numbered. What is noted to be told of stays noted. */
function upsertObjects(box: MailboxContext, rows: readonly Row[], announce: boolean) {
  const { items, objects } = box.tables;
  const list = rows.map(({ facts, ...row }) => ({ ...row, ...facts, toAnnounce: announce }));
  // CROSS JOIN: one probe for each row. Of its own SQLite may walk through the mailbox.
  const numbered = sql`cross join ${items} where ${all(
    scoped(box, items),
    eq(items.itemId, given(objects.itemId)),
    justNumbered(box),
  )}`;
  return insertObjectRows(box, list, numbered).map((insert) =>
    insert.onConflictDoUpdate({
      target: [objects.mailboxId, objects.itemId],
      set: {
        uid: sql`excluded.uid`,
        startsAt: sql`excluded.starts_at`,
        endsAt: sql`excluded.ends_at`,
        remindAt: sql`excluded.remind_at`,
        toAnnounce: sql`case when excluded.to_announce = 1 then 1 else ${objects.toAnnounce} end`,
        title: sql`excluded.title`,
        digest: sql`excluded.digest`,
        document: sql`excluded.document`,
        filesSize: sql`excluded.files_size`,
      },
    }),
  );
}
