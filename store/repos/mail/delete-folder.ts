import { sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import { given } from '../../dialect/statements.ts';
import { foldersBelow } from '../../folder-order.ts';
import { all, type MailboxContext, mailboxLock, scoped } from './context.ts';
import { emptyFolders } from './empty-folders.ts';
import { listFolders } from './folders.ts';

/** Rounds in which others may keep putting mail or folders into a folder that is about to go. */
const MAX_ROUNDS = 20;

/**
 * First the items, in steps, then all the folders at once when nothing is in them. Wherever it stops, the folder is
 * still there with what is left of it, and the same call finishes the work.
 */
export async function deleteFolder(box: MailboxContext, folderId: string, now: number): Promise<string[]> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const tree = foldersBelow(await listFolders(box), folderId);
    if (tree.length === 0) throw new NotFoundError('no such folder');
    const ids = tree.map((folder) => folder.folderId);
    await emptyFolders(box, ids, now);
    if (await dropFolders(box, ids)) return ids;
  }
  throw new Error('store: the folder is being filled; try again');
}

/** False when there is an item in one of them, or a folder that is not named. */
async function dropFolders(box: MailboxContext, ids: readonly string[]): Promise<boolean> {
  const { acl, conversationRules, folders, items, mailboxes } = box.tables;
  const { build, dialect } = box.executor;
  const input = dialect.rows(JSON.stringify(ids.map((id) => [id])), [folders.folderId]);
  // One probe at the end of the feed's index for each folder: without the order SQLite walks through the mailbox.
  const empty = sql`not exists (select 1 from ${input} where (select 1 from ${items} where ${scoped(box, items)}
      and ${items.folderId} = ${given(folders.folderId)} order by ${items.modseq} desc limit 1) is not null)
    and not exists (select 1 from ${folders} where ${scoped(box, folders)}
      and ${dialect.isIn(folders.parentId, ids)} and not ${dialect.isIn(folders.folderId, ids)})`;
  const these = all(scoped(box, folders), dialect.isIn(folders.folderId, ids));
  const [, , , dropped] = await box.executor.atomic(
    [
      build.delete(acl).where(all(scoped(box, acl), dialect.isIn(acl.folderId, ids), empty)),
      build
        .delete(conversationRules)
        .where(all(scoped(box, conversationRules), dialect.isIn(conversationRules.folderId, ids), empty)),
      build
        .update(mailboxes)
        .set({ modseq: sql`${mailboxes.modseq} + 1` })
        .where(all(scoped(box, mailboxes), empty, sql`exists (select 1 from ${folders} where ${these})`)),
      build.delete(folders).where(all(these, empty)),
    ],
    { lock: mailboxLock(box) },
  );
  return (dropped?.changes ?? 0) > 0;
}
