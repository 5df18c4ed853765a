import { classOfNewFolder } from '../../../core/mail/folders.ts';
import type { EasContext } from '../context.ts';
import { folderReply } from '../folders/reply.ts';
import { readFolderRequest } from '../folders/request.ts';
import type { Reply } from '../http/reply.ts';
import { STATUS } from '../status.ts';

const { folderChange: S } = STATUS;
/** Type of the recipient information cache (MS-ASCMD 2.2.3.186.3). */
const RECIPIENT_CACHE = 19;

/** FolderCreate (MS-ASCMD 2.2.1.3). */
export async function folderCreate(context: EasContext): Promise<Reply> {
  const request = readFolderRequest(context.body, 'FolderCreate', ['parentId', 'displayName', 'type']);
  if (request === null) return folderReply('FolderCreate', { status: S.malformed });
  const type = /^\d{1,3}$/.test(request.type) ? Number(request.type) : 0;
  // R81
  if (type === RECIPIENT_CACHE) return folderReply('FolderCreate', { status: S.special });
  const itemClass = classOfNewFolder(type);
  if (itemClass === null) return folderReply('FolderCreate', { status: S.malformed });
  const { syncKey, parentId, displayName } = request;
  const command = { kind: 'create' as const, parentId, displayName, itemClass };
  return folderReply('FolderCreate', await context.device.changeFolder(syncKey, command));
}
