import type { Folder, FolderRole } from '../../../core/mail/types.ts';

/**
 * Folders of every mailbox that no store knows: the mailbox, what people see of it, and the place of what was removed for
 * good, out of which messages can be moved back as long as retention keeps them (core/retention).
 */
const ROOTS = ['root', 'msgfolderroot', 'recoverableitemsroot', 'recoverableitemsdeletions'] as const;
export type RootName = (typeof ROOTS)[number];

const BY_ROLE: Readonly<Record<Exclude<FolderRole, 'user'>, string>> = {
  inbox: 'inbox',
  drafts: 'drafts',
  sent: 'sentitems',
  deleted: 'deleteditems',
  junk: 'junkemail',
  archive: 'archive',
  outbox: 'outbox',
  calendar: 'calendar',
  contacts: 'contacts',
  tasks: 'tasks',
  notes: 'notes',
  recipientCache: 'recipientcache',
};

const ROLES = new Map(Object.entries(BY_ROLE).map(([role, name]) => [name, role as FolderRole]));

export function isRootName(name: string): name is RootName {
  return ROOTS.some((one) => one === name);
}

/** Whether folders can be made right below it. */
export function holdsFolders(name: RootName): boolean {
  return name === 'root' || name === 'msgfolderroot';
}

/** Role of the folder with this DistinguishedFolderId (MS-OXWSCDATA 2.2.5.10); null when no mailbox here has it. */
export function roleOf(name: string): FolderRole | null {
  return ROLES.get(name.toLowerCase()) ?? null;
}

/** DistinguishedFolderId of a folder; null for those of people, and for Archive, which the schema has no name for. */
export function distinguishedName(folder: Pick<Folder, 'role'>): string | null {
  return folder.role === 'user' || folder.role === 'archive' ? null : BY_ROLE[folder.role];
}
