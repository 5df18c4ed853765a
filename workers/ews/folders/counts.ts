import type { MailboxRef } from '../../../core/mail/types.ts';
import type { FolderCounts } from '../../../core/ports/mail.ts';
import { countRemoved, REMOVED_FOLDER } from './removed.ts';
import type { FolderNode } from './tree.ts';

const NONE: FolderCounts = { total: 0, unread: 0, size: 0 };
/** Folders whose counts an isolate remembers. */
const REMEMBERED = 5_000;

/**
 * Counts by tenant, mailbox, folder and the modseq of what is in it: clients ask for the counts of all folders again and
 * again, and nearly always nothing has changed. Counted after the modseq was read, so never older than it.
 */
const known = new Map<string, FolderCounts>();

function keyOf({ tenantId, mailboxId, shard }: MailboxRef, folderId: string, modseq: number): string {
  return JSON.stringify([tenantId, shard, mailboxId, folderId, modseq]);
}

/**
 * Counts of folders of one mailbox, by folder id. Of the roots the first is as large as the mailbox, and one tells what
 * was removed for good; the others hold nothing.
 */
export async function countsOf(
  nodes: readonly Pick<FolderNode, 'box' | 'folderId' | 'folder'>[],
): Promise<Map<string, FolderCounts>> {
  const found = new Map<string, FolderCounts>();
  const wanted = new Map<string, string>();
  for (const { box, folderId, folder } of nodes) {
    if (folder === null || folder.contentModseq === 0) found.set(folderId, NONE);
    else {
      const key = keyOf(box.ref, folderId, folder.contentModseq);
      const before = known.get(key);
      if (before === undefined) wanted.set(folderId, key);
      else found.set(folderId, before);
    }
  }
  const box = nodes[0]?.box;
  if (box === undefined) return found;
  if (found.has('root')) found.set('root', { ...NONE, size: (await box.store.usage()).sizeBytes });
  if (found.has(REMOVED_FOLDER)) found.set(REMOVED_FOLDER, { ...NONE, total: await countRemoved(box) });
  if (wanted.size === 0) return found;
  for (const [folderId, counts] of await box.store.folderCounts([...wanted.keys()])) {
    found.set(folderId, counts);
    const key = wanted.get(folderId);
    if (key !== undefined) known.set(key, counts);
  }
  for (const key of known.keys()) {
    if (known.size <= REMEMBERED) break;
    known.delete(key);
  }
  return found;
}
