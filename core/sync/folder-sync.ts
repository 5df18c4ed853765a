import { easFolderType } from '../mail/default-folders.ts';
import { isRecipientCache } from '../mail/folders.ts';
import type { Folder } from '../mail/types.ts';
import type { FolderCommand } from './folder-command.ts';
import { syncKeyOf } from './state.ts';

/** A folder as a device knows it (MS-ASCMD 2.2.3.58.2). */
export interface FolderView {
  serverId: string;
  /** '0' at the root. */
  parentId: string;
  displayName: string;
  type: number;
}

/** The folder tree at the newest key N and at N-1. */
export interface HierarchyState {
  generation: number;
  current: FolderView[];
  /** null when N is 1: before it there was nothing. */
  previous: FolderView[] | null;
  /** What led from N-1 to N when it was a command of the device: said again when it is sent again (I16). */
  change?: { command: FolderCommand; serverId: string };
  /** A command that was begun at N, with the id of the folder it makes: it may have been carried out. */
  begun?: { command: FolderCommand; serverId: string };
}

export interface HierarchyReply {
  /** 1 success, 9 invalid SyncKey (MS-ASCMD 2.2.3.177.4). */
  status: 1 | 9;
  syncKey: string;
  added: FolderView[];
  updated: FolderView[];
  deleted: string[];
  /** What is to be kept; null when nothing moved. */
  next: HierarchyState | null;
}

/** How a folder appears to ActiveSync. */
export function folderView(folder: Folder): FolderView {
  return {
    serverId: folder.folderId,
    parentId: folder.parentId ?? '0',
    displayName: folder.displayName,
    type: easFolderType(folder.role, folder.itemClass),
  };
}

/**
 * The folders that a device is shown.
 *
 * @param recipientCache false before 14.0, which knows no such folder (MS-ASCMD 2.2.3.186.3)
 */
export function folderViews(folders: readonly Folder[], recipientCache: boolean): FolderView[] {
  return folders.filter((f) => recipientCache || !isRecipientCache(f)).map(folderView);
}

/**
 * The key of a tree. It is made of the tree itself: whoever presents it holds exactly this tree, in whichever life of
 * the device's state it was given out, so that no key can be taken for another.
 */
export async function hierarchyKey(tree: readonly FolderView[], generation: number): Promise<string> {
  const rows = tree.map((f) => [f.serverId, f.parentId, f.displayName, f.type]).sort(byServerId);
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(rows)));
  const hex = Array.from(new Uint8Array(hash, 0, 10), (b) => b.toString(16).padStart(2, '0'));
  return syncKeyOf(hex.join(''), generation);
}

function byServerId(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1;
}

/** What a presented key is to a state: its newest key, the one before, or nothing it knows. */
export async function recogniseHierarchy(
  state: HierarchyState | null,
  syncKey: string,
): Promise<'current' | 'previous' | 'unknown'> {
  if (state === null) return 'unknown';
  if (syncKey === (await hierarchyKey(state.current, state.generation))) return 'current';
  if (state.previous === null) return 'unknown';
  return syncKey === (await hierarchyKey(state.previous, state.generation - 1)) ? 'previous' : 'unknown';
}

/** The state as it was at N-1, whose answer never arrived. */
export function rewound(state: HierarchyState): HierarchyState {
  return { generation: state.generation - 1, current: state.previous ?? [], previous: null };
}

/** FolderSync (MS-ASCMD 2.2.1.5): key 0 says all; N says what is new; N-1 says its own step again, with what is new. */
export async function syncHierarchy(
  state: HierarchyState | null,
  syncKey: string,
  now: FolderView[],
): Promise<HierarchyReply> {
  // A second 0 gets the same key while the tree is the same.
  if (syncKey === '0') return step({ generation: 0, current: [], previous: null }, now, true);
  const known = await recogniseHierarchy(state, syncKey);
  if (state !== null && known === 'current') return step(state, now, false);
  if (state !== null && known === 'previous') return step(rewound(state), now, true);
  return { status: 9, syncKey: '0', added: [], updated: [], deleted: [], next: null };
}

async function step(state: HierarchyState, now: FolderView[], always: boolean): Promise<HierarchyReply> {
  const known = new Map(state.current.map((f) => [f.serverId, f]));
  const present = new Set(now.map((f) => f.serverId));
  const added = now.filter((f) => !known.has(f.serverId));
  const updated = now.filter((f) => {
    const old = known.get(f.serverId);
    return old !== undefined && !sameView(old, f);
  });
  const deleted = state.current.filter((f) => !present.has(f.serverId)).map((f) => f.serverId);
  const moved = always || added.length + updated.length + deleted.length > 0;
  const generation = state.generation + (moved ? 1 : 0);
  const next: HierarchyState | null = moved
    ? { generation, current: now, previous: generation === 1 ? null : state.current }
    : null;
  const syncKey = await hierarchyKey(moved ? now : state.current, generation);
  return { status: 1, syncKey, added, updated, deleted, next };
}

function sameView(a: FolderView, b: FolderView): boolean {
  return a.parentId === b.parentId && a.displayName === b.displayName && a.type === b.type;
}
