import { eq, gt } from 'drizzle-orm';
import { all, type MailboxContext, scoped } from '../context.ts';

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
        flag: items.flag,
        categories: items.categories,
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
  return {
    itemIds: rows.flatMap(({ itemId, ...texts }) => (Object.values(texts).every(isJson) ? [] : [itemId])),
    last: rows.length < limit ? null : (rows.at(-1)?.itemId ?? null),
  };
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
