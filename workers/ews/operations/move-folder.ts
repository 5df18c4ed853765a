import { changeFolder } from '../../../core/folders/change.ts';
import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { changingFolders } from '../folders/faults.ts';
import { resolveItemFolder } from '../folders/resolve.ts';
import { folderAnswer, folderIdElements, targetFolder } from '../folders/target.ts';
import { eachMessage } from '../response-messages.ts';

/** MoveFolder (MS-OXWSFOLD 3.1.4.8). */
export const moveFolder: Operation = async (request, context) => {
  const ids = folderIdElements(request);
  const target = await targetFolder(request, 'ToFolderId', context, {
    right: 'folder',
    missing: 'ErrorToFolderNotFound',
  });
  return eachMessage(context, 'MoveFolderResponseMessage', ids, async (id) => {
    const { box, folder } = await resolveItemFolder(context, id, 'folder');
    if (box !== target.box) {
      throw new EwsError('ErrorCrossMailboxMoveCopy', 'A folder cannot be moved to another mailbox.');
    }
    const parentId = target.folder?.folderId ?? null;
    if (folder.role !== 'user') {
      throw new EwsError('ErrorMoveDistinguishedFolder', 'Distinguished folders cannot be moved.');
    }
    const { folder: moved, modseq } = await changingFolders(() =>
      changeFolder(box.store, folder.folderId, { parentId }),
    );
    box.changed();
    if (modseq > folder.modseq) await box.tell([{ folderId: folder.folderId, modseq, hierarchy: true }]);
    return folderAnswer(box, moved);
  });
};
