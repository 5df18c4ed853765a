import { DEFAULT_FOLDERS } from '../core/mail/default-folders.ts';
import type { Folder } from '../core/mail/types.ts';
import type { ArchivedFolder } from '../core/ports/archive.ts';
import { nameKey } from './normalise.ts';
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

/** The folders that are wanted, and those that are there beside them, under names and parents that nobody else has. */
export function withOthers(
  wanted: readonly ArchivedFolder[],
  present: readonly ArchivedFolder[],
): ArchivedFolder[] {
  const ids = new Set(wanted.map((f) => f.folderId));
  const others = present.filter((f) => !ids.has(f.folderId));
  for (const { folderId } of others) ids.add(folderId);
  const place = (f: ArchivedFolder) => JSON.stringify([f.parentId, nameKey(f.displayName)]);
  const taken = new Set(wanted.map(place));
  const moved = others.map((folder) => {
    const parentId = folder.parentId !== null && ids.has(folder.parentId) ? folder.parentId : null;
    const kept = { ...folder, parentId };
    const named = taken.has(place(kept))
      ? { ...kept, displayName: `${kept.displayName} ${folder.folderId}` }
      : kept;
    taken.add(place(named));
    return named;
  });
  return [...wanted, ...moved];
}
