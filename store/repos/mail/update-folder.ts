import { sql } from 'drizzle-orm';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import type { FolderChange } from '../../../core/ports/mail.ts';
import { folderName } from '../../normalise.ts';
import { askedId } from '../../text.ts';
import { all, type MailboxContext, mailboxLock, mailboxModseq, scoped } from './context.ts';
import {
  folderIs,
  folderOf,
  liesBelow,
  nameIsFree,
  parentExists,
  parentKey,
  raiseToFolder,
} from './folder-tree.ts';
import { folderFields } from './folders.ts';

/** Another name or place. A folder that already is as asked for keeps its modseq. */
export async function updateFolder(
  box: MailboxContext,
  id: string,
  change: { parentId: string | null; displayName: string },
): Promise<FolderChange> {
  const { folders, mailboxes } = box.tables;
  const { build } = box.executor;
  const folderId = askedId(id);
  const parent = askedId(parentKey(change.parentId));
  const { displayName, nameKey } = folderName(change.displayName);
  const hasParent = parentExists(box, parent);
  const circle = liesBelow(box, parent, folderId);
  const [, , own, around] = await box.executor.atomic(
    [
      build
        .update(folders)
        .set({
          parentId: sql`nullif(cast(${parent} as text), '')`,
          displayName,
          nameKey,
          modseq: sql`${mailboxModseq(box)} + 1`,
        })
        .where(
          all(
            folderIs(box, folderId),
            hasParent,
            sql`not ${circle}`,
            nameIsFree(box, parent, nameKey, folderId),
            sql`(${folders.displayName} <> ${displayName} or coalesce(${folders.parentId}, '') <> ${parent})`,
          ),
        ),
      raiseToFolder(box, folderId),
      build.select(folderFields(box)).from(folders).where(folderIs(box, folderId)),
      build
        .select({
          modseq: mailboxes.modseq,
          hasParent: sql<number>`case when ${hasParent} then 1 else 0 end`.as('has_parent'),
          circle: sql<number>`case when ${circle} then 1 else 0 end`.as('circle'),
        })
        .from(mailboxes)
        .where(scoped(box, mailboxes)),
    ],
    { lock: mailboxLock(box) },
  );
  const [row] = own?.rows ?? [];
  const [mailbox] = around?.rows ?? [];
  if (row === undefined || mailbox === undefined) throw new NotFoundError('no such folder');
  if (Number(mailbox['has_parent']) !== 1) throw new NotFoundError('no such parent');
  if (Number(mailbox['circle']) === 1) throw new InvalidInputError('a folder cannot lie within itself');
  const folder = folderOf(row);
  if (folder.displayName !== displayName || parentKey(folder.parentId) !== parent) {
    throw new ConflictError('a folder of that name exists');
  }
  return { folder, modseq: Number(mailbox['modseq']) };
}
