import type { Folder, FolderRole, ItemClass } from './types.ts';

/** Bounds of the folder tree that a client may build. */
export const FOLDER_LIMITS = {
  /** UTF-16 units (MS-ASCMD 2.2.3.47.2). */
  name: 256,
  depth: 30,
  /** Of one mailbox. */
  folders: 2_000,
} as const;

/** A folder that the mailbox itself needs: nobody may rename, move or delete it. */
export function isSpecial(folder: { role: FolderRole }): boolean {
  return folder.role !== 'user';
}

/** The server fills it; nothing is moved into it or out of it, and no folder is made below it. */
export function isRecipientCache(folder: { role: FolderRole }): boolean {
  return folder.role === 'recipientCache';
}

/** The folder that a client names, or undefined. */
export function folderNamed(folders: readonly Folder[], id: string): Folder | undefined {
  return folders.find((f) => f.folderId === id);
}

/** What stands against a folder of this name at this place. `server`: below what the server alone fills. */
export type PlaceFault = 'no-parent' | 'server' | 'bad-name' | 'too-many' | 'too-deep';

/** @param moved the folder that is renamed or moved there; undefined for a new one */
export function placeFault(
  folders: readonly Folder[],
  place: { parentId: string | null; displayName: string },
  moved?: Folder,
): PlaceFault | null {
  const parent = place.parentId === null ? null : folderNamed(folders, place.parentId);
  if (parent === undefined) return 'no-parent';
  if (parent !== null && isRecipientCache(parent)) return 'server';
  if (place.displayName.trim() === '' || place.displayName.length > FOLDER_LIMITS.name) return 'bad-name';
  if (moved === undefined && folders.length >= FOLDER_LIMITS.folders) return 'too-many';
  const levels = moved === undefined ? 1 : heightOf(folders, moved.folderId);
  return depthOf(folders, place.parentId) + levels > FOLDER_LIMITS.depth ? 'too-deep' : null;
}

const CLASS_BY_TYPE: Readonly<Record<number, ItemClass>> = {
  1: 'Email',
  12: 'Email',
  13: 'Calendar',
  14: 'Contacts',
  15: 'Tasks',
  17: 'Notes',
};

/**
 * Class of the items of a folder that a client makes, by its Type (MS-ASCMD 2.2.3.186.2). null for the types that are
 * reserved for default folders, and for journals (16), whose items nothing here could hold.
 */
export function classOfNewFolder(easType: number): ItemClass | null {
  return CLASS_BY_TYPE[easType] ?? null;
}

/** Levels from the root down to a folder: 1 for a folder at the root, 0 for the root itself (null). */
export function depthOf(folders: readonly Folder[], folderId: string | null): number {
  return ancestry(parents(folders), folderId).length;
}

/** Levels of the tree that begins with a folder, itself included. */
export function heightOf(folders: readonly Folder[], folderId: string): number {
  const up = parents(folders);
  const below = folders.map((f) => ancestry(up, f.folderId).indexOf(folderId));
  return 1 + Math.max(0, ...below);
}

function parents(folders: readonly Folder[]): Map<string, string | null> {
  return new Map(folders.map((f) => [f.folderId, f.parentId]));
}

/** The folder and those above it, nearest first; ends also where folders went in a circle. */
function ancestry(up: ReadonlyMap<string, string | null>, folderId: string | null): string[] {
  const line: string[] = [];
  for (let at = folderId; at !== null && line.length <= up.size; at = up.get(at) ?? null) line.push(at);
  return line;
}
