import { child } from '../../../codecs/soap/read.ts';
import { makeFolder } from '../../../core/folders/change.ts';
import type { Folder } from '../../../core/mail/types.ts';
import { newId } from '../../../platform/ids.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { changingFolders } from '../folders/faults.ts';
import { type GivenFolder, keptOf, readGivenFolder } from '../folders/given.ts';
import { writePermissions } from '../folders/permissions.ts';
import { folderAnswer, targetFolder } from '../folders/target.ts';
import type { Box } from '../mailboxes.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_FOLDERS = 100;

/** CreateFolder (MS-OXWSFOLD 3.1.4.2). */
export const createFolder: Operation = async (request, context) => {
  const parent = await targetFolder(request, 'ParentFolderId', context, {
    right: 'folder',
    missing: 'ErrorParentFolderNotFound',
  });
  const list = child(request, 'Folders')?.children ?? [];
  if (list.length === 0 || list.length > MAX_FOLDERS) {
    throw new SchemaError('Folders must hold 1 to 100 folders.');
  }
  return eachMessage(context, 'CreateFolderResponseMessage', list, async (element) => {
    const given = readGivenFolder(element);
    const folder = await createGiven(context, parent.box, parent.folder?.folderId ?? null, given);
    return folderAnswer(parent.box, folder);
  });
};

/** Makes a folder with all that the client gave it, and tells of it. */
export async function createGiven(
  context: EwsContext,
  box: Box,
  parentId: string | null,
  given: GivenFolder,
): Promise<Folder> {
  const { displayName, itemClass } = given;
  if (displayName === null || displayName.trim() === '') {
    throw new EwsError('ErrorFolderSavePropertyError', 'A folder needs a DisplayName.');
  }
  const folderId = newId(context.services.now());
  let { folder, modseq } = await changingFolders(() =>
    makeFolder(box.store, { folderId, parentId, displayName, itemClass }),
  );
  box.changed();
  const kept = keptOf(given);
  if (Object.keys(kept).length > 0) ({ folder, modseq } = await box.store.setFolderExtended(folderId, kept));
  if (given.permissions !== null) await writePermissions(context, box, folder, given.permissions);
  box.changed();
  await box.tell([{ folderId, modseq, hierarchy: true }]);
  return folder;
}
