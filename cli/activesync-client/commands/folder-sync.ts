import { child, children, el, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { ActiveSyncClient } from '../client.ts';
import { must, StatusError } from '../errors.ts';

export interface EasFolder {
  serverId: string;
  /** '0' for a folder at the root. */
  parentId: string;
  displayName: string;
  /** MS-ASCMD 2.2.3.186.3 */
  type: number;
}

export interface FolderChanges {
  syncKey: string;
  added: EasFolder[];
  updated: EasFolder[];
  deleted: string[];
}

const RULE = 'MS-ASCMD 2.2.1.5';

/** FolderSync: the folders, or what changed in them since `syncKey`. Status 9 is a StatusError. */
export async function folderSync(client: ActiveSyncClient, syncKey = '0'): Promise<FolderChanges> {
  const { document } = await client.request(
    'FolderSync',
    el('FolderHierarchy:FolderSync', el('FolderHierarchy:SyncKey', syncKey)),
  );
  const root = document ?? undefined;
  const status = Number(textOf(root, 'FolderHierarchy:Status'));
  must(status >= 1, RULE, 'FolderSync without Status');
  if (status !== 1) throw new StatusError('FolderSync', status, status === 9 ? 'invalid SyncKey' : undefined);
  const next = textOf(root, 'FolderHierarchy:SyncKey') ?? '';
  must(next !== '' && next !== '0', RULE, `FolderSync with SyncKey "${next}"`);
  const changes = child(root, 'FolderHierarchy:Changes');
  must(changes !== undefined, RULE, 'FolderSync without Changes');
  const added = children(changes, 'FolderHierarchy:Add').map(folder);
  const updated = children(changes, 'FolderHierarchy:Update').map(folder);
  const deleted = children(changes, 'FolderHierarchy:Delete').map((d) => serverIdOf(d));
  const count = textOf(changes, 'FolderHierarchy:Count');
  const total = added.length + updated.length + deleted.length;
  must(Number(count) === total, 'MS-ASCMD 2.2.3.37', `Count ${count} of ${total} changes`);
  checkNew(syncKey, next, { added, updated, deleted });
  return { syncKey: next, added, updated, deleted };
}

function checkNew(key: string, next: string, changes: Omit<FolderChanges, 'syncKey'>): void {
  const ids = [...changes.added, ...changes.updated].map((f) => f.serverId).concat(changes.deleted);
  must(new Set(ids).size === ids.length, RULE, 'a ServerId comes twice');
  if (key !== '0') {
    must(ids.length === 0 || next !== key, 'MS-ASCMD 2.2.3.181.2', 'changes, but the same SyncKey as before');
    return;
  }
  must(changes.updated.length + changes.deleted.length === 0, RULE, 'key 0 brings updates or deletes');
  const known = new Set(changes.added.map((f) => f.serverId));
  for (const f of changes.added) {
    must(f.parentId === '0' || known.has(f.parentId), RULE, `the parent of "${f.displayName}" is unknown`);
  }
  must(changes.added.filter((f) => f.type === 2).length === 1, RULE, 'there is not exactly one Inbox');
}

function folder(element: WbxmlElement): EasFolder {
  const displayName = textOf(element, 'FolderHierarchy:DisplayName') ?? '';
  const type = Number(textOf(element, 'FolderHierarchy:Type'));
  const parentId = textOf(element, 'FolderHierarchy:ParentId');
  must(displayName !== '', 'MS-ASCMD 2.2.3.49', 'a folder without DisplayName');
  must(type >= 1 && type <= 19, 'MS-ASCMD 2.2.3.186.3', `folder type ${type}`);
  must(parentId !== undefined && parentId !== '', 'MS-ASCMD 2.2.3.131', 'a folder without ParentId');
  return { serverId: serverIdOf(element), parentId, displayName, type };
}

function serverIdOf(element: WbxmlElement): string {
  const id = textOf(element, 'FolderHierarchy:ServerId') ?? '';
  must(id !== '' && id.length <= 64 && id !== '0', 'MS-ASCMD 2.2.3.166', `ServerId "${id}"`);
  return id;
}
