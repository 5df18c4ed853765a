import type { EasContext } from '../context.ts';
import { folderReply } from '../folders/reply.ts';
import { readFolderRequest } from '../folders/request.ts';
import type { Reply } from '../http/reply.ts';
import { STATUS } from '../status.ts';

/** FolderUpdate (MS-ASCMD 2.2.1.6): another name, another place, or both. */
export async function folderUpdate(context: EasContext): Promise<Reply> {
  const request = readFolderRequest(context.body, 'FolderUpdate', ['serverId', 'parentId', 'displayName']);
  if (request === null) return folderReply('FolderUpdate', { status: STATUS.folderChange.malformed });
  const { syncKey, serverId, parentId, displayName } = request;
  const command = { kind: 'update' as const, serverId, parentId, displayName };
  return folderReply('FolderUpdate', await context.device.changeFolder(syncKey, command));
}
