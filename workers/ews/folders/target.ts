import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { Folder } from '../../../core/mail/types.ts';
import type { FolderRight } from '../../../core/ports/acl.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { changeKey, encodeId } from '../ids/id.ts';
import type { Box } from '../mailboxes.ts';
import { folderElement } from './classes.ts';
import { type FolderPlace, type ItemPlace, isMissing, resolveFolder } from './resolve.ts';

/**
 * The folder inside of an element that names where something goes (ToFolderId, ParentFolderId).
 * @param missing code for a folder that is not there
 */
export async function targetFolder(
  request: XmlElement,
  name: string,
  context: EwsContext,
  { right, missing }: { right: FolderRight; missing: string },
): Promise<FolderPlace> {
  const [id] = child(request, name)?.children ?? [];
  if (id === undefined) throw new SchemaError(`${name} is missing.`);
  return resolveFolder(context, id, right).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new EwsError(missing, 'The folder could not be found.');
  });
}

/** The same for a folder that holds items. */
export async function itemTarget(
  request: XmlElement,
  name: string,
  context: EwsContext,
  options: { right: FolderRight; missing: string },
): Promise<ItemPlace> {
  const place = await targetFolder(request, name, context, options);
  const { folder } = place;
  if (folder === null) {
    throw new EwsError('ErrorInvalidFolderTypeForOperation', 'The root of a mailbox holds no items.');
  }
  return { ...place, folder };
}

const MAX_IDS = 1000;

/** The ids of a request (`FolderIds`). @throws SchemaError when there are none, or too many */
export function folderIdElements(request: XmlElement): XmlElement[] {
  const ids = child(request, 'FolderIds')?.children ?? [];
  if (ids.length === 0 || ids.length > MAX_IDS) throw new SchemaError('FolderIds must hold 1 to 1000 ids.');
  return ids;
}

/** The id of a folder that was made or changed, as the content of a response message. */
export function folderAnswer({ ref }: Box, folder: Folder): XmlObject {
  const { folderId, modseq } = folder;
  const id = {
    '@Id': encodeId({ kind: 'folder', mailboxId: ref.mailboxId, folderId }),
    '@ChangeKey': changeKey(modseq),
  };
  return { Folders: { $: [[folderElement(folder), { FolderId: id }]] } };
}

const DISPOSALS = ['HardDelete', 'SoftDelete', 'MoveToDeletedItems'] as const;
export type Disposal = (typeof DISPOSALS)[number];

/** DeleteType of a request. Hard and soft are the same here: how long what was removed is kept, retention says. */
export function disposalOf(request: XmlElement): Disposal {
  const found = DISPOSALS.find((one) => one === request.attributes['DeleteType']);
  if (found === undefined) throw new SchemaError('DeleteType is none of the schema.');
  return found;
}

export function flagOf(text: string | null | undefined, name: string): boolean {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new SchemaError(`${name} must be true or false.`);
}
