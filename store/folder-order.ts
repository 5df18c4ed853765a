import { DEFAULT_FOLDERS } from '../core/mail/default-folders.ts';
import type { Folder } from '../core/mail/types.ts';
import { compareText } from './text.ts';

const PLACE = new Map<string, number>(DEFAULT_FOLDERS.map((folder, i) => [folder.role, i]));

/** Default folders in their usual order, then the others as they were made. */
export function inFolderOrder(folders: readonly Folder[]): Folder[] {
  const place = (folder: Folder) => PLACE.get(folder.role) ?? PLACE.size;
  return folders.toSorted(
    (a, b) => place(a) - place(b) || a.createdModseq - b.createdModseq || compareText(a.folderId, b.folderId),
  );
}

/** The folder and all below it, itself first; empty when it is not among them. */
export function foldersBelow(folders: readonly Folder[], folderId: string): Folder[] {
  const found = folders.filter((folder) => folder.folderId === folderId);
  const seen = new Set(found.map((folder) => folder.folderId));
  // The list grows while it is walked through.
  for (const above of found) {
    for (const folder of folders) {
      if (folder.parentId !== above.folderId || seen.has(folder.folderId)) continue;
      seen.add(folder.folderId);
      found.push(folder);
    }
  }
  return found;
}
