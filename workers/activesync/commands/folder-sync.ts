import { el, textOf } from '../../../codecs/wbxml/index.ts';
import type { FolderView } from '../../../core/sync/folder-sync.ts';
import type { EasContext } from '../context.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { atLeast } from '../http/versions.ts';
import { STATUS } from '../status.ts';

/** FolderSync (MS-ASCMD 2.2.1.5): the folder tree, and what changed in it since a key. */
export async function folderSync(context: EasContext): Promise<Reply> {
  const syncKey = textOf(context.body ?? undefined, 'FolderHierarchy:SyncKey');
  if (context.body?.tag !== 'FolderHierarchy:FolderSync' || syncKey === undefined) {
    return wbxml(el('FolderHierarchy:FolderSync', el('FolderHierarchy:Status', STATUS.folderSync.malformed)));
  }
  const reply = await context.device.folderSync(syncKey, atLeast(context.version, '14.0'));
  if (reply.status !== STATUS.folderSync.ok) {
    return wbxml(el('FolderHierarchy:FolderSync', el('FolderHierarchy:Status', reply.status)));
  }
  const count = reply.added.length + reply.updated.length + reply.deleted.length;
  const root = el(
    'FolderHierarchy:FolderSync',
    el('FolderHierarchy:Status', STATUS.folderSync.ok),
    el('FolderHierarchy:SyncKey', reply.syncKey),
    el(
      'FolderHierarchy:Changes',
      el('FolderHierarchy:Count', count),
      reply.updated.map((f) => el('FolderHierarchy:Update', ...folder(f))),
      reply.deleted.map((id) => el('FolderHierarchy:Delete', el('FolderHierarchy:ServerId', id))),
      reply.added.map((f) => el('FolderHierarchy:Add', ...folder(f))),
    ),
  );
  return { kind: 'wbxml', root, announced: syncKey === '0' };
}

function folder(view: FolderView) {
  return [
    el('FolderHierarchy:ServerId', view.serverId),
    el('FolderHierarchy:ParentId', view.parentId),
    el('FolderHierarchy:DisplayName', view.displayName),
    el('FolderHierarchy:Type', view.type),
  ];
}
