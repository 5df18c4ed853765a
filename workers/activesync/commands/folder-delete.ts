import type { EasContext } from '../context.ts';
import { folderReply } from '../folders/reply.ts';
import { readFolderRequest } from '../folders/request.ts';
import type { Reply } from '../http/reply.ts';
import { STATUS } from '../status.ts';

/** FolderDelete (MS-ASCMD 2.2.1.4): the folder, those below it, and everything in them. */
export async function folderDelete(context: EasContext): Promise<Reply> {
  const request = readFolderRequest(context.body, 'FolderDelete', ['serverId']);
  if (request === null) return folderReply('FolderDelete', { status: STATUS.folderChange.malformed });
  const { syncKey, serverId } = request;
  return folderReply(
    'FolderDelete',
    await context.device.changeFolder(syncKey, { kind: 'delete', serverId }),
  );
}
