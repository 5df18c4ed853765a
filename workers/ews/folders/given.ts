import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { ItemClass, StoredProperty } from '../../../core/mail/types.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { extendedValue } from '../items/editors/apply.ts';
import { extendedKey, readPath } from '../items/path.ts';
import { folderClass, itemClassOf } from './classes.ts';
import { CONTAINER_CLASS, isOwnTag } from './mapi.ts';

/** What a client gives a folder. */
export interface GivenFolder {
  displayName: string | null;
  /** The class as it was written; null for that of the element. */
  folderClass: string | null;
  itemClass: ItemClass;
  permissions: XmlElement | null;
  extended: Record<string, StoredProperty>;
}

const ELEMENTS: Readonly<Record<string, ItemClass | null>> = {
  Folder: null,
  CalendarFolder: 'Calendar',
  ContactsFolder: 'Contacts',
  TasksFolder: 'Tasks',
};

/** Reads an element of a folder. @throws EwsError ErrorInvalidPropertySet, ErrorNoFolderClassOverride; SchemaError */
export function readGivenFolder(element: XmlElement): GivenFolder {
  const own = ELEMENTS[element.name];
  if (element.name === 'SearchFolder') {
    throw new EwsError('ErrorInvalidFolderTypeForOperation', 'Search folders are not kept by this server.');
  }
  if (own === undefined) throw new SchemaError(`${element.name} is no folder.`);
  const given: GivenFolder = {
    ...{ displayName: null, folderClass: null, permissions: null, extended: {} },
    itemClass: own ?? 'Email',
  };
  for (const part of element.children) readPart(given, part, own);
  if (own !== null) given.folderClass ??= folderClass({ role: 'user', itemClass: own });
  return given;
}

function readPart(given: GivenFolder, part: XmlElement, own: ItemClass | null): void {
  switch (part.name) {
    case 'DisplayName':
      given.displayName = part.text;
      return;
    case 'FolderClass': {
      const itemClass = itemClassOf(part.text.trim());
      if (own !== null && own !== itemClass) {
        throw new EwsError('ErrorNoFolderClassOverride', 'The class does not go with this kind of folder.');
      }
      given.itemClass = itemClass;
      given.folderClass = part.text.trim();
      return;
    }
    case 'PermissionSet':
      given.permissions = part;
      return;
    case 'ExtendedProperty': {
      const [key, value] = readExtendedProperty(part);
      given.extended[key] = value;
      return;
    }
    default:
      throw new EwsError('ErrorInvalidPropertySet', `${part.name} of a folder cannot be set.`);
  }
}

/** @throws EwsError ErrorInvalidPropertySet for what the server itself says of a folder */
function readExtendedProperty(part: XmlElement): [key: string, value: StoredProperty] {
  const named = child(part, 'ExtendedFieldURI');
  const path = named === null ? null : readPath(named);
  if (path?.kind !== 'extended') throw new SchemaError('an ExtendedProperty must have an ExtendedFieldURI.');
  const { property } = path;
  if (isOwnTag(property)) throw new EwsError('ErrorInvalidPropertySet', 'The property cannot be set.');
  return [extendedKey(property), { type: property.type, value: extendedValue(part, property.type) }];
}

/** What is kept beside a new folder: the class too, where it is not the usual one of its items, and that it has none. */
export function keptOf({
  extended,
  folderClass: name,
  itemClass,
}: GivenFolder): Record<string, StoredProperty> {
  if (name === folderClass({ role: 'user', itemClass })) return extended;
  return { ...extended, [CONTAINER_CLASS]: { type: 'String', value: name ?? '' } };
}
