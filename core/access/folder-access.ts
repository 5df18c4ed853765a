/** Who may do what with whose folders: asked here by every service that lets one into another's mailbox. */
import type { Principal } from '../identity/types.ts';
import type { MailboxRef } from '../mail/types.ts';
import { EVERYBODY, FOLDER_RIGHTS, type FolderRight, type Grant } from '../ports/acl.ts';
import type { MailStore } from '../ports/mail.ts';

export interface FolderAccess {
  /** It is their own mailbox. */
  own: boolean;
  rights: ReadonlySet<FolderRight>;
}

const ALL: ReadonlySet<FolderRight> = new Set(FOLDER_RIGHTS.filter((right) => right !== 'none'));
const NOTHING: FolderAccess = { own: false, rights: new Set() };
/** Colleagues who were told nothing else see when one is busy. */
const UNTOLD: readonly FolderRight[] = ['freebusy'];

/** What a principal may do with each folder of a mailbox; one read, none in one's own. */
export async function accessTo(
  { mail }: { mail: MailStore },
  principal: Principal,
  ref: MailboxRef,
): Promise<(folderId: string) => FolderAccess> {
  const { tenantId, userId } = principal.user;
  // Another tenant's mailbox is not even looked at (I22, I25).
  if (tenantId !== ref.tenantId) return () => NOTHING;
  if (userId === ref.mailboxId) return () => ({ own: true, rights: ALL });
  const grants = await mail.mailbox(ref).grantsFor(userId);
  return (folderId) => ({ own: false, rights: rightsOf(grants, userId, folderId) });
}

/** The nearest grant counts: one's own before everybody's, that of the folder before that of the mailbox. */
function rightsOf(grants: readonly Grant[], userId: string, folderId: string): ReadonlySet<FolderRight> {
  for (const granteeId of [userId, EVERYBODY]) {
    for (const place of [folderId, '']) {
      const grant = grants.find((one) => one.granteeId === granteeId && one.folderId === place);
      if (grant !== undefined) return new Set(grant.rights.includes('none') ? [] : grant.rights);
    }
  }
  return new Set(UNTOLD);
}

export async function mayRead(
  services: { mail: MailStore },
  principal: Principal,
  ref: MailboxRef,
  folderId: string,
): Promise<boolean> {
  return (await accessTo(services, principal, ref))(folderId).rights.has('read');
}

/** Adding and changing. Removing is a right of its own. */
export async function mayEdit(
  services: { mail: MailStore },
  principal: Principal,
  ref: MailboxRef,
  folderId: string,
): Promise<boolean> {
  return (await accessTo(services, principal, ref))(folderId).rights.has('write');
}

/** Users who get the invitations of a mailbox's owner, and answer them: who may edit the calendar, by a grant of their own. */
export async function meetingDelegates({ mail }: { mail: MailStore }, ref: MailboxRef): Promise<string[]> {
  const mailbox = mail.mailbox(ref);
  const grants = (await mailbox.grants()).filter(({ granteeId }) => granteeId !== EVERYBODY);
  if (!grants.some(({ rights }) => rights.includes('meetings'))) return [];
  const calendar = await mailbox.folderByRole('calendar');
  if (calendar === null) return [];
  return [...new Set(grants.map(({ granteeId }) => granteeId))].filter((granteeId) => {
    if (granteeId === ref.mailboxId) return false;
    const rights = rightsOf(
      grants.filter((one) => one.granteeId === granteeId),
      granteeId,
      calendar.folderId,
    );
    return rights.has('meetings') && rights.has('write');
  });
}

/** What an admin or an owner chooses by one word. */
export const SHARE_LEVELS = {
  none: ['none'],
  freebusy: ['freebusy'],
  detail: ['freebusy', 'detail'],
  read: ['freebusy', 'detail', 'read'],
  edit: ['freebusy', 'detail', 'read', 'write', 'delete'],
  delegate: ['freebusy', 'detail', 'read', 'write', 'delete', 'meetings'],
} as const satisfies Record<string, readonly FolderRight[]>;
export type ShareLevel = keyof typeof SHARE_LEVELS;

/** The word for rights, or null for rights that none stands for. */
export function shareLevelOf(rights: readonly FolderRight[]): ShareLevel | null {
  const text = rights.join(' ');
  const found = Object.entries(SHARE_LEVELS).find(([, list]) => list.join(' ') === text);
  return (found?.[0] as ShareLevel | undefined) ?? null;
}
