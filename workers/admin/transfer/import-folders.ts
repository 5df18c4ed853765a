import { InvalidInputError } from '../../../core/errors.ts';
import { FOLDER_LIMITS } from '../../../core/mail/folders.ts';
import type { Folder } from '../../../core/mail/types.ts';
import type { MailboxStore } from '../../../core/ports/mail.ts';
import { newId } from '../../../platform/ids.ts';
import type { TransferFolder } from '../../../shared/admin-api.ts';

/**
 * Makes folders be there and says which they are. The mailbox's own ones are found by their role; those of people by
 * place, name and class, so that the same again makes no other. One of the same name and another class stays, and the new
 * one gets a number.
 */
export async function importFolders(
  mailbox: MailboxStore,
  wanted: readonly TransferFolder[],
): Promise<Record<string, string>> {
  const present = await mailbox.folders();
  const ids = new Map<string, string>();
  const left = new Map(wanted.map((folder) => [folder.folderId, folder]));
  for (let round = 0; left.size > 0 && round < FOLDER_LIMITS.depth + 1; round++) {
    for (const folder of [...left.values()]) {
      const parentId = folder.parentId === null ? null : ids.get(folder.parentId);
      const isOwn = folder.role !== 'user';
      if (!isOwn && parentId === undefined) continue;
      const own = isOwn ? present.find(({ role }) => role === folder.role) : undefined;
      // A role that is not known here is a folder like others.
      const made = own ?? (await userFolder(mailbox, present, folder, parentId ?? null));
      ids.set(folder.folderId, made.folderId);
      left.delete(folder.folderId);
    }
  }
  if (left.size > 0) throw new InvalidInputError('some folders have parents that are not among them');
  return Object.fromEntries(ids);
}

async function userFolder(
  mailbox: MailboxStore,
  present: Folder[],
  { displayName, itemClass }: TransferFolder,
  parentId: string | null,
): Promise<Folder> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? displayName : `${displayName} (${n})`;
    const same = present.find(
      (f) => f.parentId === parentId && f.displayName.toLowerCase() === name.toLowerCase(),
    );
    if (same !== undefined && same.itemClass === itemClass) return same;
    if (same !== undefined) continue;
    if (present.length >= FOLDER_LIMITS.folders)
      throw new InvalidInputError('the mailbox has too many folders');
    const { folder } = await mailbox.createFolder({
      ...{ folderId: newId(), parentId, displayName: name, itemClass },
    });
    present.push(folder);
    return folder;
  }
}
