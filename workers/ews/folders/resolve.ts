import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { at, textOf } from '../../../codecs/soap/read.ts';
import type { Folder } from '../../../core/mail/types.ts';
import type { FolderRight } from '../../../core/ports/acl.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { decodeId } from '../ids/id.ts';
import type { Box } from '../mailboxes.ts';
import { holdsFolders, isRootName, type RootName, roleOf } from './distinguished.ts';
import { type FolderNode, folderTree } from './tree.ts';

/** The folder that a request names. */
export interface FolderPlace {
  box: Box;
  folderId: string;
  /** null: one of the two roots, which hold folders only. */
  folder: Folder | null;
  node: FolderNode;
}

/** A folder that can hold items. */
export type ItemPlace = FolderPlace & { folder: Folder };

function folderNotFound(): EwsError {
  return new EwsError('ErrorFolderNotFound', 'The specified folder could not be found in the store.');
}

/** By its id, a folder that has gone is told like any other object. */
function objectNotFound(): EwsError {
  return new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
}

/** Whether an error says that a folder is not there. */
export function isMissing(error: unknown): error is EwsError {
  return error instanceof EwsError && ['ErrorItemNotFound', 'ErrorFolderNotFound'].includes(error.code);
}

/**
 * The folder of a FolderId or DistinguishedFolderId, with the right that the operation needs. A folder that one may not
 * even see is not found; the same folder by its distinguished id, which everybody knows to be there, is denied.
 *
 * @param right what is asked of the folder; of a root only that something below it may be seen
 * @throws EwsError ErrorItemNotFound for an id, ErrorFolderNotFound for a distinguished folder that no mailbox here has,
 *   ErrorAccessDenied, ErrorInvalidIdMalformed, ErrorNonExistentMailbox, ErrorCannotUseItemIdForFolderId; SchemaError for what is no id of a folder
 */
export async function resolveFolder(
  context: EwsContext,
  element: XmlElement | null | undefined,
  right: FolderRight = 'read',
): Promise<FolderPlace> {
  if (element?.name === 'DistinguishedFolderId') return distinguished(context, element, right);
  if (element?.name !== 'FolderId') {
    throw new SchemaError(
      `${element === null || element === undefined ? 'nothing' : element.name} is no id of a folder.`,
    );
  }
  const id = decodeId(element.attributes['Id'] ?? '');
  if (id.kind !== 'folder') {
    throw new EwsError('ErrorCannotUseItemIdForFolderId', 'The Id is that of an item, not of a folder.');
  }
  const box = await context.open({ id: id.mailboxId }).catch((error: unknown) => {
    throw error instanceof EwsError ? objectNotFound() : error;
  });
  return placeOf(box, id.folderId, right);
}

/** The same for a folder in which items lie. @throws EwsError ErrorInvalidFolderTypeForOperation for a root */
export async function resolveItemFolder(
  context: EwsContext,
  element: XmlElement | null | undefined,
  right: FolderRight = 'read',
): Promise<ItemPlace> {
  const place = await resolveFolder(context, element, right);
  const { folder } = place;
  if (folder === null) {
    throw new EwsError('ErrorInvalidFolderTypeForOperation', 'The root of a mailbox holds no items.');
  }
  return { ...place, folder };
}

/** The folder of a mailbox by its own id. @throws EwsError as resolveFolder */
export async function placeOf(box: Box, folderId: string, right: FolderRight): Promise<FolderPlace> {
  if (isRootName(folderId)) return rootPlace(box, folderId, right);
  const folder = (await box.folders()).find((one) => one.folderId === folderId);
  if (folder === undefined) throw objectNotFound();
  await box.demand(folderId, right);
  const tree = box.own || right === 'read' ? await folderTree(box) : [];
  const { displayName, modseq, parentId } = folder;
  const node = tree.find((one) => one.folderId === folderId) ?? {
    ...{ box, folderId, displayName, folder, modseq, parentId: parentId ?? 'msgfolderroot' },
  };
  return { box, folderId, folder, node };
}

async function rootPlace(box: Box, name: RootName, right: FolderRight): Promise<FolderPlace> {
  // Beyond looking, the right is that over the mailbox as a whole.
  if (!box.own && right !== 'read') await box.demand('', right);
  if (right !== 'read' && !holdsFolders(name)) {
    throw new EwsError('ErrorAccessDenied', 'What was removed for good cannot be changed.');
  }
  const node = (await folderTree(box)).find((one) => one.folderId === name);
  if (node === undefined) throw folderNotFound();
  return { box, folderId: name, folder: null, node };
}

async function distinguished(
  context: EwsContext,
  element: XmlElement,
  right: FolderRight,
): Promise<FolderPlace> {
  const name = element.attributes['Id'];
  if (name === undefined) throw new SchemaError('a DistinguishedFolderId must have an Id.');
  const address = textOf(at(element, 'Mailbox'), 'EmailAddress');
  const box = address === null || address === '' ? context.own : await context.open({ address });
  if (isRootName(name)) return rootPlace(box, name, right);
  if (name === 'publicfoldersroot') {
    throw new EwsError('ErrorNoPublicFolderReplicaAvailable', 'There are no public folders.');
  }
  const role = roleOf(name);
  const folder = role === null ? undefined : (await box.folders()).find((one) => one.role === role);
  if (folder === undefined) throw folderNotFound();
  return placeOf(box, folder.folderId, right).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  });
}
