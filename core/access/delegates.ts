/**
 * Users whom the owner of a mailbox lets act for them: what they may do stands with the folders (the ACL), that they are
 * delegates stands in a setting of the owner.
 */
import type { Folder, FolderRole, MailboxRef } from '../mail/types.ts';
import { EVERYBODY, FOLDER_RIGHTS, type FolderRight, type Grant } from '../ports/acl.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { MailStore } from '../ports/mail.ts';
import { SHARE_LEVELS } from './folder-access.ts';

/** Setting of a user: their delegates, and who gets their invitations. */
const DELEGATES_SETTING = 'delegates';

export const DELEGATE_FOLDERS = [
  'calendar',
  'tasks',
  'inbox',
  'contacts',
  'notes',
] as const satisfies FolderRole[];
export type DelegateFolder = (typeof DELEGATE_FOLDERS)[number];

/** none: nothing beyond what everybody may. custom: rights that none of the others stands for; it cannot be given. */
export type DelegateLevel = 'none' | 'reviewer' | 'editor' | 'custom';

/**
 * Who gets the owner's invitations: both; both, and the owner is to see theirs as information; the owner alone. That
 * delegates alone get them is not offered: what comes for somebody is delivered to them.
 */
const DELIVER_TO = ['both', 'inform', 'owner'] as const;
export type DeliverTo = (typeof DELIVER_TO)[number];

export interface Delegate {
  userId: string;
  /** Gets copies of the owner's invitations, and may answer them, unless these go to the owner alone. */
  copies: boolean;
  /** Sees what is private to the owner, and may change it where other items may be changed (MS-OXWSDLGM 2.2.4.5). */
  privateItems: boolean;
}

export interface Delegates {
  deliver: DeliverTo;
  list: Delegate[];
}

type Services = { directory: DirectoryStore; mail: MailStore };

const MAX_DELEGATES = 100;
const EDITS: readonly FolderRight[] = SHARE_LEVELS.edit;
const READS: readonly FolderRight[] = SHARE_LEVELS.read;

function readSetting(value: unknown): Delegates {
  const { deliver, list } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  return {
    deliver: DELIVER_TO.find((one) => one === deliver) ?? 'both',
    list: (Array.isArray(list) ? list : [])
      .filter((one): one is Delegate => typeof one?.userId === 'string')
      .map(({ userId, copies, privateItems }) => ({
        ...{ userId, copies: copies === true, privateItems: privateItems === true },
      }))
      .slice(0, MAX_DELEGATES),
  };
}

/** The delegates of a mailbox: those that its owner has named, and those who may answer its invitations. */
export async function delegatesOf({ directory, mail }: Services, ref: MailboxRef): Promise<Delegates> {
  const [value, grants] = await Promise.all([
    directory.getUserSetting(ref.tenantId, ref.mailboxId, DELEGATES_SETTING),
    mail.mailbox(ref).grants(),
  ]);
  const { deliver, list } = readSetting(value);
  const answering = new Set(
    grants.flatMap(({ granteeId, rights }) =>
      granteeId !== EVERYBODY && granteeId !== ref.mailboxId && rights.includes('meetings')
        ? [granteeId]
        : [],
    ),
  );
  const named = list.map(({ userId, copies, privateItems }) => ({
    ...{ userId, privateItems },
    // What the ACL says counts, unless nobody gets copies now.
    copies: deliver === 'owner' ? copies : answering.has(userId),
  }));
  const others = [...answering].filter((userId) => !list.some((one) => one.userId === userId));
  return {
    deliver,
    list: [...named, ...others.map((userId) => ({ userId, copies: true, privateItems: false }))],
  };
}

/** Whether a user, who may look into a mailbox, sees there what is private to its owner. */
export async function seesPrivateItems(
  { directory }: Pick<Services, 'directory'>,
  ref: MailboxRef,
  userId: string,
): Promise<boolean> {
  if (userId === ref.mailboxId) return true;
  const { list } = readSetting(
    await directory.getUserSetting(ref.tenantId, ref.mailboxId, DELEGATES_SETTING),
  );
  return list.some((one) => one.userId === userId && one.privateItems);
}

/** What a delegate may do with the folders of a mailbox. */
export async function delegateLevels(
  { mail }: Pick<Services, 'mail'>,
  ref: MailboxRef,
  userId: string,
): Promise<Record<DelegateFolder, DelegateLevel>> {
  const mailbox = mail.mailbox(ref);
  const [folders, grants] = await Promise.all([mailbox.folders(), mailbox.grants()]);
  const level = (role: DelegateFolder) => {
    const folder = folders.find((one) => one.role === role);
    const rights = folder === undefined ? [] : (nearest(grants, userId, folder.folderId)?.rights ?? []);
    return levelOf(rights);
  };
  return {
    calendar: level('calendar'),
    tasks: level('tasks'),
    inbox: level('inbox'),
    contacts: level('contacts'),
    notes: level('notes'),
  };
}

function nearest(grants: readonly Grant[], userId: string, folderId: string): Grant | undefined {
  const own = grants.filter(({ granteeId }) => granteeId === userId);
  return own.find((one) => one.folderId === folderId) ?? own.find((one) => one.folderId === '');
}

/** The word for rights; that one gets invitations is no part of it. */
function levelOf(rights: readonly FolderRight[]): DelegateLevel {
  const said: readonly FolderRight[] = withoutMeetings(rights);
  const is = (level: readonly FolderRight[]) =>
    said.length === level.length && level.every((right) => said.includes(right));
  if (is(EDITS)) return 'editor';
  if (is(READS)) return 'reviewer';
  return said.every((right) => right === 'none' || right === 'freebusy') ? 'none' : 'custom';
}

export interface DelegateChange {
  userId: string;
  /** Levels of folders; those left out stay as they are. */
  levels: Partial<Record<DelegateFolder, Exclude<DelegateLevel, 'custom'>>>;
  copies: boolean;
  privateItems: boolean;
}

/** Makes a user a delegate, or changes what they may do. Who acts for somebody may write in their name, too. */
export async function putDelegate(
  services: Services,
  ref: MailboxRef,
  { userId, levels, copies, privateItems }: DelegateChange,
): Promise<void> {
  const { directory, mail } = services;
  const mailbox = mail.mailbox(ref);
  const before = await delegatesOf(services, ref);
  const isKnown = before.list.some((one) => one.userId === userId);
  const list = isKnown
    ? before.list.map((one) => (one.userId === userId ? { userId, copies, privateItems } : one))
    : [...before.list, { userId, copies, privateItems }];
  await directory.putUserSetting(ref.tenantId, ref.mailboxId, DELEGATES_SETTING, { ...before, list });
  const [folders, grants] = await Promise.all([mailbox.folders(), mailbox.grants()]);
  for (const role of DELEGATE_FOLDERS) {
    const folder = folders.find((one) => one.role === role);
    const level = levels[role];
    const isCalendar = role === 'calendar';
    if (folder === undefined || (level === undefined && !isCalendar)) continue;
    const present = nearest(grants, userId, folder.folderId)?.rights ?? [];
    const rights = level === undefined ? withoutMeetings(present) : rightsOf(level, grants, userId);
    const all = isCalendar && copies && before.deliver !== 'owner' ? withMeetings(rights) : rights;
    if (!isSame(all, present))
      await mailbox.putGrant({ folderId: folder.folderId, granteeId: userId, rights: all });
  }
  if ((await directory.sendGrant(ref.tenantId, ref.mailboxId, userId)) === null)
    await directory.putSendGrant({
      ...{ tenantId: ref.tenantId, ownerId: ref.mailboxId, granteeId: userId },
      kind: 'behalf',
    });
}

/** Somebody who is not there any more is no delegate. Rights and grants go another way. */
export async function forgetDelegate(
  directory: Pick<DirectoryStore, 'getUserSetting' | 'putUserSetting'>,
  { tenantId, mailboxId }: Pick<MailboxRef, 'tenantId' | 'mailboxId'>,
  userId: string,
): Promise<void> {
  const value = await directory.getUserSetting(tenantId, mailboxId, DELEGATES_SETTING);
  if (value === null) return;
  const { deliver, list } = readSetting(value);
  const others = list.filter((one) => one.userId !== userId);
  if (others.length === list.length) return;
  await directory.putUserSetting(tenantId, mailboxId, DELEGATES_SETTING, { deliver, list: others });
}

/** Takes everything away that made a user a delegate. What the owner let them send as their own is another matter. */
export async function dropDelegate(services: Services, ref: MailboxRef, userId: string): Promise<void> {
  const { directory, mail } = services;
  const mailbox = mail.mailbox(ref);
  const before = await delegatesOf(services, ref);
  const list = before.list.filter((one) => one.userId !== userId);
  await directory.putUserSetting(ref.tenantId, ref.mailboxId, DELEGATES_SETTING, { ...before, list });
  const [folders, grants] = await Promise.all([mailbox.folders(), mailbox.grants()]);
  for (const { folderId, granteeId, rights } of grants) {
    if (granteeId !== userId) continue;
    const isUsual = folders.some((one) => one.folderId === folderId && isDelegateFolder(one));
    if (isUsual) await mailbox.putGrant({ folderId, granteeId, rights: [] });
    else if (rights.includes('meetings'))
      await mailbox.putGrant({ folderId, granteeId, rights: withoutMeetings(rights) });
  }
  if ((await directory.sendGrant(ref.tenantId, ref.mailboxId, userId)) === 'behalf')
    await directory.removeSendGrant(ref.tenantId, ref.mailboxId, userId);
}

/** Who gets the invitations of a mailbox from now on. */
export async function putDeliverTo(services: Services, ref: MailboxRef, deliver: DeliverTo): Promise<void> {
  const { directory, mail } = services;
  const before = await delegatesOf(services, ref);
  await directory.putUserSetting(ref.tenantId, ref.mailboxId, DELEGATES_SETTING, { ...before, deliver });
  const mailbox = mail.mailbox(ref);
  const [calendar, grants] = await Promise.all([mailbox.folderByRole('calendar'), mailbox.grants()]);
  if (calendar === null) return;
  for (const { userId, copies } of before.list) {
    const present = nearest(grants, userId, calendar.folderId)?.rights ?? [];
    const rights = deliver !== 'owner' && copies ? withMeetings(present) : withoutMeetings(present);
    if (!isSame(rights, present))
      await mailbox.putGrant({ folderId: calendar.folderId, granteeId: userId, rights });
  }
}

function isDelegateFolder({ role }: Folder): boolean {
  return DELEGATE_FOLDERS.some((one) => one === role);
}

function rightsOf(
  level: Exclude<DelegateLevel, 'custom'>,
  grants: readonly Grant[],
  userId: string,
): FolderRight[] {
  if (level === 'editor') return [...EDITS];
  if (level === 'reviewer') return [...READS];
  // An empty list takes the folder's own grant away; where the mailbox gives something, nothing must be said.
  const general = grants.some((one) => one.folderId === '' && one.granteeId === userId);
  return general ? ['none'] : [];
}

function withMeetings(rights: readonly FolderRight[]): FolderRight[] {
  if (!rights.includes('write')) return [...rights];
  return FOLDER_RIGHTS.filter((right) => right === 'meetings' || rights.includes(right));
}

function withoutMeetings(rights: readonly FolderRight[]): FolderRight[] {
  return rights.filter((right) => right !== 'meetings');
}

function isSame(a: readonly FolderRight[], b: readonly FolderRight[]): boolean {
  return a.length === b.length && a.every((right) => b.includes(right));
}
