import { ConflictError, InvalidInputError, NotFoundError } from '../../core/errors.ts';
import type { Folder, ItemClass } from '../../core/mail/types.ts';
import type { ExtendedPatch, FolderChange, FolderCounts } from '../../core/ports/mail.ts';
import { foldersBelow } from '../folder-order.ts';
import { folderName, nameKey } from '../normalise.ts';
import { dropFolderGrants } from './mailbox-acl.ts';
import { patchExtended, remove } from './mailbox-change.ts';
import type { MailboxData } from './mailbox-data.ts';

type Box = MailboxData | undefined;

export function createFolder(
  box: Box,
  wanted: { folderId: string; parentId: string | null; displayName: string; itemClass: ItemClass },
): FolderChange {
  const { displayName } = folderName(wanted.displayName);
  const { folderId, parentId, itemClass } = wanted;
  if (box === undefined || !hasParent(box, parentId)) throw new NotFoundError('no such parent');
  const same = box.folders.get(folderId);
  if (same !== undefined) {
    if (same.displayName !== displayName || same.parentId !== parentId) throw taken();
    return { folder: { ...same }, modseq: box.modseq };
  }
  if (hasName(box, parentId, displayName, folderId)) throw taken();
  const modseq = ++box.modseq;
  const folder: Folder = {
    ...{ folderId, parentId, displayName, role: 'user', itemClass },
    ...{ modseq, createdModseq: modseq, contentModseq: 0 },
  };
  box.folders.set(folderId, folder);
  return { folder: { ...folder }, modseq };
}

export function folderCounts(box: Box, folderIds: readonly string[]): Map<string, FolderCounts> {
  const counts = new Map(
    folderIds.map((id): [string, FolderCounts] => [id, { total: 0, unread: 0, size: 0 }]),
  );
  for (const { state } of box?.items.values() ?? []) {
    const count = counts.get(state.folderId);
    if (count === undefined) continue;
    count.total += 1;
    if (!state.isRead) count.unread += 1;
    count.size += state.size;
  }
  return counts;
}

export function updateFolder(
  box: Box,
  folderId: string,
  change: { parentId: string | null; displayName: string },
): FolderChange {
  const { displayName } = folderName(change.displayName);
  const { parentId } = change;
  const folder = box?.folders.get(folderId);
  if (box === undefined || folder === undefined) throw new NotFoundError('no such folder');
  if (!hasParent(box, parentId)) throw new NotFoundError('no such parent');
  const tree = foldersBelow([...box.folders.values()], folderId);
  if (tree.some((f) => f.folderId === parentId)) {
    throw new InvalidInputError('a folder cannot lie within itself');
  }
  if (hasName(box, parentId, displayName, folderId)) throw taken();
  if (folder.displayName !== displayName || folder.parentId !== parentId) {
    Object.assign(folder, { displayName, parentId, modseq: ++box.modseq });
  }
  return { folder: { ...folder }, modseq: box.modseq };
}

export function setFolderExtended(box: Box, folderId: string, patch: ExtendedPatch): FolderChange {
  const folder = box?.folders.get(folderId);
  if (box === undefined || folder === undefined) throw new NotFoundError('no such folder');
  if (patchExtended(folder, patch)) folder.modseq = ++box.modseq;
  return { folder: structuredClone(folder), modseq: box.modseq };
}

export function deleteFolder(box: Box, folderId: string, now: number): string[] {
  const ids = foldersBelow([...(box?.folders.values() ?? [])], folderId).map((f) => f.folderId);
  if (box === undefined || ids.length === 0) throw new NotFoundError('no such folder');
  emptyFolders(box, ids, now);
  for (const id of ids) box.folders.delete(id);
  dropFolderGrants(box, ids);
  for (const [threadId, target] of box.rules) if (ids.includes(target)) box.rules.delete(threadId);
  box.modseq++;
  return ids;
}

export function emptyFolders(box: Box, folderIds: readonly string[], now: number): number {
  let removed = 0;
  for (const folderId of new Set(folderIds)) {
    const states = [...(box?.items.values() ?? [])].map((e) => e.state);
    const ids = states.filter((s) => s.folderId === folderId).map((s) => s.itemId);
    removed += remove(box, ids, now).length;
  }
  return removed;
}

function hasParent(box: MailboxData, parentId: string | null): boolean {
  return parentId === null || box.folders.has(parentId);
}

function hasName(box: MailboxData, parentId: string | null, name: string, except: string): boolean {
  return [...box.folders.values()].some(
    (f) => f.folderId !== except && f.parentId === parentId && nameKey(f.displayName) === nameKey(name),
  );
}

function taken(): ConflictError {
  return new ConflictError('a folder of that name exists');
}
