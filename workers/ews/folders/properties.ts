import type { XmlContent, XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { changeKey, encodeId } from '../ids/id.ts';
import { folderElement } from './classes.ts';
import { distinguishedName } from './distinguished.ts';
import { folderProperty } from './mapi.ts';
import { effectiveRights, permissionSet } from './rights.ts';
import type { FolderNode } from './tree.ts';
import type { FolderView } from './view.ts';

type Comparable = string | number | boolean | null;

interface FolderProperty {
  element: string;
  inDefault: boolean;
  /** The long ones must be asked for by name. */
  inAll: boolean;
  /** Exchange 2013 brought it. */
  since2013?: true;
  read(view: FolderView, context: EwsContext): XmlContent | null | Promise<XmlContent | null>;
  /** What a restriction compares; without it there is nothing to search for. */
  compare?(view: FolderView): Comparable;
}

function folderIdOf({ box, folderId, modseq }: FolderNode): XmlObject {
  return {
    '@Id': encodeId({ kind: 'folder', mailboxId: box.ref.mailboxId, folderId }),
    '@ChangeKey': changeKey(modseq),
  };
}

function parentIdOf({ box, parentId }: FolderNode): XmlObject | null {
  if (parentId === null) return null;
  return { '@Id': encodeId({ kind: 'folder', mailboxId: box.ref.mailboxId, folderId: parentId }) };
}

/** A folder that a client made without a class has none, as programs know it of Exchange. */
function classOf(view: FolderView): string | null {
  const own = folderProperty(view, { tag: 0x3613, type: 'String' })?.value ?? null;
  return typeof own === 'string' ? own : null;
}

function nameOf({ folder, folderId }: FolderNode): string | null {
  return folder === null ? folderId : distinguishedName(folder);
}

/** Properties of folders (MS-OXWSFOLD 2.2.4.4) under their field URI. */
export const FOLDER_PROPERTIES: ReadonlyMap<string, FolderProperty> = new Map<string, FolderProperty>([
  [
    'folder:FolderId',
    {
      element: 'FolderId',
      ...{ inDefault: true, inAll: true },
      read: ({ node }) => folderIdOf(node),
      compare: ({ node }) => String(folderIdOf(node)['@Id']),
    },
  ],
  [
    'folder:ParentFolderId',
    {
      element: 'ParentFolderId',
      ...{ inDefault: false, inAll: true },
      read: ({ node }) => parentIdOf(node),
      compare: ({ node }) => String(parentIdOf(node)?.['@Id'] ?? ''),
    },
  ],
  [
    'folder:DisplayName',
    {
      element: 'DisplayName',
      ...{ inDefault: true, inAll: true },
      read: ({ node }) => node.displayName,
      compare: ({ node }) => node.displayName,
    },
  ],
  [
    'folder:FolderClass',
    { element: 'FolderClass', ...{ inDefault: true, inAll: true }, read: classOf, compare: classOf },
  ],
  [
    'folder:DistinguishedFolderId',
    {
      element: 'DistinguishedFolderId',
      ...{ inDefault: true, inAll: true, since2013: true },
      read: ({ node }) => nameOf(node),
      compare: ({ node }) => nameOf(node),
    },
  ],
  [
    'folder:TotalCount',
    {
      element: 'TotalCount',
      ...{ inDefault: true, inAll: true },
      read: ({ counts }) => counts.total,
      compare: ({ counts }) => counts.total,
    },
  ],
  [
    'folder:ChildFolderCount',
    {
      element: 'ChildFolderCount',
      ...{ inDefault: true, inAll: true },
      read: ({ children }) => children,
      compare: ({ children }) => children,
    },
  ],
  [
    'folder:UnreadCount',
    {
      element: 'UnreadCount',
      ...{ inDefault: true, inAll: true },
      // The schema gives it to folders of mail, tasks and notes only.
      read: ({ node, counts }) =>
        ['Folder', 'TasksFolder'].includes(folderElement(node.folder)) ? counts.unread : null,
      compare: ({ counts }) => counts.unread,
    },
  ],
  [
    'folder:EffectiveRights',
    {
      element: 'EffectiveRights',
      ...{ inDefault: false, inAll: true },
      read: ({ node }) => effectiveRights(node),
    },
  ],
  [
    'folder:PermissionSet',
    {
      element: 'PermissionSet',
      ...{ inDefault: false, inAll: false },
      read: ({ node }, context) => permissionSet(node, context),
    },
  ],
  // Nothing here has them.
  ...[
    'ManagedFolderInformation',
    'SharingEffectiveRights',
    'SearchParameters',
    'PolicyTag',
    'ArchiveTag',
  ].map((element): [string, FolderProperty] => [
    `folder:${element}`,
    { element, inDefault: false, inAll: false, read: () => null, compare: () => null },
  ]),
]);

/** @throws EwsError ErrorInvalidPropertyRequest */
export function folderPropertyOf(uri: string): FolderProperty {
  const found = FOLDER_PROPERTIES.get(uri);
  if (found === undefined) {
    throw new EwsError('ErrorInvalidPropertyRequest', 'The property is not one of folders.', {
      FieldURI: uri,
    });
  }
  return found;
}
