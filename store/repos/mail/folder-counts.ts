import { and, count, sql } from 'drizzle-orm';
import type { FolderCounts } from '../../../core/ports/mail.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { askedId } from '../../text.ts';
import { IDS_PER_STATEMENT, type MailboxContext, scoped } from './context.ts';

/** One walk through the index of each folder, all folders in one statement. */
export async function folderCounts(
  box: MailboxContext,
  folderIds: readonly string[],
): Promise<Map<string, FolderCounts>> {
  const { items } = box.tables;
  const found = new Map(
    folderIds.map((id): [string, FolderCounts] => [id, { total: 0, unread: 0, size: 0 }]),
  );
  for (const slice of slices([...found.keys()].map(askedId), IDS_PER_STATEMENT)) {
    const rows = await box.executor.all(
      box.executor.build
        .select({
          folderId: items.folderId,
          total: count(),
          unread: sql<number>`cast(sum(1 - ${items.isRead}) as integer)`.as('unread'),
          size: sql<number>`sum(${items.size})`.as('size'),
        })
        .from(items)
        .where(and(scoped(box, items), box.executor.dialect.isIn(items.folderId, slice)))
        .groupBy(items.folderId),
    );
    for (const { folderId, total, unread, size } of rows) {
      found.set(folderId, { total, unread, size: Number(size) });
    }
  }
  return found;
}
