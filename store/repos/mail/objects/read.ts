import { eq, gt, inArray, type SQL, sql } from 'drizzle-orm';
import type { PimItem, PimKind } from '../../../../core/pim/types.ts';
import type { RangeCursor } from '../../../../core/ports/pim.ts';
import { slices } from '../../../dialect/json-chunks.ts';
import { given } from '../../../dialect/statements.ts';
import { LIMITS } from '../../../normalise.ts';
import { askedId, fitText } from '../../../text.ts';
import { all, type MailboxContext, scoped, theseItems } from '../context.ts';
import { inOrder } from '../feed.ts';
import { itemFields, itemState } from '../rows.ts';

/** Of up to a quarter of a megabyte each, though most have a kilobyte. */
const OBJECTS_PER_READ = 100;

export async function pimItems(box: MailboxContext, itemIds: readonly string[]): Promise<PimItem[]> {
  const found = new Map<string, PimItem>();
  for (const slice of slices([...new Set(itemIds)], OBJECTS_PER_READ)) {
    const rows = await box.executor.all(objectsOf(box, theseItems(box, slice)));
    for (const row of rows) found.set(row.itemId, pimItem(row));
  }
  return inOrder(itemIds, found);
}

export async function itemsByUid(box: MailboxContext, kind: PimKind, uid: string): Promise<PimItem[]> {
  const { folders, items, objects } = box.tables;
  const named = sql`(select ${objects.itemId} from ${objects} where ${scoped(box, objects)}
    and ${objects.uid} = ${fitText(uid, LIMITS.uid)} and ${objects.kind} = ${kind})`;
  const deleted = sql`(select ${folders.folderId} from ${folders} where ${scoped(box, folders)}
    and ${folders.role} = 'deleted' and ${folders.role} <> 'user')`;
  const rows = await box.executor.all(
    objectsOf(
      box,
      all(
        scoped(box, items),
        inArray(items.itemId, named),
        sql`${items.folderId} <> coalesce(${deleted}, '')`,
      ),
    ).orderBy(items.itemId),
  );
  return rows.map(pimItem);
}

/** The time of an event's item is never before its end (normaliseObject): the index of the snapshot finds them. */
export async function eventsBetween(
  box: MailboxContext,
  folderIds: readonly string[],
  from: number,
  to: number,
  after: RangeCursor | null,
  limit: number,
): Promise<PimItem[]> {
  const { items, objects } = box.tables;
  const input = box.executor.dialect.rows(
    JSON.stringify([...new Set(folderIds.map(askedId))].map((id) => [id])),
    [items.folderId],
  );
  // Ids first, so that only the documents of one page are read. CROSS JOIN: folders, then their items, then objects.
  const further =
    after === null
      ? sql``
      : sql`and (${objects.startsAt}, ${objects.itemId}) > (${after.startsAt}, ${askedId(after.itemId)})`;
  const page = sql`select ${objects.itemId} from ${input} cross join ${items} cross join ${objects}
    where ${scoped(box, items)} and ${items.folderId} = ${given(items.folderId)} and ${items.receivedAt} > ${from}
      and ${items.kind} = 'event' and ${scoped(box, objects)} and ${objects.itemId} = ${items.itemId}
      and ${objects.startsAt} < ${to} and ${objects.endsAt} > ${from} ${further}
    order by ${objects.startsAt}, ${objects.itemId} limit ${limit}`;
  const rows = await box.executor.all(
    objectsOf(box, all(scoped(box, items), inArray(items.itemId, sql`(${page})`))).orderBy(
      objects.startsAt,
      items.itemId,
    ),
  );
  return rows.map(pimItem);
}

export async function pimPage(
  box: MailboxContext,
  folderId: string,
  afterItemId: string,
  limit: number,
): Promise<PimItem[]> {
  const { items } = box.tables;
  const rows = await box.executor.all(
    objectsOf(
      box,
      all(
        scoped(box, items),
        eq(items.folderId, askedId(folderId)),
        gt(items.itemId, askedId(afterItemId)),
        // The words of the partial index.
        sql`${items.kind} <> 'message'`,
      ),
    )
      .orderBy(items.itemId)
      .limit(limit),
  );
  return rows.map(pimItem);
}

export async function pimIds(box: MailboxContext, afterItemId: string, limit: number): Promise<string[]> {
  const { objects } = box.tables;
  const rows = await box.executor.all(
    box.executor.build
      .select({ itemId: objects.itemId })
      .from(objects)
      .where(all(scoped(box, objects), gt(objects.itemId, askedId(afterItemId))))
      .orderBy(objects.itemId)
      .limit(limit),
  );
  return rows.map((row) => row.itemId);
}

function objectsOf(box: MailboxContext, which: SQL) {
  const { items, objects } = box.tables;
  return box.executor.build
    .select({
      ...itemFields(items),
      uid: objects.uid,
      startsAt: objects.startsAt,
      endsAt: objects.endsAt,
      remindAt: objects.remindAt,
      title: objects.title,
      document: objects.document,
    })
    .from(items)
    .innerJoin(objects, all(scoped(box, objects), eq(objects.itemId, items.itemId)))
    .where(which)
    .$dynamic();
}

type ObjectRow = Awaited<ReturnType<typeof objectsOf>>[number];

function pimItem(row: ObjectRow): PimItem {
  const { uid, startsAt, endsAt, remindAt, title } = row;
  const state = itemState(row);
  const facts = { uid, sortAt: state.receivedAt, startsAt, endsAt, remindAt, title };
  // What `putItem` was given under this kind.
  return { ...state, ...facts, document: JSON.parse(row.document) as unknown } as PimItem;
}
