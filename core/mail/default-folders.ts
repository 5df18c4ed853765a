import type { FolderRole, ItemClass } from './types.ts';

export interface DefaultFolder {
  /** The same in every mailbox, as clients know it of Exchange: the type where there is one, and RI. */
  folderId: string;
  role: Exclude<FolderRole, 'user'>;
  displayName: string;
  itemClass: ItemClass;
  /** FolderHierarchy:Type (MS-ASCMD 2.2.3.186.3). Junk and Archive have no type of their own. */
  easType: number;
}

/** The folders that every mailbox has from its first moment. */
export const DEFAULT_FOLDERS: readonly DefaultFolder[] = [
  { folderId: '2', role: 'inbox', displayName: 'Inbox', itemClass: 'Email', easType: 2 },
  { folderId: '3', role: 'drafts', displayName: 'Drafts', itemClass: 'Email', easType: 3 },
  { folderId: '4', role: 'deleted', displayName: 'Deleted Items', itemClass: 'Email', easType: 4 },
  { folderId: '5', role: 'sent', displayName: 'Sent Items', itemClass: 'Email', easType: 5 },
  { folderId: '6', role: 'outbox', displayName: 'Outbox', itemClass: 'Email', easType: 6 },
  { folderId: '7', role: 'tasks', displayName: 'Tasks', itemClass: 'Tasks', easType: 7 },
  { folderId: '8', role: 'calendar', displayName: 'Calendar', itemClass: 'Calendar', easType: 8 },
  { folderId: '9', role: 'contacts', displayName: 'Contacts', itemClass: 'Contacts', easType: 9 },
  { folderId: '10', role: 'notes', displayName: 'Notes', itemClass: 'Notes', easType: 10 },
  { folderId: 'junk', role: 'junk', displayName: 'Junk Email', itemClass: 'Email', easType: 12 },
  { folderId: 'archive', role: 'archive', displayName: 'Archive', itemClass: 'Email', easType: 12 },
  {
    folderId: 'RI',
    role: 'recipientCache',
    displayName: 'RecipientInfo',
    itemClass: 'Contacts',
    easType: 19,
  },
];

/** What every mailbox has for this. */
export function defaultFolder(role: DefaultFolder['role']): DefaultFolder {
  const found = DEFAULT_FOLDERS.find((f) => f.role === role);
  if (found === undefined) throw new Error(`no default folder for ${role}`);
  return found;
}

const USER_TYPES: Record<ItemClass, number> = { Email: 12, Calendar: 13, Contacts: 14, Tasks: 15, Notes: 17 };

/** FolderHierarchy:Type of a folder (MS-ASCMD 2.2.3.186.3). */
export function easFolderType(role: FolderRole, itemClass: ItemClass): number {
  return DEFAULT_FOLDERS.find((f) => f.role === role)?.easType ?? USER_TYPES[itemClass];
}
