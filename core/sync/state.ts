import type { ItemClass, MessageFlag, NewMessage } from '../mail/types.ts';
import type { NewPimItem } from '../pim/types.ts';
import type { FeedCursor, SnapshotCursor } from '../ports/mail.ts';
import type { SyncOptions } from './options.ts';

/** What a reply tells the device of one item. softDelete: it left the FilterType window (MS-ASCMD 2.2.3.168). */
export interface BatchEntry {
  op: 'add' | 'change' | 'delete' | 'softDelete';
  itemId: string;
  /** Of a change: the version that the device knew, so that it hears only of what changed since. Of a Delete of its own: the one it held. */
  since?: number;
  /** Of a change that the device itself asked for: what it named is said, also when it was so before. */
  named?: Aspect[];
  /** Said alone, and asked for again and again: it is tried once more by itself, at the end (I20). */
  suspect?: true;
}

/** What a Change may tell of without telling the whole item (MS-ASEMAIL 3.2.5.4). */
export type Aspect = 'read' | 'flag' | 'categories';

/** A change that the device asks for (MS-ASCMD 2.2.1.21, Commands). */
export type ClientCommand =
  | { kind: 'change'; itemId: string; isRead?: boolean; flag?: MessageFlag | null; categories?: string[] }
  | { kind: 'delete'; itemId: string }
  | { kind: 'fetch'; itemId: string }
  /** A new draft (16.x). Its item id is made from device, key and ClientId, so that a repeat is the same draft. */
  | { kind: 'addDraft'; clientId: string; message: NewMessage; files: AddedFiles }
  /** Other content for a draft. `fingerprint` of the request tells a repeat from another change. */
  | { kind: 'saveDraft'; itemId: string; fingerprint: string; message: NewMessage; files: AddedFiles }
  /** Send: `raw` goes out once and the draft, if the server has it, goes away. null: the draft is not there. */
  | {
      kind: 'sendDraft';
      clientId: string | null;
      itemId: string | null;
      submissionId: string;
      raw: Uint8Array | null;
    }
  | ItemCommand
  /** Something this class of items does not allow, answered with `status`. */
  | {
      kind: 'refused';
      command: 'add' | 'change' | 'delete';
      id: string;
      instanceId?: string;
      status: number;
    };

/** An event, contact, task, note or text message that a device makes or changes, as its codec merged it. */
export type ItemCommand =
  /**
   * Its id is made from device, collection, key and ClientId, so that a repeat is the same item (I16). `expect`: the
   * device makes what the folder holds already, at this modseq, and what it says is put over that.
   */
  | {
      kind: 'addItem';
      clientId: string;
      item: NewPimItem;
      expect: number | null;
      announce: boolean;
      echo?: true;
    }
  /** `fingerprint` of the request tells a repeat from another change. `expect`: modseq of what it was merged with. */
  | {
      kind: 'changeItem';
      itemId: string;
      fingerprint: string;
      item: NewPimItem;
      expect: number;
      announce: boolean;
      /** The device does not know all of what came of it, and is told. */
      echo?: true;
      /** The one occurrence that is meant (MS-ASAIRS 2.2.2.25), to be named in the answer. */
      instanceId?: string;
      /** It was a Delete of that occurrence, and is answered as one. */
      isDelete?: true;
    };

/** ClientId of each attachment that a request adds to a draft, by the number of its part (MS-ASAIRS 2.2.2.14). */
export type AddedFiles = Record<number, string>;

export interface CommandResponse {
  command: 'add' | 'change' | 'delete' | 'fetch';
  /** ServerId, or ClientId of an Add. */
  id: string;
  /** The new item of an Add. */
  itemId?: string;
  files?: AddedFiles;
  /** Of a change of one occurrence. */
  instanceId?: string;
  /** Sync status of the command (MS-ASCMD 2.2.3.177.17). */
  status: number;
  /** Kept for a repeat of the command, but not said: a Change that succeeded (MS-ASCMD 2.2.3.154). */
  quiet?: true;
}

/** A command of the device that was carried out under a key. */
interface AppliedCommand {
  /** What tells a repeat of the command. */
  command: string;
  response: CommandResponse | null;
  /** What a device must hear that asks again under the old key and does not know of the command any more. */
  effect?: BatchEntry;
}

/** Entries that the shadow holds as told, and that the next steps tell before anything else. */
export interface Deferred {
  entries: BatchEntry[];
  /** How many of them were told at once in the last step. */
  window: number;
  /** Whether there was more behind them. */
  more: boolean;
}

/**
 * What the server knows of one collection on one device: the state behind the newest SyncKey N, and the step
 * that led from N-1 to N, which is said again when the device asks again with N-1 (I16, I17).
 */
export interface CollectionState {
  collectionId: string;
  /** Of the folder. Not known of a state that an earlier release wrote, until the device syncs again (I29). */
  itemClass?: ItemClass;
  /** Random for each start from SyncKey 0, so that keys of an earlier life never fit. */
  epoch: string;
  generation: number;
  /** How often a repeat of the step said something else than before: what differs never has one key. */
  variant?: number;
  /** The key N-1. */
  before?: string;
  /** Everything in the change feed up to here is known to the device or does not concern it. */
  feed: FeedCursor;
  /** Where the walk through the older items stands, newest first; 'done' when there are no more. */
  snapshot: SnapshotCursor | null | 'done';
  options: SyncOptions;
  /** The step N-1 to N. */
  batch: BatchEntry[];
  more: boolean;
  applied: AppliedCommand[];
  /** How often the step was asked for again. */
  retries?: number;
  /** What was taken out of the step because the device could not take it in one piece (I20). */
  deferred?: Deferred | null;
  /** Elements that the device manages itself; what is absent there is not touched (MS-ASCMD 2.2.3.179). null: all. */
  supported?: string[] | null;
}

/**
 * Version in the shadow of an item that the device was told has moved away: it took it out of its list at once. Should
 * the item be back before the device syncs the folder, only an Add will do, and a Delete while it is gone.
 */
export const MOVED_AWAY = -1;

export interface ShadowRow {
  itemId: string;
  /** modseq of the item as the device knows it, or MOVED_AWAY. */
  version: number;
  receivedAt: number;
}

/**
 * Per-device storage of sync state. Synchronous: it is the storage of the device's own object. `write` makes all
 * changes inside it one atomic step.
 */
export interface SyncStateRepo {
  write<T>(change: () => T): T;
  load(collectionId: string): CollectionState | null;
  save(state: CollectionState): void;
  /** Forgets state and shadow of the collection. */
  reset(collectionId: string): void;
  /** The device's shadow of the folder: versions of those of these items that it holds. */
  versions(collectionId: string, itemIds: string[]): Map<string, number>;
  put(collectionId: string, rows: ShadowRow[]): void;
  drop(collectionId: string, itemIds: string[]): void;
  /** Number of items in the shadow received at or after `since`. */
  count(collectionId: string, since: number): number;
  /** Items of the shadow received before `before`, oldest first. */
  agedOut(collectionId: string, before: number, limit: number): string[];
}

/** The SyncKey that stands for a state: opaque to the client, at most 64 characters (MS-ASCMD 2.2.3.181.4). */
export function syncKeyOf(epoch: string, generation: number): string {
  return `${epoch}-${generation}`;
}

/** The newest key of a state. */
export function keyOf({ epoch, generation, variant = 0 }: CollectionState): string {
  const key = syncKeyOf(epoch, generation);
  return variant === 0 ? key : `${key}.${variant}`;
}

/** What a presented key is to a state: its newest key, the one before, or nothing it knows. */
export function recognise(
  state: CollectionState | null,
  syncKey: string,
): 'current' | 'previous' | 'unknown' {
  if (state === null) return 'unknown';
  if (syncKey === keyOf(state)) return 'current';
  const before = state.before ?? syncKeyOf(state.epoch, state.generation - 1);
  return state.generation > 1 && syncKey === before ? 'previous' : 'unknown';
}
