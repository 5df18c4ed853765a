import type { XmlObject } from '../../../codecs/soap/write.ts';
import { isSpecial } from '../../../core/mail/folders.ts';
import { EVERYBODY, type FolderRight, type Grant } from '../../../core/ports/acl.ts';
import type { EwsContext } from '../context.ts';
import { holdsFolders, isRootName } from './distinguished.ts';
import type { FolderNode } from './tree.ts';

/** What the principal may do with a folder (MS-OXWSCDATA 2.2.4.28). */
export async function effectiveRights({ box, folder, folderId }: FolderNode): Promise<XmlObject> {
  // Of a root the rights over the mailbox as a whole count.
  const { rights } = await box.access(folder === null ? '' : folderId);
  const has = (right: FolderRight) => rights.has(right);
  return {
    CreateAssociated: folder !== null && has('write'),
    CreateContents: folder !== null && has('write'),
    CreateHierarchy: has('folder') && (!isRootName(folderId) || holdsFolders(folderId)),
    Delete: folder !== null && !isSpecial(folder) && has('folder'),
    Modify: has('folder'),
    Read: folder === null || has('read'),
    ViewPrivateItems: box.seesPrivate,
  };
}

const LEVELS: readonly [level: string, rights: readonly FolderRight[]][] = [
  ['Owner', ['freebusy', 'detail', 'read', 'write', 'delete', 'folder']],
  ['Editor', ['freebusy', 'detail', 'read', 'write', 'delete']],
  ['Reviewer', ['freebusy', 'detail', 'read']],
];

/**
 * The grants of a folder as permissions (MS-OXWSFOLD 2.2.4.9): those of the folder, and those of the whole mailbox where
 * the folder has none for the same one. Colleagues who were told nothing see when one is busy.
 */
export async function permissionSet(node: FolderNode, context: EwsContext): Promise<XmlObject | null> {
  const { box, folder, folderId } = node;
  if (folder === null || !(await box.access(folderId)).rights.has('folder')) return null;
  const calendar = folder.itemClass === 'Calendar';
  const grants = await box.store.grants();
  const nearest = new Map<string, Grant>();
  for (const place of ['', folderId]) {
    for (const grant of grants) if (grant.folderId === place) nearest.set(grant.granteeId, grant);
  }
  const everybody = nearest.get(EVERYBODY)?.rights ?? ['freebusy'];
  nearest.delete(EVERYBODY);
  const list = [
    permission({ DistinguishedUser: 'Default' }, everybody, calendar),
    permission({ DistinguishedUser: 'Anonymous' }, [], calendar),
  ];
  for (const { granteeId, rights } of nearest.values()) {
    const found = await context.services.directory.getUser(box.ref.tenantId, granteeId);
    if (found === null) continue;
    const { address, displayName } = found.user;
    list.push(permission({ PrimarySmtpAddress: address, DisplayName: displayName }, rights, calendar));
  }
  return calendar
    ? { CalendarPermissions: { CalendarPermission: list } }
    : { Permissions: { Permission: list } };
}

function permission(who: XmlObject, rights: readonly FolderRight[], calendar: boolean): XmlObject {
  const has = (right: FolderRight) => rights.includes(right);
  // That one gets the owner's invitations is told of delegates (GetDelegate), not of folders.
  const same = (level: readonly FolderRight[]) =>
    level.every(has) && rights.every((one) => one === 'meetings' || level.includes(one));
  const level = LEVELS.find(([, wanted]) => same(wanted))?.[0];
  const common = {
    UserId: who,
    CanCreateItems: has('write'),
    CanCreateSubFolders: has('folder'),
    IsFolderOwner: has('folder'),
    IsFolderVisible: has('read'),
    IsFolderContact: false,
    EditItems: has('write') ? 'All' : 'None',
    DeleteItems: has('delete') ? 'All' : 'None',
  };
  const read = has('read');
  const nothing = rights.every((right) => right === 'none');
  if (!calendar) {
    const blind = nothing || (!read && !has('write') && !has('delete') && !has('folder'));
    return {
      ...common,
      ReadItems: read ? 'FullDetails' : 'None',
      PermissionLevel: level ?? (blind ? 'None' : 'Custom'),
    };
  }
  const partly = has('detail') ? 'TimeAndSubjectAndLocation' : 'TimeOnly';
  const onlySeen = rights.every((right) => right === 'freebusy' || right === 'detail');
  return {
    ...common,
    ReadItems: read ? 'FullDetails' : nothing ? 'None' : partly,
    CalendarPermissionLevel: level ?? (nothing ? 'None' : onlySeen ? `FreeBusy${partly}` : 'Custom'),
  };
}
