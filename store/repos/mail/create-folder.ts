import { sql } from 'drizzle-orm';
import { ConflictError, NotFoundError } from '../../../core/errors.ts';
import type { ItemClass } from '../../../core/mail/types.ts';
import type { FolderChange } from '../../../core/ports/mail.ts';
import { insertSelect } from '../../dialect/statements.ts';
import { folderName } from '../../normalise.ts';
import { askedId } from '../../text.ts';
import { all, type MailboxContext, mailboxLock, scoped } from './context.ts';
import { folderIs, folderOf, nameIsFree, parentExists, parentKey, raiseToFolder } from './folder-tree.ts';
import { folderFields } from './folders.ts';

export interface FolderToCreate {
  folderId: string;
  parentId: string | null;
  displayName: string;
  itemClass: ItemClass;
}

/** A new folder. The same call once more, with the same id, finds what the first has made. */
export async function createFolder(box: MailboxContext, wanted: FolderToCreate): Promise<FolderChange> {
  const { folders, mailboxes } = box.tables;
  const { build } = box.executor;
  const folderId = askedId(wanted.folderId);
  const parent = askedId(parentKey(wanted.parentId));
  const { displayName, nameKey } = folderName(wanted.displayName);
  const hasParent = parentExists(box, parent);
  const next = sql`${mailboxes.modseq} + 1`;
  const [, , own, around] = await box.executor.atomic(
    [
      insertSelect(
        build,
        folders,
        {
          tenantId: box.ref.tenantId,
          mailboxId: box.ref.mailboxId,
          folderId,
          parentId: sql`nullif(cast(${parent} as text), '')`,
          displayName,
          nameKey,
          role: 'user',
          itemClass: wanted.itemClass,
          modseq: next,
          createdModseq: next,
          contentModseq: sql`0`,
          extended: null,
        },
        sql`from ${mailboxes} where ${all(
          scoped(box, mailboxes),
          hasParent,
          nameIsFree(box, parent, nameKey, folderId),
          sql`not exists (select 1 from ${folders} where ${folderIs(box, folderId)})`,
        )}`,
      ),
      raiseToFolder(box, folderId),
      build.select(folderFields(box)).from(folders).where(folderIs(box, folderId)),
      build
        .select({
          modseq: mailboxes.modseq,
          hasParent: sql<number>`case when ${hasParent} then 1 else 0 end`.as('has_parent'),
        })
        .from(mailboxes)
        .where(scoped(box, mailboxes)),
    ],
    { lock: mailboxLock(box) },
  );
  const [row] = own?.rows ?? [];
  const [mailbox] = around?.rows ?? [];
  if (mailbox === undefined || Number(mailbox['has_parent']) !== 1) throw new NotFoundError('no such parent');
  const folder = row === undefined ? null : folderOf(row);
  if (folder === null || folder.displayName !== displayName || parentKey(folder.parentId) !== parent) {
    throw new ConflictError('a folder of that name exists');
  }
  return { folder, modseq: Number(mailbox['modseq']) };
}
