import type { Folder } from '../mail/types.ts';
import type { AclStore } from '../ports/acl.ts';

/**
 * A new folder is shared as the one above it is, so that who may make a folder there sees what they have made. That one
 * gets the owner's invitations is said of the calendar itself alone. Grants that the folder has already stay.
 */
export async function inheritGrants(
  mailbox: Pick<AclStore, 'grants' | 'putGrant'>,
  { folderId, parentId }: Pick<Folder, 'folderId' | 'parentId'>,
): Promise<void> {
  if (parentId === null) return;
  const grants = await mailbox.grants();
  const own = new Set(grants.filter((one) => one.folderId === folderId).map((one) => one.granteeId));
  for (const { folderId: of, granteeId, rights } of grants) {
    const inherited = rights.filter((right) => right !== 'meetings');
    if (of !== parentId || own.has(granteeId) || inherited.length === 0) continue;
    await mailbox.putGrant({ folderId, granteeId, rights: inherited });
  }
}
