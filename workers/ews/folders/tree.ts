import { isRecipientCache } from '../../../core/mail/folders.ts';
import type { Folder } from '../../../core/mail/types.ts';
import type { Box } from '../mailboxes.ts';
import type { RootName } from './distinguished.ts';

/** A folder as clients see it: also the roots, which no store knows. */
export interface FolderNode {
  box: Box;
  folderId: string;
  /** null for the root of the mailbox alone. */
  parentId: string | null;
  displayName: string;
  /** null: one of the roots. */
  folder: Folder | null;
  modseq: number;
}

const ROOTS: Readonly<Record<RootName, { displayName: string; parentId: RootName | null }>> = {
  root: { displayName: 'root', parentId: null },
  msgfolderroot: { displayName: 'Top of Information Store', parentId: 'root' },
  recoverableitemsroot: { displayName: 'Recoverable Items', parentId: 'root' },
  recoverableitemsdeletions: { displayName: 'Deletions', parentId: 'recoverableitemsroot' },
};

function rootNode(box: Box, name: RootName): FolderNode {
  return { box, folderId: name, ...ROOTS[name], folder: null, modseq: 1 };
}

/**
 * The folders of a mailbox that the principal may see, the roots first, each below the nearest folder above it that
 * they may see. Empty when they may see none.
 */
export async function folderTree(box: Box): Promise<FolderNode[]> {
  const folders = await box.folders();
  const seen: Folder[] = [];
  for (const folder of folders) {
    if (box.own || (await box.access(folder.folderId)).rights.has('read')) seen.push(folder);
  }
  if (seen.length === 0) return [];
  const all = new Map(folders.map((folder) => [folder.folderId, folder]));
  const visible = new Set(seen.map((folder) => folder.folderId));
  const nodes = seen.map((folder): FolderNode => {
    let parentId = folder.parentId;
    for (let n = 0; parentId !== null && !visible.has(parentId) && n <= all.size; n++) {
      parentId = all.get(parentId)?.parentId ?? null;
    }
    const { folderId, displayName, modseq } = folder;
    // What the server fills for itself is not among the folders of the user (MS-OXOSFLD 2.2.3).
    const top = isRecipientCache(folder) ? 'root' : 'msgfolderroot';
    return { box, folderId, parentId: parentId ?? top, displayName, folder, modseq };
  });
  const roots = [rootNode(box, 'root'), rootNode(box, 'msgfolderroot')];
  if (!box.own) return [...roots, ...nodes];
  return [
    ...roots,
    ...nodes,
    rootNode(box, 'recoverableitemsroot'),
    rootNode(box, 'recoverableitemsdeletions'),
  ];
}

/** Folders by the one above them. */
export function byParent(tree: readonly FolderNode[]): Map<string, FolderNode[]> {
  const below = new Map<string, FolderNode[]>();
  for (const node of tree) {
    if (node.parentId === null) continue;
    const list = below.get(node.parentId);
    if (list === undefined) below.set(node.parentId, [node]);
    else list.push(node);
  }
  return below;
}

/** All folders below one, each after the one above it. */
export function allBelow(tree: readonly FolderNode[], folderId: string): FolderNode[] {
  const below = byParent(tree);
  const found: FolderNode[] = [];
  const seen = new Set<string>([folderId]);
  const visit = (id: string) => {
    for (const node of below.get(id) ?? []) {
      if (seen.has(node.folderId)) continue;
      seen.add(node.folderId);
      found.push(node);
      visit(node.folderId);
    }
  };
  visit(folderId);
  return found;
}
