import { child } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { readGivenFolder } from '../folders/given.ts';
import { folderAnswer, targetFolder } from '../folders/target.ts';
import { eachMessage } from '../response-messages.ts';
import { createGiven } from './create-folder.ts';

const MAX_DEPTH = 30;

/** CreateFolderPath (MS-OXWSFOLD 3.1.4.3): each folder below the one before it, those that are there already kept. */
export const createFolderPath: Operation = async (request, context) => {
  const start = await targetFolder(request, 'ParentFolderId', context, {
    right: 'folder',
    missing: 'ErrorParentFolderNotFound',
  });
  const { box } = start;
  const list = child(request, 'RelativeFolderPath')?.children ?? [];
  if (list.length === 0 || list.length > MAX_DEPTH) {
    throw new SchemaError('RelativeFolderPath must hold 1 to 30 folders.');
  }
  // Undefined once a folder of the path could not be made.
  let parentId: string | null | undefined = start.folder?.folderId ?? null;
  return eachMessage(context, 'CreateFolderPathResponseMessage', list, async (element) => {
    const under = parentId;
    parentId = undefined;
    if (under === undefined)
      throw new EwsError('ErrorParentFolderNotFound', 'The folder above was not made.');
    const given = readGivenFolder(element);
    const name = given.displayName?.normalize('NFC').toLowerCase() ?? '';
    const present = (await box.folders()).find(
      (one) => one.parentId === under && one.displayName.normalize('NFC').toLowerCase() === name,
    );
    const folder = present ?? (await createGiven(context, box, under, given));
    parentId = folder.folderId;
    return folderAnswer(box, folder);
  });
};
