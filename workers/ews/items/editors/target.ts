import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { attributeOf } from '../../../../codecs/soap/read.ts';
import type { FolderRole, ItemClass } from '../../../../core/mail/types.ts';
import type { EwsContext } from '../../context.ts';
import { EwsError, SchemaError } from '../../errors.ts';
import { resolveItemFolder } from '../../folders/resolve.ts';
import type { ItemElement, SaveOrder } from '../property.ts';

/** What a request says of all its items. */
export interface CreateOptions {
  disposition: SaveOrder['disposition'] | null;
  sendMeetings: string | null;
  savedItemFolder: XmlElement | null;
}

const DISPOSITIONS = ['SaveOnly', 'SendOnly', 'SendAndSaveCopy'] as const;

/** MessageDisposition, or null. @throws SchemaError */
export function dispositionOf(request: XmlElement): SaveOrder['disposition'] | null {
  const given = attributeOf(request, 'MessageDisposition');
  if (given === null) return null;
  const found = DISPOSITIONS.find((one) => one === given);
  if (found === undefined) throw new SchemaError('MessageDisposition is none of the schema.');
  return found;
}

/** Class of the folders in which items of an element lie. */
export const CLASS_OF: Readonly<Record<ItemElement, ItemClass>> = {
  Item: 'Email',
  Message: 'Email',
  PostItem: 'Email',
  MeetingMessage: 'Email',
  MeetingRequest: 'Email',
  MeetingResponse: 'Email',
  MeetingCancellation: 'Email',
  CalendarItem: 'Calendar',
  Contact: 'Contacts',
  DistributionList: 'Contacts',
  Task: 'Tasks',
};
const DEFAULT_ROLE: Readonly<Record<ItemClass, FolderRole>> = {
  Email: 'drafts',
  Calendar: 'calendar',
  Contacts: 'contacts',
  Tasks: 'tasks',
  Notes: 'notes',
};
const WRONG_FOLDER: Readonly<Record<ItemClass, string>> = {
  Email: 'ErrorCannotCreatePostItemInNonMailFolder',
  Calendar: 'ErrorCannotCreateCalendarItemInNonCalendarFolder',
  Contacts: 'ErrorCannotCreateContactInNonContactFolder',
  Tasks: 'ErrorCannotCreateTaskInNonTaskFolder',
  Notes: 'ErrorInvalidFolderTypeForOperation',
};

/** The folder that is named, or the usual one of the class. @throws EwsError when the class does not belong there */
export async function targetFolder(
  context: EwsContext,
  named: XmlElement | null,
  element: ItemElement,
  sent: boolean,
  itemClass: ItemClass = CLASS_OF[element],
): Promise<Pick<SaveOrder, 'box' | 'folder'>> {
  if (named === null) {
    const role = sent ? 'sent' : DEFAULT_ROLE[itemClass];
    const folder = (await context.own.folders()).find((one) => one.role === role);
    if (folder === undefined) throw new EwsError('ErrorFolderNotFound', 'The mailbox has no such folder.');
    return { box: context.own, folder };
  }
  const { box, folder } = await resolveItemFolder(context, named, 'write');
  // Deleted Items takes everything, as for every client that moves things there.
  if (folder.itemClass !== itemClass && folder.role !== 'deleted') {
    throw new EwsError(WRONG_FOLDER[itemClass], 'Items of this class do not belong into this folder.');
  }
  return { box, folder };
}
