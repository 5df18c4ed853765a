/** Changes to the folder tree of a mailbox, as every edge makes them. Who may make them is asked before. */
import { ConflictError, DomainError, NotFoundError } from '../errors.ts';
import { folderNamed, isSpecial, type PlaceFault, placeFault } from '../mail/folders.ts';
import type { Folder, ItemClass } from '../mail/types.ts';
import type { FolderChange, MailboxStore } from '../ports/mail.ts';
import { inheritGrants } from './inherit-grants.ts';

/** A place where a folder cannot be. `code` is `folder-` and the fault. */
export class FolderPlaceError extends DomainError {
  readonly fault: PlaceFault | 'special' | 'within-itself';
  constructor(fault: FolderPlaceError['fault']) {
    super(`folder-${fault}`, WORDS[fault]);
    this.fault = fault;
  }
}

const WORDS: Readonly<Record<FolderPlaceError['fault'], string>> = {
  'no-parent': 'the folder above it is not there',
  server: 'the server alone fills this folder',
  'bad-name': 'a folder needs a name of at most 256 characters',
  'too-many': 'the mailbox has too many folders',
  'too-deep': 'the folder would lie too deep',
  special: 'the mailbox needs this folder as it is',
  'within-itself': 'a folder cannot lie within itself',
};

/** @throws FolderPlaceError; ConflictError for a name that is taken */
export async function makeFolder(
  mailbox: MailboxStore,
  folder: { folderId: string; parentId: string | null; displayName: string; itemClass: ItemClass },
): Promise<FolderChange> {
  const fault = placeFault(await mailbox.folders(), folder);
  if (fault !== null) throw new FolderPlaceError(fault);
  const made = await mailbox.createFolder(folder);
  await inheritGrants(mailbox, made.folder);
  return made;
}

/**
 * Renames a folder, moves it, or both. What stays the same may be left out.
 * @throws FolderPlaceError; ConflictError for a name that is taken; NotFoundError without the folder
 */
export async function changeFolder(
  mailbox: MailboxStore,
  folderId: string,
  change: { parentId?: string | null; displayName?: string },
): Promise<FolderChange> {
  const folders = await mailbox.folders();
  const folder = folderNamed(folders, folderId);
  if (folder === undefined) throw new NotFoundError('no such folder');
  const parentId = change.parentId === undefined ? folder.parentId : change.parentId;
  const displayName = change.displayName ?? folder.displayName;
  if (parentId === folder.parentId && displayName === folder.displayName) {
    return { folder, modseq: folder.modseq };
  }
  if (isSpecial(folder)) throw new FolderPlaceError('special');
  const fault = placeFault(folders, { parentId, displayName }, folder);
  if (fault !== null) throw new FolderPlaceError(fault);
  if (isWithin(folders, parentId, folderId)) throw new FolderPlaceError('within-itself');
  return mailbox.updateFolder(folderId, { parentId, displayName });
}

/** Whether a folder is another one or lies below it. */
export function isWithin(folders: readonly Folder[], folderId: string | null, above: string): boolean {
  for (let at = folderId, n = 0; at !== null && n <= folders.length; n++) {
    if (at === above) return true;
    at = folderNamed(folders, at)?.parentId ?? null;
  }
  return false;
}

const MAX_TRIES = 100;

/**
 * Puts a folder into Deleted Items, under another name where its own is taken there. null when it lies there already, or
 * would lie too deep: then there is nothing left to do but to delete it.
 * @throws FolderPlaceError for one that the mailbox needs
 */
export async function throwFolderAway(mailbox: MailboxStore, folderId: string): Promise<FolderChange | null> {
  const folders = await mailbox.folders();
  const folder = folderNamed(folders, folderId);
  if (folder === undefined) throw new NotFoundError('no such folder');
  if (isSpecial(folder)) throw new FolderPlaceError('special');
  const bin = folders.find((one) => one.role === 'deleted');
  if (bin === undefined || isWithin(folders, folderId, bin.folderId)) return null;
  for (let n = 0; n < MAX_TRIES; n++) {
    const displayName = n === 0 ? folder.displayName : `${folder.displayName.slice(0, 240)} (${n})`;
    const place = { parentId: bin.folderId, displayName };
    if (placeFault(folders, place, folder) !== null) return null;
    try {
      return await mailbox.updateFolder(folderId, place);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  return null;
}
