import { and, count, desc, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { ItemState, Tombstone } from '../../../core/mail/types.ts';
import type { FeedCursor, FeedEntry, SnapshotCursor } from '../../../core/ports/mail.ts';
import type { AgeCursor } from '../../../core/ports/removed.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { given } from '../../dialect/statements.ts';
import { askedId } from '../../text.ts';
import { IDS_PER_STATEMENT, type MailboxContext, scoped, theseItems } from './context.ts';
import { itemFields, itemState } from './rows.ts';

/**
 * Items and tombstones in one statement: two reads could straddle a change and hand out a tombstone of modseq 9
 * while the item that got modseq 8 in between is still missing, which a cursor at 9 would never see.
 */
export async function changes(
  box: MailboxContext,
  folderId: string,
  after: FeedCursor,
  limit: number,
): Promise<FeedEntry[]> {
  const { items, tombstones } = box.tables;
  const live = sql`select ${items.itemId}, ${items.folderId}, ${items.modseq}, ${items.createdModseq},
      ${items.receivedAt}, ${items.isRead}, ${items.flag}, ${items.categories}, ${items.size}, ${items.textSize},
      ${items.htmlSize}, ${items.readModseq}, ${items.flagModseq}, ${items.categoriesModseq}, ${items.contentModseq},
      ${items.threadId}, ${items.kind}, ${items.extended}, 0 as gone from ${items}
    where ${scoped(box, items)} and ${eq(items.folderId, folderId)}
      and (${items.modseq}, ${items.itemId}) > (${after.modseq}, ${after.itemId})
    order by ${items.modseq}, ${items.itemId} limit ${limit}`;
  const gone = sql`select ${tombstones.itemId}, ${tombstones.folderId}, ${tombstones.modseq}, 0, 0, 0,
      cast(null as text), '[]', 0, 0, 0, 0, 0, 0, 0, '', 'message', cast(null as text), 1 from ${tombstones}
    where ${scoped(box, tombstones)} and ${eq(tombstones.folderId, folderId)}
      and (${tombstones.modseq}, ${tombstones.itemId}) > (${after.modseq}, ${after.itemId})
    order by ${tombstones.modseq}, ${tombstones.itemId} limit ${limit}`;
  const feed = sql`(select * from (${live}) as live union all select * from (${gone}) as gone) as feed`;
  const rows = await box.executor.all(
    box.executor.build
      .select({
        itemId: sql<string>`item_id`,
        folderId: sql<string>`folder_id`,
        modseq: sql<number>`modseq`,
        createdModseq: sql<number>`created_modseq`,
        receivedAt: sql<number>`received_at`,
        isRead: sql<number>`is_read`,
        flag: sql<string | null>`flag`,
        categories: sql<string>`categories`,
        size: sql<number>`size`,
        textSize: sql<number>`text_size`,
        htmlSize: sql<number>`html_size`,
        readModseq: sql<number>`read_modseq`,
        flagModseq: sql<number>`flag_modseq`,
        categoriesModseq: sql<number>`categories_modseq`,
        contentModseq: sql<number>`content_modseq`,
        threadId: sql<string>`thread_id`,
        kind: sql<string>`kind`,
        extended: sql<string | null>`extended`,
        gone: sql<number>`gone`,
      })
      .from(feed)
      .orderBy(sql`modseq`, sql`item_id`)
      .limit(limit),
  );
  return rows.map(({ gone: isGone, ...row }) => {
    if (isGone === 0) return { kind: 'item', item: itemState(row) };
    const { itemId, modseq } = row;
    return { kind: 'gone', tombstone: { folderId, itemId, modseq } };
  });
}

export async function tombstonesOf(
  box: MailboxContext,
  folderIds: readonly string[],
  itemIds: readonly string[],
): Promise<Tombstone[]> {
  const { tombstones } = box.tables;
  const { isIn } = box.executor.dialect;
  const found: Tombstone[] = [];
  for (const slice of slices([...new Set(itemIds)], IDS_PER_STATEMENT)) {
    const rows = await box.executor.all(
      box.executor.build
        .select({ folderId: tombstones.folderId, itemId: tombstones.itemId, modseq: tombstones.modseq })
        .from(tombstones)
        .where(
          and(
            scoped(box, tombstones),
            isIn(tombstones.folderId, [...new Set(folderIds)]),
            isIn(tombstones.itemId, slice),
          ),
        ),
    );
    found.push(...rows);
  }
  return found;
}

export async function snapshot(
  box: MailboxContext,
  folderId: string,
  since: number,
  before: SnapshotCursor | null,
  limit: number,
): Promise<ItemState[]> {
  const { items } = box.tables;
  const rows = await box.executor.all(
    box.executor.build
      .select(itemFields(items))
      .from(items)
      .where(inSnapshot(box, folderId, since, before))
      .orderBy(desc(items.receivedAt), desc(items.itemId))
      .limit(limit),
  );
  return rows.map(itemState);
}

export async function countSnapshot(
  box: MailboxContext,
  folderId: string,
  since: number,
  before: SnapshotCursor | null,
): Promise<number> {
  const [row] = await box.executor.all(
    box.executor.build
      .select({ n: count() })
      .from(box.tables.items)
      .where(inSnapshot(box, folderId, since, before)),
  );
  return row?.n ?? 0;
}

export async function oldest(
  box: MailboxContext,
  folderId: string,
  receivedBefore: number,
  after: AgeCursor | null,
  limit: number,
): Promise<ItemState[]> {
  const { items } = box.tables;
  const rows = await box.executor.all(
    box.executor.build
      .select(itemFields(items))
      .from(items)
      .where(
        and(
          scoped(box, items),
          eq(items.folderId, askedId(folderId)),
          lt(items.receivedAt, receivedBefore),
          after === null
            ? undefined
            : sql`(${items.receivedAt}, ${items.itemId}) > (${after.receivedAt}, ${askedId(after.itemId)})`,
        ),
      )
      .orderBy(items.receivedAt, items.itemId)
      .limit(limit),
  );
  return rows.map(itemState);
}

export async function threadItems(
  box: MailboxContext,
  threadId: string,
  limit: number,
): Promise<ItemState[]> {
  const { items } = box.tables;
  const rows = await box.executor.all(
    box.executor.build
      .select(itemFields(items))
      .from(items)
      // The words of the partial index: what is no message belongs to no conversation.
      .where(and(scoped(box, items), eq(items.threadId, askedId(threadId)), sql`${items.threadId} <> ''`))
      .orderBy(desc(items.receivedAt), desc(items.itemId))
      .limit(limit),
  );
  return rows.map(itemState);
}

export async function threadMembers(
  box: MailboxContext,
  folderId: string,
  threadIds: readonly string[],
  limit: number,
): Promise<ItemState[]> {
  const { items } = box.tables;
  const input = box.executor.dialect.rows(
    JSON.stringify([...new Set(threadIds)].map((id) => [askedId(id)])),
    [items.threadId],
  );
  // CROSS JOIN: one probe for each conversation. Of its own SQLite walks through the folder from its newest item.
  const members = sql`(select ${items.itemId} from ${input} cross join ${items} where ${scoped(box, items)}
    and ${items.threadId} = ${given(items.threadId)} and ${items.threadId} <> '')`;
  const rows = await box.executor.all(
    box.executor.build
      .select(itemFields(items))
      .from(items)
      .where(and(scoped(box, items), inArray(items.itemId, members), eq(items.folderId, askedId(folderId))))
      .orderBy(desc(items.receivedAt), desc(items.itemId))
      .limit(limit),
  );
  return rows.map(itemState);
}

function inSnapshot(
  box: MailboxContext,
  folderId: string,
  since: number,
  before: SnapshotCursor | null,
): SQL | undefined {
  const { items } = box.tables;
  return and(
    scoped(box, items),
    eq(items.folderId, folderId),
    gte(items.receivedAt, since),
    before === null
      ? undefined
      : sql`(${items.receivedAt}, ${items.itemId}) < (${before.receivedAt}, ${before.itemId})`,
  );
}

export async function itemStates(box: MailboxContext, itemIds: readonly string[]): Promise<ItemState[]> {
  const found = new Map<string, ItemState>();
  for (const slice of slices([...new Set(itemIds)], IDS_PER_STATEMENT)) {
    const rows = await box.executor.all(
      box.executor.build
        .select(itemFields(box.tables.items))
        .from(box.tables.items)
        .where(theseItems(box, slice)),
    );
    for (const row of rows) found.set(row.itemId, itemState(row));
  }
  return inOrder(itemIds, found);
}

/** The values of these keys in their order, each once; unknown keys are left out. */
export function inOrder<T>(keys: readonly string[], values: ReadonlyMap<string, T>): T[] {
  const out: T[] = [];
  for (const key of new Set(keys)) {
    const value = values.get(key);
    if (value !== undefined) out.push(value);
  }
  return out;
}
