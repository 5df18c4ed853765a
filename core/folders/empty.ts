import { isRecipientCache, isSpecial } from '../mail/folders.ts';
import type { Folder } from '../mail/types.ts';
import type { MailboxStore } from '../ports/mail.ts';
import { FolderPlaceError, isWithin, throwFolderAway } from './change.ts';

/** What became of folders: for telling who waits. */
export interface FoldersTouched {
  /** Folders whose content changed. */
  content: string[];
  /** Folders that went, or went elsewhere. */
  tree: string[];
}

const AT_ONCE = 500;
/** Items that one call moves; what is left is moved by the next. */
const MOST = 100_000;

/**
 * Takes everything out of a folder: for good (what a mailbox keeps of removed messages stays, see core/retention), or into
 * Deleted Items. Folders below go with it when that is asked for, but those that the mailbox needs.
 * @throws FolderPlaceError for a folder that the server alone fills
 */
export async function emptyFolder(
  mailbox: MailboxStore,
  folder: Folder,
  how: { toDeletedItems: boolean; withFolders: boolean; now: number },
): Promise<FoldersTouched> {
  if (isRecipientCache(folder)) throw new FolderPlaceError('server');
  const folders = await mailbox.folders();
  const bin = folders.find((one) => one.role === 'deleted');
  const moves = how.toDeletedItems && bin !== undefined && !isWithin(folders, folder.folderId, bin.folderId);
  const touched: FoldersTouched = { content: [folder.folderId], tree: [] };
  const below = how.withFolders
    ? folders.filter((one) => one.parentId === folder.folderId && !isSpecial(one))
    : [];
  for (const { folderId } of below) {
    if (touched.tree.includes(folderId)) continue;
    if (moves && (await throwFolderAway(mailbox, folderId)) !== null) touched.tree.push(folderId);
    else touched.tree.push(...(await mailbox.deleteFolder(folderId, how.now)));
  }
  if (!moves) {
    await mailbox.emptyFolders([folder.folderId], how.now);
    return touched;
  }
  touched.content.push(bin.folderId);
  for (let moved = 0; moved < MOST; moved += AT_ONCE) {
    const items = await mailbox.snapshot(folder.folderId, Number.MIN_SAFE_INTEGER, null, AT_ONCE);
    if (items.length === 0) break;
    await mailbox.move(
      items.map((item) => item.itemId),
      bin.folderId,
      folder.folderId,
    );
  }
  return touched;
}
