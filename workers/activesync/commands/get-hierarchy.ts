import { el } from '../../../codecs/wbxml/index.ts';
import { folderView } from '../../../core/sync/folder-sync.ts';
import type { EasContext } from '../context.ts';
import { type Reply, wbxml } from '../http/reply.ts';

/** GetHierarchy (MS-ASCMD 2.2.1.8): the mail folders without a key, for versions before 14.0. */
export async function getHierarchy(context: EasContext): Promise<Reply> {
  const folders = (await context.mailbox.folders()).filter((f) => f.itemClass === 'Email').map(folderView);
  return wbxml(
    el(
      'FolderHierarchy:Folders',
      folders.map((f) =>
        el(
          'FolderHierarchy:Folder',
          el('FolderHierarchy:DisplayName', f.displayName),
          el('FolderHierarchy:ServerId', f.serverId),
          el('FolderHierarchy:Type', f.type),
          el('FolderHierarchy:ParentId', f.parentId),
        ),
      ),
    ),
  );
}
