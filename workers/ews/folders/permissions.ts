import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../codecs/soap/read.ts';
import type { Folder } from '../../../core/mail/types.ts';
import { EVERYBODY, FOLDER_RIGHTS, type FolderRight } from '../../../core/ports/acl.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import type { Box } from '../mailboxes.ts';

const SEES: readonly FolderRight[] = ['freebusy', 'detail'];
const READS: readonly FolderRight[] = [...SEES, 'read'];
const EDITS: readonly FolderRight[] = [...READS, 'write', 'delete'];

/**
 * Rights of each level (MS-OXWSFOLD 2.2.5.4). There is no right to one's own items alone: authors may read, and whoever
 * may only put things in sees nothing, so that nobody gets more than was meant.
 */
const LEVELS: Readonly<Record<string, readonly FolderRight[]>> = {
  None: ['none'],
  Owner: [...EDITS, 'folder'],
  PublishingEditor: EDITS,
  Editor: EDITS,
  PublishingAuthor: READS,
  Author: READS,
  NoneditingAuthor: READS,
  Reviewer: READS,
  Contributor: ['freebusy'],
  FreeBusyTimeOnly: ['freebusy'],
  FreeBusyTimeAndSubjectAndLocation: SEES,
};

const MAX_ENTRIES = 200;

/**
 * Puts a PermissionSet in the place of what the folder had. Who is left out loses what the folder gave them, and what the
 * whole mailbox gives them too.
 * @throws EwsError ErrorInvalidUserInfo, ErrorCannotSetCalendarPermissionOnNonCalendarFolder and its opposite; SchemaError
 */
export async function writePermissions(
  context: EwsContext,
  box: Box,
  folder: Folder,
  set: XmlElement,
): Promise<void> {
  const calendar = folder.itemClass === 'Calendar';
  const list = child(set, calendar ? 'CalendarPermissions' : 'Permissions');
  if (list === null) {
    if (child(set, calendar ? 'Permissions' : 'CalendarPermissions') === null) {
      throw new SchemaError('PermissionSet holds no permissions.');
    }
    const code = calendar
      ? 'ErrorCannotSetNonCalendarPermissionOnCalendarFolder'
      : 'ErrorCannotSetCalendarPermissionOnNonCalendarFolder';
    throw new EwsError(code, 'The permissions are those of another kind of folder.');
  }
  if (list.children.length > MAX_ENTRIES) throw new SchemaError('PermissionSet holds too many permissions.');
  const wanted = new Map<string, FolderRight[]>();
  for (const permission of list.children) {
    const granteeId = await granteeOf(context, box, child(permission, 'UserId'));
    if (granteeId !== null) wanted.set(granteeId, rightsOf(permission, calendar));
  }
  const { folderId } = folder;
  const before = await box.store.grants();
  for (const grant of before) {
    const here = grant.folderId === folderId || grant.folderId === '';
    // An empty list takes the folder's own grant away; where the mailbox gives something, nothing must be said.
    if (!here || wanted.has(grant.granteeId)) continue;
    const general = before.some((one) => one.folderId === '' && one.granteeId === grant.granteeId);
    await box.store.putGrant({ folderId, granteeId: grant.granteeId, rights: general ? ['none'] : [] });
  }
  for (const [granteeId, rights] of wanted) {
    // No level says whether one gets the owner's invitations: who did, and may still write, does.
    const had = before.some(
      (one) => one.granteeId === granteeId && one.folderId === folderId && one.rights.includes('meetings'),
    );
    const keeps = had && rights.includes('write');
    await box.store.putGrant({ folderId, granteeId, rights: keeps ? [...rights, 'meetings'] : rights });
  }
}

/** What the folder itself gives to anybody is taken back. */
export async function clearPermissions(box: Box, folderId: string): Promise<void> {
  for (const grant of await box.store.grants()) {
    if (grant.folderId === folderId) await box.store.putGrant({ ...grant, rights: [] });
  }
}

/** null for whom nothing can be granted: strangers, and the owner, who has everything. */
async function granteeOf(context: EwsContext, box: Box, user: XmlElement | null): Promise<string | null> {
  const known = textOf(user, 'DistinguishedUser');
  if (known !== null) return known === 'Default' ? EVERYBODY : null;
  const address = textOf(user, 'PrimarySmtpAddress');
  const invalid = () => new EwsError('ErrorInvalidUserInfo', 'The user of a permission is not known.');
  if (address === null || address === '') throw invalid();
  const other = await context.open({ address }).catch((error: unknown) => {
    throw error instanceof EwsError ? invalid() : error;
  });
  return other.ref.mailboxId === box.ref.mailboxId ? null : other.user.userId;
}

function rightsOf(permission: XmlElement, calendar: boolean): FolderRight[] {
  const level = textOf(permission, calendar ? 'CalendarPermissionLevel' : 'PermissionLevel') ?? 'None';
  const rights = level === 'Custom' ? customRights(permission) : LEVELS[level];
  if (rights === undefined) throw new SchemaError(`${level.slice(0, 40)} is no level of permissions.`);
  return FOLDER_RIGHTS.filter((right) => rights.includes(right));
}

function customRights(permission: XmlElement): readonly FolderRight[] {
  const is = (name: string) => ['true', '1'].includes(textOf(permission, name) ?? '');
  const rights = new Set<FolderRight>();
  const read = textOf(permission, 'ReadItems');
  if (read !== null && read !== 'None') rights.add('freebusy');
  if (read === 'FullDetails' || read === 'TimeAndSubjectAndLocation') rights.add('detail');
  if (read === 'FullDetails') rights.add('read');
  if (textOf(permission, 'EditItems') === 'All') rights.add('write');
  if (textOf(permission, 'DeleteItems') === 'All') rights.add('delete');
  if (is('IsFolderOwner')) rights.add('folder');
  return rights.size === 0 ? ['none'] : [...rights];
}
