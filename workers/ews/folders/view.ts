import type { StoredProperty } from '../../../core/mail/types.ts';
import type { FolderCounts } from '../../../core/ports/mail.ts';
import type { Box } from '../mailboxes.ts';
import { countsOf } from './counts.ts';
import { byParent, type FolderNode, folderTree } from './tree.ts';

/** A folder with all that its properties are made of. */
export interface FolderView {
  node: FolderNode;
  counts: FolderCounts;
  /** Folders right below it that the principal may see. */
  children: number;
  /** MAPI properties that clients stored with it, by `extendedKey`. */
  extended: Readonly<Record<string, StoredProperty>>;
}

/**
 * Views of folders of any mailboxes, in the order given; a few reads for each mailbox, however many folders.
 * @param counted whether what lies in them is counted
 */
export async function folderViews(nodes: readonly FolderNode[], counted: boolean): Promise<FolderView[]> {
  const boxes = new Map<Box, FolderNode[]>();
  for (const node of nodes) boxes.set(node.box, [...(boxes.get(node.box) ?? []), node]);
  const views = new Map<FolderNode, FolderView>();
  for (const [box, list] of boxes) {
    const [counts, below] = await Promise.all([
      counted ? countsOf(list) : null,
      folderTree(box).then(byParent),
    ]);
    for (const node of list) {
      views.set(node, {
        node,
        counts: counts?.get(node.folderId) ?? { total: 0, unread: 0, size: 0 },
        children: below.get(node.folderId)?.length ?? 0,
        extended: node.folder?.extended ?? {},
      });
    }
  }
  return nodes.flatMap((node) => views.get(node) ?? []);
}
