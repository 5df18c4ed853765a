import { NotFoundError } from '../../core/errors.ts';
import { EVERYBODY, type Grant } from '../../core/ports/acl.ts';
import { readRights, writeRights } from '../rights.ts';
import { compareText } from '../text.ts';
import type { MailboxData } from './mailbox-data.ts';

type Box = MailboxData | undefined;

export function grants(box: Box): Grant[] {
  return [...(box?.acl.values() ?? [])]
    .map((grant) => structuredClone(grant))
    .sort((a, b) => compareText(a.folderId, b.folderId) || compareText(a.granteeId, b.granteeId));
}

export function grantsFor(box: Box, granteeId: string): Grant[] {
  return grants(box).filter((grant) => grant.granteeId === granteeId || grant.granteeId === EVERYBODY);
}

export function putGrant(box: Box, { folderId, granteeId, rights }: Grant): void {
  const key = JSON.stringify([folderId, granteeId]);
  if (rights.length === 0) {
    box?.acl.delete(key);
    return;
  }
  if (box === undefined || (folderId !== '' && !box.folders.has(folderId)))
    throw new NotFoundError('no such folder');
  box.acl.set(key, { folderId, granteeId, rights: readRights(writeRights(rights)) });
}

export function dropGrantee(box: Box, granteeId: string): void {
  for (const [key, grant] of box?.acl ?? []) if (grant.granteeId === granteeId) box?.acl.delete(key);
}

export function dropFolderGrants(box: MailboxData, folderIds: readonly string[]): void {
  for (const [key, { folderId }] of box.acl) if (folderIds.includes(folderId)) box.acl.delete(key);
}
