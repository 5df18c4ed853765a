import type { Folder, FolderRole } from '../mail/types.ts';

/** Ids of the folder with this role and of those below it, however deep. */
export function foldersBelowOf(folders: readonly Folder[], role: FolderRole): Set<string> {
  const ids = new Set(folders.filter((f) => f.role === role).map((f) => f.folderId));
  for (let before = -1; before !== ids.size; ) {
    before = ids.size;
    for (const { folderId, parentId } of folders)
      if (parentId !== null && ids.has(parentId)) ids.add(folderId);
  }
  return ids;
}
