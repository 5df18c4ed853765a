import { copyFolder as copyTree } from '../../../core/folders/copy-folder.ts';
import { openRoom } from '../../../core/quota/room.ts';
import { newId } from '../../../platform/ids.ts';
import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { changingFolders } from '../folders/faults.ts';
import { resolveItemFolder } from '../folders/resolve.ts';
import { folderAnswer, folderIdElements, targetFolder } from '../folders/target.ts';
import { eachMessage } from '../response-messages.ts';

/** CopyFolder (MS-OXWSFOLD 3.1.4.1). */
export const copyFolder: Operation = async (request, context) => {
  const ids = folderIdElements(request);
  const { services, correlationId } = context;
  const target = await targetFolder(request, 'ToFolderId', context, {
    right: 'folder',
    missing: 'ErrorToFolderNotFound',
  });
  return eachMessage(context, 'CopyFolderResponseMessage', ids, async (id) => {
    const { box, folder } = await resolveItemFolder(context, id);
    if (box !== target.box) {
      throw new EwsError('ErrorCrossMailboxMoveCopy', 'A folder cannot be copied to another mailbox.');
    }
    const room = await openRoom(services, box.ref, box.user);
    const order = {
      ref: box.ref,
      newId: () => newId(services.now()),
      fits: (bytes: number) => room.take(bytes),
      correlationId,
    };
    const { made, itemIds, complete } = await changingFolders(() =>
      copyTree(services, order, folder, target.folder?.folderId ?? null),
    );
    box.changed();
    const [copy] = made;
    if (copy === undefined) throw new Error('no folder was made');
    await box.tell([
      ...made.map(({ folderId, modseq, contentModseq }) => ({
        ...{ folderId, modseq: Math.max(modseq, contentModseq) },
        hierarchy: true as const,
      })),
      ...itemIds.map((indexed) => ({ folderId: copy.folderId, modseq: copy.contentModseq, indexed })),
    ]);
    if (!complete) throw new EwsError('ErrorMoveCopyFailed', 'Not everything in the folder could be copied.');
    return folderAnswer(box, copy);
  });
};
