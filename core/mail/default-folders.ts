import type { FolderRole, ItemClass } from './types.ts';

export interface DefaultFolder {
  role: Exclude<FolderRole, 'user'>;
  displayName: string;
  itemClass: ItemClass;
  /** FolderHierarchy:Type (MS-ASCMD 2.2.3.186.3). Junk and Archive have no type of their own. */
  easType: number;
}

/** The folders that every mailbox has from its first moment. */
export const DEFAULT_FOLDERS: readonly DefaultFolder[] = [
  { role: 'inbox', displayName: 'Inbox', itemClass: 'Email', easType: 2 },
  { role: 'drafts', displayName: 'Drafts', itemClass: 'Email', easType: 3 },
  { role: 'deleted', displayName: 'Deleted Items', itemClass: 'Email', easType: 4 },
  { role: 'sent', displayName: 'Sent Items', itemClass: 'Email', easType: 5 },
  { role: 'outbox', displayName: 'Outbox', itemClass: 'Email', easType: 6 },
  { role: 'tasks', displayName: 'Tasks', itemClass: 'Tasks', easType: 7 },
  { role: 'calendar', displayName: 'Calendar', itemClass: 'Calendar', easType: 8 },
  { role: 'contacts', displayName: 'Contacts', itemClass: 'Contacts', easType: 9 },
  { role: 'notes', displayName: 'Notes', itemClass: 'Notes', easType: 10 },
  { role: 'junk', displayName: 'Junk Email', itemClass: 'Email', easType: 12 },
  { role: 'archive', displayName: 'Archive', itemClass: 'Email', easType: 12 },
  { role: 'recipientCache', displayName: 'RecipientInfo', itemClass: 'Contacts', easType: 19 },
];

const USER_TYPES: Record<ItemClass, number> = { Email: 12, Calendar: 13, Contacts: 14, Tasks: 15, Notes: 17 };

/** FolderHierarchy:Type of a folder (MS-ASCMD 2.2.3.186.3). */
export function easFolderType(role: FolderRole, itemClass: ItemClass): number {
  return DEFAULT_FOLDERS.find((f) => f.role === role)?.easType ?? USER_TYPES[itemClass];
}
