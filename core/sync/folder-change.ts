import { ConflictError, InvalidInputError, NotFoundError } from '../errors.ts';
import { inheritGrants } from '../folders/inherit-grants.ts';
import { folderNamed, isRecipientCache, isSpecial, type PlaceFault, placeFault } from '../mail/folders.ts';
import type { Folder } from '../mail/types.ts';
import type { MailboxStore } from '../ports/mail.ts';
import { type FolderCommand, sameCommand } from './folder-command.ts';
import {
  type FolderView,
  folderView,
  type HierarchyState,
  hierarchyKey,
  recogniseHierarchy,
  rewound,
} from './folder-sync.ts';

/** Statuses of FolderCreate, FolderDelete and FolderUpdate (MS-ASCMD 2.2.3.177.2, .3 and .5). */
const STATUS = {
  ok: 1,
  /** The name is taken; for FolderUpdate also: a special folder, or a place where it cannot go. */
  taken: 2,
  special: 3,
  noFolder: 4,
  noParent: 5,
  failed: 6,
  invalidKey: 9,
  malformed: 10,
} as const;

type FolderChangeStatus = (typeof STATUS)[keyof typeof STATUS];

export interface FolderChangeReply {
  status: FolderChangeStatus;
  /** '' unless the status is 1. */
  syncKey: string;
  /** Of the folder that was made, changed or deleted; '' unless the status is 1. */
  serverId: string;
  /** Folders that went. */
  gone: string[];
}

export interface FolderChangeContext {
  mailbox: MailboxStore;
  state: HierarchyState | null;
  /** Keeps the state durably before it returns. */
  save(state: HierarchyState): void;
  newId(): string;
  now: number;
}

/**
 * FolderCreate, FolderDelete or FolderUpdate at a key. The device knows its own change: its next FolderSync says only
 * what others did. The same command with the same key once more, because its answer was lost, gets the answer again
 * and is not carried out twice, wherever the first attempt ended.
 */
export async function changeHierarchy(
  context: FolderChangeContext,
  syncKey: string,
  command: FolderCommand,
): Promise<FolderChangeReply> {
  const { state } = context;
  const known = await recogniseHierarchy(state, syncKey);
  if (state === null || known === 'unknown') return refused(STATUS.invalidKey);
  const { change } = state;
  if (known === 'previous' && change !== undefined && sameCommand(change.command, command)) {
    const key = await hierarchyKey(state.current, state.generation);
    return { status: STATUS.ok, syncKey: key, serverId: change.serverId, gone: [] };
  }
  const base = known === 'current' ? state : rewound(state);
  const folders = await context.mailbox.folders();
  const again = base.begun !== undefined && sameCommand(base.begun.command, command) ? base.begun : null;
  if (again === null) {
    const status = judge(folders, command);
    if (status !== STATUS.ok) return refused(status);
  }
  const begun = again ?? { command, serverId: idOf(command, folders) ?? context.newId() };
  if (again === null) context.save({ ...base, begun });
  const done = await carryOut(context, folders, command, begun.serverId, again !== null);
  if (typeof done === 'number') return refused(done);
  const current = applied(base.current, done);
  const next: HierarchyState = {
    generation: base.generation + 1,
    current,
    previous: base.current,
    change: begun,
  };
  context.save(next);
  return {
    status: STATUS.ok,
    syncKey: await hierarchyKey(current, next.generation),
    serverId: begun.serverId,
    gone: done.gone,
  };
}

function refused(status: FolderChangeStatus): FolderChangeReply {
  return { status, syncKey: '', serverId: '', gone: [] };
}

function idOf(command: FolderCommand, folders: readonly Folder[]): string | undefined {
  return command.kind === 'create' ? undefined : folderNamed(folders, command.serverId)?.folderId;
}

/** What stands against a command before anything is written. */
function judge(folders: readonly Folder[], command: FolderCommand): FolderChangeStatus {
  const folder = command.kind === 'create' ? undefined : folderNamed(folders, command.serverId);
  if (command.kind !== 'create' && folder === undefined) return STATUS.noFolder;
  if (command.kind === 'delete') return folder && isSpecial(folder) ? STATUS.special : STATUS.ok;
  // R143: of the cache it is 3, of every other special folder 2.
  if (folder && isRecipientCache(folder)) return STATUS.special;
  if (folder && isSpecial(folder)) return STATUS.taken;
  return judgePlace(folders, command, folder);
}

function judgePlace(
  folders: readonly Folder[],
  command: Exclude<FolderCommand, { kind: 'delete' }>,
  folder: Folder | undefined,
): FolderChangeStatus {
  const fault = placeFault(
    folders,
    { parentId: parentOf(command), displayName: command.displayName },
    folder,
  );
  return fault === null ? STATUS.ok : PLACE_STATUS[fault];
}

const PLACE_STATUS: Readonly<Record<PlaceFault, FolderChangeStatus>> = {
  'no-parent': STATUS.noParent,
  server: STATUS.special,
  'bad-name': STATUS.malformed,
  'too-many': STATUS.failed,
  'too-deep': STATUS.malformed,
};

function parentOf({ parentId }: { parentId: string }): string | null {
  return parentId === '0' ? null : parentId;
}

interface Done {
  folder: FolderView | null;
  gone: string[];
}

async function carryOut(
  { mailbox, now }: FolderChangeContext,
  folders: readonly Folder[],
  command: FolderCommand,
  folderId: string,
  again: boolean,
): Promise<Done | FolderChangeStatus> {
  try {
    if (command.kind === 'delete') {
      return { folder: null, gone: await mailbox.deleteFolder(folderId, now) };
    }
    const { displayName } = command;
    const parentId =
      command.parentId === '0' ? null : (folderNamed(folders, command.parentId)?.folderId ?? '');
    const { folder } =
      command.kind === 'create'
        ? await mailbox.createFolder({ folderId, parentId, displayName, itemClass: command.itemClass })
        : await mailbox.updateFolder(folderId, { parentId, displayName });
    if (command.kind === 'create') await inheritGrants(mailbox, folder);
    return { folder: folderView(folder), gone: [] };
  } catch (error) {
    if (error instanceof ConflictError) return STATUS.taken;
    // A folder that cannot lie within itself, or a name that is none.
    if (error instanceof InvalidInputError)
      return command.kind === 'update' ? STATUS.taken : STATUS.malformed;
    if (!(error instanceof NotFoundError)) throw error;
    // The first attempt had deleted it before it could say so.
    if (command.kind === 'delete') return again ? { folder: null, gone: [folderId] } : STATUS.noFolder;
    if (command.kind === 'create') return STATUS.noParent;
    return folders.some((f) => f.folderId === folderId) ? STATUS.noParent : STATUS.noFolder;
  }
}

/** The tree that the device knows after its own change, and nothing else that may have happened. */
function applied(tree: readonly FolderView[], { folder, gone }: Done): FolderView[] {
  if (folder !== null) return [...tree.filter((f) => f.serverId !== folder.serverId), folder];
  const dropped = new Set(gone);
  for (let size = -1; size !== dropped.size; ) {
    size = dropped.size;
    for (const view of tree) if (dropped.has(view.parentId)) dropped.add(view.serverId);
  }
  return tree.filter((f) => !dropped.has(f.serverId));
}
