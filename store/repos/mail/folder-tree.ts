/** What the operations on the folder tree share: conditions that the database checks in the write itself. */
import { eq, ne, type SQL, sql } from 'drizzle-orm';
import type { Folder, FolderRole, ItemClass } from '../../../core/mail/types.ts';
import { extendedMember, parseExtended } from '../../extended.ts';
import { all, type MailboxContext, scoped } from './context.ts';

/** Ids that a caller names are '' where there is none: an untyped null is no value PostgreSQL can compare with. */
export function parentKey(parentId: string | null): string {
  return parentId ?? '';
}

export function folderIs(box: MailboxContext, folderId: string): SQL {
  const { folders } = box.tables;
  return all(scoped(box, folders), eq(folders.folderId, folderId));
}

/** The parent is the root, or a folder of the mailbox. */
export function parentExists(box: MailboxContext, parent: string): SQL {
  const { folders } = box.tables;
  return sql`(cast(${parent} as text) = '' or exists (select 1 from ${folders} where ${folderIs(box, parent)}))`;
}

/** No folder but this one has the name under the parent. */
export function nameIsFree(box: MailboxContext, parent: string, nameKey: string, folderId: string): SQL {
  const { folders } = box.tables;
  return sql`not exists (select 1 from ${folders} where ${all(
    scoped(box, folders),
    sql`coalesce(${folders.parentId}, '') = ${parent}`,
    eq(folders.nameKey, nameKey),
    ne(folders.folderId, folderId),
  )})`;
}

/** The parent is the folder itself or lies below it. UNION ends even where folders already went in a circle. */
export function liesBelow(box: MailboxContext, parent: string, folderId: string): SQL {
  const { folders } = box.tables;
  return sql`cast(${folderId} as text) in (
    with recursive above (folder_id, parent_id) as (
      select ${folders.folderId}, ${folders.parentId} from ${folders} where ${folderIs(box, parent)}
      union select ${folders.folderId}, ${folders.parentId} from above
        join ${folders} on ${folders.folderId} = above.parent_id and ${scoped(box, folders)}
    ) select above.folder_id from above)`;
}

/** Raises the mailbox's modseq to that of a folder which was just numbered. */
export function raiseToFolder(box: MailboxContext, folderId: string) {
  const { folders, mailboxes } = box.tables;
  return box.executor.build
    .update(mailboxes)
    .set({ modseq: sql`${mailboxes.modseq} + 1` })
    .where(
      all(
        scoped(box, mailboxes),
        sql`exists (select 1 from ${folders} where ${folderIs(box, folderId)}
          and ${folders.modseq} > ${mailboxes.modseq})`,
      ),
    );
}

export function folderOf(row: Record<string, unknown>): Folder {
  const parentId = row['parent_id'];
  const extended = row['extended'];
  return {
    folderId: String(row['folder_id']),
    parentId: typeof parentId === 'string' ? parentId : null,
    displayName: String(row['display_name']),
    role: String(row['role']) as FolderRole,
    itemClass: String(row['item_class']) as ItemClass,
    modseq: Number(row['modseq']),
    createdModseq: Number(row['created_modseq']),
    contentModseq: Number(row['content_modseq']),
    ...extendedMember(parseExtended(typeof extended === 'string' ? extended : null)),
  };
}
