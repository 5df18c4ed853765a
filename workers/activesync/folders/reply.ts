import { el } from '../../../codecs/wbxml/index.ts';
import type { FolderChange } from '../../../core/ports/device.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { STATUS } from '../status.ts';

/** The answer of a command that changes the folder tree: a failed one carries nothing but its status. */
export function folderReply(
  command: 'FolderCreate' | 'FolderDelete' | 'FolderUpdate',
  change: Pick<FolderChange, 'status'> & Partial<FolderChange>,
): Reply {
  const ok = change.status === STATUS.folderChange.ok;
  return wbxml(
    el(
      `FolderHierarchy:${command}`,
      el('FolderHierarchy:Status', change.status),
      ok ? el('FolderHierarchy:SyncKey', change.syncKey) : null,
      ok && command === 'FolderCreate' ? el('FolderHierarchy:ServerId', change.serverId) : null,
    ),
  );
}
