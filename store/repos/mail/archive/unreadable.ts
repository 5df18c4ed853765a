import { eq, gt } from 'drizzle-orm';
import { slices } from '../../../dialect/json-chunks.ts';
import { all, type MailboxContext, scoped } from '../context.ts';
import { digestOf } from '../objects/digest.ts';

/** Documents of one statement. */
const OBJECTS_PER_READ = 50;

/** Items with a column that should be JSON and is not: whoever reads them gets an error instead of a message. */
export async function unreadable(
  box: MailboxContext,
  afterItemId: string,
  limit: number,
): Promise<{ itemIds: string[]; last: string | null }> {
  const { items, messages } = box.tables;
  const rows = await box.executor.all(
    box.executor.build
      .select({
        itemId: items.itemId,
        kind: items.kind,
        flag: items.flag,
        categories: items.categories,
        extended: items.extended,
        addresses: messages.addresses,
        degraded: messages.degraded,
        verdict: messages.verdict,
      })
      .from(items)
      .leftJoin(messages, all(scoped(box, messages), eq(messages.itemId, items.itemId)))
      .where(all(scoped(box, items), gt(items.itemId, afterItemId)))
      .orderBy(items.itemId)
      .limit(limit),
  );
  const damaged = await damagedDocuments(
    box,
    rows.filter((row) => row.kind !== 'message').map((row) => row.itemId),
  );
  return {
    itemIds: rows.flatMap(({ itemId, kind: _, ...texts }) =>
      Object.values(texts).every(isJson) && !damaged.has(itemId) ? [] : [itemId],
    ),
    last: rows.length < limit ? null : (rows.at(-1)?.itemId ?? null),
  };
}

/** Documents that are no JSON, or not those that were written. */
async function damagedDocuments(box: MailboxContext, itemIds: readonly string[]): Promise<Set<string>> {
  const { objects } = box.tables;
  const damaged = new Set<string>();
  for (const slice of slices(itemIds, OBJECTS_PER_READ)) {
    const rows = await box.executor.all(
      box.executor.build
        .select({ itemId: objects.itemId, digest: objects.digest, document: objects.document })
        .from(objects)
        .where(all(scoped(box, objects), box.executor.dialect.isIn(objects.itemId, slice))),
    );
    for (const { itemId, digest, document } of rows) {
      if (!isJson(document) || (await digestOf(document)) !== digest) damaged.add(itemId);
    }
  }
  return damaged;
}

function isJson(text: string | null): boolean {
  if (text === null) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
