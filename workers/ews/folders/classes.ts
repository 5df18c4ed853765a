import type { Folder, ItemClass } from '../../../core/mail/types.ts';

/** Elements of folders (MS-OXWSFOLD 2.2.4). */
export type FolderElement = 'Folder' | 'CalendarFolder' | 'ContactsFolder' | 'TasksFolder';

const CLASSES: Readonly<Record<ItemClass, string>> = {
  Email: 'IPF.Note',
  Calendar: 'IPF.Appointment',
  Contacts: 'IPF.Contact',
  Tasks: 'IPF.Task',
  Notes: 'IPF.StickyNote',
};
const RECIPIENT_CACHE = 'IPF.Contact.RecipientCache';

/** PidTagContainerClass of a folder of its kind. The roots hold no items of any. */
export function folderClass(folder: Pick<Folder, 'role' | 'itemClass'> | null): string {
  if (folder === null) return 'IPF';
  return folder.role === 'recipientCache' ? RECIPIENT_CACHE : CLASSES[folder.itemClass];
}

/** What a folder of a class holds. Classes that nothing here knows hold messages (MS-OXOSFLD 2.2.5). */
export function itemClassOf(folderClass: string): ItemClass {
  const name = folderClass.toLowerCase();
  const found = Object.entries(CLASSES).find(([, one]) => {
    const known = one.toLowerCase();
    return name === known || name.startsWith(`${known}.`);
  });
  return (found?.[0] as ItemClass | undefined) ?? 'Email';
}

export function folderElement(folder: Folder | null): FolderElement {
  switch (folder?.itemClass) {
    case 'Calendar':
      return 'CalendarFolder';
    case 'Contacts':
      return 'ContactsFolder';
    case 'Tasks':
      return 'TasksFolder';
    default:
      return 'Folder';
  }
}
