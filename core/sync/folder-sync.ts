import { easFolderType } from '../mail/default-folders.ts';
import type { Folder } from '../mail/types.ts';
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
  epoch: string;
  generation: number;
  current: FolderView[];
  /** null when N is 1: before it there was nothing. */
  previous: FolderView[] | null;
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

/** FolderSync (MS-ASCMD 2.2.1.5): key 0 says all; N says what is new; N-1 says its own step again, with what is new. */
export function syncHierarchy(
  state: HierarchyState | null,
  syncKey: string,
  now: FolderView[],
  newEpoch: () => string,
): HierarchyReply {
  if (syncKey === '0') {
    // A second 0 before the first key was used gets the same key.
    const epoch = state !== null && state.generation === 1 ? state.epoch : newEpoch();
    return step({ epoch, generation: 0, current: [], previous: null }, now, true);
  }
  if (state !== null && syncKey === syncKeyOf(state.epoch, state.generation)) return step(state, now, false);
  if (state?.previous && syncKey === syncKeyOf(state.epoch, state.generation - 1)) {
    return step(
      { ...state, generation: state.generation - 1, current: state.previous, previous: null },
      now,
      true,
    );
  }
  return { status: 9, syncKey: '0', added: [], updated: [], deleted: [], next: null };
}

function step(state: HierarchyState, now: FolderView[], always: boolean): HierarchyReply {
  const known = new Map(state.current.map((f) => [f.serverId, f]));
  const present = new Set(now.map((f) => f.serverId));
  const added = now.filter((f) => !known.has(f.serverId));
  const updated = now.filter((f) => {
    const old = known.get(f.serverId);
    return old !== undefined && JSON.stringify(old) !== JSON.stringify(f);
  });
  const deleted = state.current.filter((f) => !present.has(f.serverId)).map((f) => f.serverId);
  const moved = always || added.length + updated.length + deleted.length > 0;
  const generation = state.generation + (moved ? 1 : 0);
  const next = moved
    ? { epoch: state.epoch, generation, current: now, previous: generation === 1 ? null : state.current }
    : null;
  return { status: 1, syncKey: syncKeyOf(state.epoch, generation), added, updated, deleted, next };
}
