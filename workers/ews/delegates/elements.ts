import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../codecs/soap/read.ts';
import type { XmlContent, XmlObject } from '../../../codecs/soap/write.ts';
import {
  DELEGATE_FOLDERS,
  type Delegate,
  type DelegateChange,
  type DelegateFolder,
  type DelegateLevel,
  type DeliverTo,
  delegateLevels,
} from '../../../core/access/delegates.ts';
import type { User } from '../../../core/identity/types.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { booleanOf } from '../items/editors/values.ts';
import type { Box } from '../mailboxes.ts';

const ELEMENTS: Readonly<Record<DelegateFolder, string>> = {
  calendar: 'CalendarFolderPermissionLevel',
  tasks: 'TasksFolderPermissionLevel',
  inbox: 'InboxFolderPermissionLevel',
  contacts: 'ContactsFolderPermissionLevel',
  notes: 'NotesFolderPermissionLevel',
};
const SHOWN: Readonly<Record<DelegateLevel, string>> = {
  none: 'None',
  reviewer: 'Reviewer',
  editor: 'Editor',
  custom: 'Custom',
};
/**
 * Levels that can be given (MS-OXWSDLGM 2.2.5.1). There is no right to one's own items alone: authors may read, as in
 * permissions of folders.
 */
const GIVEN: Readonly<Record<string, Exclude<DelegateLevel, 'custom'>>> = {
  None: 'none',
  Reviewer: 'reviewer',
  Author: 'reviewer',
  Editor: 'editor',
};

const DELIVER: Readonly<Record<DeliverTo, string>> = {
  both: 'DelegatesAndMe',
  inform: 'DelegatesAndSendInformationToMe',
  owner: 'NoForward',
};

/** The mailbox whose delegates are meant: one's own. @throws EwsError ErrorAccessDenied */
export async function delegatesBox(context: EwsContext, request: XmlElement): Promise<Box> {
  const mailbox = child(request, 'Mailbox');
  const address = textOf(mailbox, 'EmailAddress') ?? '';
  if (mailbox === null) throw new SchemaError('Mailbox is required.');
  const box = address.trim() === '' ? context.own : await context.open({ address });
  if (!box.own) throw new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  return box;
}

/** The user that a UserId names. @throws EwsError ErrorInvalidDelegateUserId, ErrorInvalidUserSid, ErrorDelegateNoUser */
export async function userOf(context: EwsContext, userId: XmlElement | null): Promise<User> {
  const address = (textOf(userId, 'PrimarySmtpAddress') ?? '').trim();
  const sid = textOf(userId, 'SID');
  if (address === '' && sid !== null) {
    // MS-DTYP 2.4.2.1. Users of this server have none, so that a sound one is that of nobody.
    if (!/^S-1-\d{1,15}(?:-\d{1,10}){0,15}$/i.test(sid.trim()))
      throw new EwsError('ErrorInvalidUserSid', 'The SID is malformed.');
    throw new EwsError('ErrorDelegateNoUser', 'The delegate does not map to a user in the directory.');
  }
  if (address === '')
    throw new EwsError('ErrorInvalidDelegateUserId', 'A delegate is named by an SMTP address.');
  const other = await context.open({ address }).catch((error: unknown) => {
    if (!(error instanceof EwsError)) throw error;
    throw new EwsError('ErrorDelegateNoUser', 'The delegate does not map to a user in the directory.');
  });
  return other.user;
}

/** A delegate as an answer shows it. `permissions`: with the levels of folders. */
export async function delegateElement(
  context: EwsContext,
  box: Box,
  user: User,
  { copies, privateItems }: Delegate,
  permissions: boolean,
): Promise<XmlObject> {
  const levels = permissions ? await delegateLevels(context.services, box.ref, user.userId) : null;
  const shown: Record<string, XmlContent> = { JournalFolderPermissionLevel: 'None' };
  for (const folder of DELEGATE_FOLDERS) if (levels !== null) shown[ELEMENTS[folder]] = SHOWN[levels[folder]];
  return {
    UserId: { PrimarySmtpAddress: user.address, DisplayName: user.displayName || user.address },
    ...(levels === null ? {} : { DelegatePermissions: shown }),
    ReceiveCopiesOfMeetingMessages: copies,
    ViewPrivateItems: privateItems,
  };
}

/**
 * What a DelegateUser says.
 * @param present what the user may do now; null for one who is no delegate yet
 * @throws EwsError ErrorInvalidDelegatePermission, ErrorDelegateValidationFailed
 */
export function delegateChange(
  element: XmlElement,
  userId: string,
  present: { levels: Record<DelegateFolder, DelegateLevel>; copies: boolean; privateItems: boolean } | null,
): DelegateChange {
  const permissions = child(element, 'DelegatePermissions');
  const levels: DelegateChange['levels'] = {};
  for (const folder of DELEGATE_FOLDERS) {
    const said = textOf(permissions, ELEMENTS[folder]);
    // What is custom stays so when it is said again.
    if (said === null || (said === 'Custom' && present?.levels[folder] === 'custom')) continue;
    const level = Object.hasOwn(GIVEN, said) ? GIVEN[said] : undefined;
    if (level === undefined)
      throw new EwsError('ErrorInvalidDelegatePermission', `${said.slice(0, 40)} cannot be given.`);
    levels[folder] = level;
  }
  const journal = textOf(permissions, 'JournalFolderPermissionLevel') ?? 'None';
  if (journal !== 'None')
    throw new EwsError('ErrorInvalidDelegatePermission', 'The mailbox has no folder of that kind.');
  const view = child(element, 'ViewPrivateItems');
  const privateItems = view === null ? present?.privateItems === true : booleanOf(view);
  const receives = child(element, 'ReceiveCopiesOfMeetingMessages');
  const copies = receives === null ? present?.copies === true : booleanOf(receives);
  const calendar = levels.calendar ?? present?.levels.calendar ?? 'none';
  if (copies && calendar !== 'editor' && receives !== null)
    throw new EwsError(
      'ErrorDelegateValidationFailed',
      'Who gets copies of meeting messages must be an editor of the calendar.',
    );
  return { userId, levels, copies: copies && calendar === 'editor', privateItems };
}

export function deliverElement(deliver: DeliverTo): string {
  return DELIVER[deliver];
}

/** DeliverMeetingRequests of a request; null when it says nothing. @throws EwsError ErrorDelegateValidationFailed */
export function deliverOf(request: XmlElement): DeliverTo | null {
  const said = textOf(request, 'DeliverMeetingRequests')?.trim() ?? null;
  if (said === null) return null;
  if (said === 'DelegatesOnly')
    throw new EwsError(
      'ErrorDelegateValidationFailed',
      'Meeting requests cannot be kept from the one who is invited.',
    );
  const found = Object.entries(DELIVER).find(([, word]) => word === said)?.[0];
  if (found === undefined)
    throw new SchemaError(`${said.slice(0, 40)} is no value of DeliverMeetingRequests.`);
  return found as DeliverTo;
}
