import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import { changeFolder } from '../../../core/folders/change.ts';
import type { StoredProperty } from '../../../core/mail/types.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { folderClass } from '../folders/classes.ts';
import { changingFolders } from '../folders/faults.ts';
import { type GivenFolder, readGivenFolder } from '../folders/given.ts';
import { CONTAINER_CLASS, isOwnTag } from '../folders/mapi.ts';
import { clearPermissions, writePermissions } from '../folders/permissions.ts';
import { type ItemPlace, resolveItemFolder } from '../folders/resolve.ts';
import { folderAnswer } from '../folders/target.ts';
import { extendedKey, isPath, readPath } from '../items/path.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_CHANGES = 100;

/** What the changes of one folder come to, before anything is written. */
interface Wanted {
  displayName?: string;
  permissions?: XmlElement | null;
  extended: Record<string, StoredProperty | null>;
}

/** UpdateFolder (MS-OXWSFOLD 3.1.4.9). */
export const updateFolder: Operation = async (request, context) => {
  const changes = child(request, 'FolderChanges')?.children ?? [];
  if (changes.length === 0 || changes.length > MAX_CHANGES) {
    throw new SchemaError('FolderChanges must hold 1 to 100 changes.');
  }
  return eachMessage(context, 'UpdateFolderResponseMessage', changes, async (change) => {
    const place = await resolveItemFolder(context, change.children.find(isFolderId), 'folder');
    const wanted: Wanted = { extended: {} };
    const updates = child(change, 'Updates')?.children ?? [];
    if (updates.length === 0) throw new SchemaError('Updates must hold a change.');
    for (const update of updates) readUpdate(wanted, update, place);
    return write(context, place, wanted);
  });
};

function isFolderId({ name }: XmlElement): boolean {
  return name === 'FolderId' || name === 'DistinguishedFolderId';
}

async function write(context: EwsContext, { box, folder }: ItemPlace, wanted: Wanted) {
  const { folderId } = folder;
  const { displayName, permissions, extended } = wanted;
  let change = { folder, modseq: folder.modseq };
  if (displayName !== undefined) {
    change = await changingFolders(
      () => changeFolder(box.store, folderId, { displayName }),
      'ErrorFolderSave',
    );
  }
  if (Object.keys(extended).length > 0) change = await box.store.setFolderExtended(folderId, extended);
  if (permissions === null) await clearPermissions(box, folderId);
  else if (permissions !== undefined) await writePermissions(context, box, folder, permissions);
  box.changed();
  if (change.modseq > folder.modseq) await box.tell([{ folderId, modseq: change.modseq, hierarchy: true }]);
  return folderAnswer(box, change.folder);
}

function readUpdate(wanted: Wanted, update: XmlElement, place: ItemPlace): void {
  const named = update.children.find(isPath);
  if (named === undefined) throw new SchemaError(`${update.name} names no property.`);
  const path = readPath(named);
  const uri = path.kind === 'extended' ? null : path.uri;
  switch (update.name) {
    case 'SetFolderField': {
      const element = update.children.find((one) => one !== named);
      if (element === undefined) throw new SchemaError('SetFolderField holds no folder.');
      if (element.children.length !== 1) {
        throw new EwsError('ErrorIncorrectUpdatePropertyCount', 'A change must set one property.');
      }
      const [part] = element.children;
      const matches = uri === null ? part?.name === 'ExtendedProperty' : uri === `folder:${part?.name}`;
      if (!matches) {
        throw new EwsError(
          'ErrorUpdatePropertyMismatch',
          'The property that is named and the one with a value differ.',
        );
      }
      setField(wanted, readGivenFolder({ ...element, name: 'Folder' }), place);
      return;
    }
    case 'DeleteFolderField':
      if (uri === 'folder:PermissionSet') wanted.permissions = null;
      else if (path.kind === 'extended' && !isOwnTag(path.property))
        wanted.extended[extendedKey(path.property)] = null;
      else throw new EwsError('ErrorInvalidPropertyDelete', 'The property of a folder cannot be deleted.');
      return;
    case 'AppendToFolderField':
      throw new EwsError('ErrorInvalidPropertyAppend', 'Nothing can be appended to a property of a folder.');
    default:
      throw new SchemaError(`${update.name} is no change of a folder.`);
  }
}

function setField(wanted: Wanted, given: GivenFolder, { folder }: ItemPlace): void {
  if (given.displayName !== null) wanted.displayName = given.displayName;
  if (given.permissions !== null) wanted.permissions = given.permissions;
  if (given.folderClass !== null) {
    const usual = folderClass(folder);
    const name = given.folderClass;
    if (name !== usual && !name.startsWith(`${usual}.`)) {
      throw new EwsError('ErrorObjectTypeChanged', 'A folder keeps the kind of items that it was made for.');
    }
    // Of the usual class there is nothing to keep.
    wanted.extended[CONTAINER_CLASS] = name === usual ? null : { type: 'String', value: name };
  }
  Object.assign(wanted.extended, given.extended);
}
