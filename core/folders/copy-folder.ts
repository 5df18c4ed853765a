import { folderNamed } from '../mail/folders.ts';
import type { Folder } from '../mail/types.ts';
import type { SnapshotCursor } from '../ports/mail.ts';
import { FolderPlaceError, isWithin, makeFolder } from './change.ts';
import { type CopyOrder, type CopyServices, copyItems } from './copy-items.ts';

const AT_ONCE = 100;

/**
 * Copies a folder with all that is in it and below it. What does not fit into the mailbox any more is left out.
 * @returns the folders that were made, the copy itself first, and whether everything was copied
 * @throws FolderPlaceError; ConflictError for a name that is taken at the place
 */
export async function copyFolder(
  services: CopyServices,
  order: Omit<CopyOrder, 'folder'>,
  source: Folder,
  parentId: string | null,
): Promise<{ made: Folder[]; itemIds: string[]; complete: boolean }> {
  const mailbox = services.mail.mailbox(order.ref);
  const folders = await mailbox.folders();
  if (isWithin(folders, parentId, source.folderId)) throw new FolderPlaceError('within-itself');
  const done = { made: [] as Folder[], itemIds: [] as string[], complete: true };
  const copy = async (from: Folder, to: string | null, depth: number): Promise<void> => {
    const { displayName, itemClass } = from;
    const { folder } = await makeFolder(mailbox, {
      folderId: order.newId(),
      parentId: to,
      displayName,
      itemClass,
    });
    done.made.push(folder);
    const { extended } = from;
    if (extended !== undefined) await mailbox.setFolderExtended(folder.folderId, extended);
    for (let before: SnapshotCursor | null = null; ; ) {
      const page = await mailbox.snapshot(from.folderId, Number.MIN_SAFE_INTEGER, before, AT_ONCE);
      const last = page.at(-1);
      if (last === undefined) break;
      const itemIds = page.map((item) => item.itemId);
      for (const one of await copyItems(services, { ...order, folder }, itemIds)) {
        if (typeof one === 'string') done.complete = false;
        else done.itemIds.push(one.itemId);
      }
      before = { receivedAt: last.receivedAt, itemId: last.itemId };
    }
    if (depth > 30) return;
    for (const below of folders)
      if (below.parentId === from.folderId) await copy(below, folder.folderId, depth + 1);
  };
  await copy(source, parentId, 0);
  const now = await mailbox.folders();
  return { ...done, made: done.made.flatMap((one) => folderNamed(now, one.folderId) ?? []) };
}
