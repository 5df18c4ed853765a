import type { FolderChangeReply } from '../sync/folder-change.ts';
import type { FolderCommand } from '../sync/folder-command.ts';
import type { FolderView } from '../sync/folder-sync.ts';
import type { MoveRequest, MoveStatus } from '../sync/move-items.ts';
import type { SyncReply, SyncRequest } from '../sync/request.ts';
import type { Sender } from './outbound.ts';

export interface FolderSyncReply {
  /** 1 success, 9 invalid SyncKey (MS-ASCMD 2.2.3.177.4). */
  status: 1 | 9;
  syncKey: string;
  added: FolderView[];
  updated: FolderView[];
  deleted: string[];
}

/** `syncKey` and `serverId` are '' unless the status is 1. */
export type FolderChange = Omit<FolderChangeReply, 'gone'>;

export interface EstimateRequest {
  collectionId: string;
  syncKey: string;
  /** 0 for no limit, which is also what leaving it out means here (MS-ASCMD 2.2.3.68.1). */
  filterType: number;
  /** Of a folder of mail: whether messages are meant, and the FilterType of text messages, null for none. */
  kinds?: { mail: boolean; sms: number | null };
  /** Whole conversations (MS-ASCMD 2.2.3.37.1); undefined when the request does not say. */
  conversationMode: boolean | undefined;
  /** MS-ASCMD 2.2.3.104.1; null when the request does not say. */
  maxItems: number | null;
}

export interface EstimateReply {
  collectionId: string;
  /**
   * 1 success, 2 no such collection, 3 not yet synchronised, 4 invalid SyncKey, 103 options that contradict the folder
   * (MS-ASCMD 2.2.3.177.6).
   */
  status: 1 | 2 | 3 | 4 | 103;
  estimate: number;
  /** Status of the whole request, which this collection makes fail. */
  all?: 4 | 110;
}

export interface PingRequest {
  /** Folders to watch; undefined means those of the last Ping. */
  folders: { id: string; class: string }[] | undefined;
  /** Seconds; undefined means that of the last Ping. */
  heartbeat: number | undefined;
}

/** How a wait ended. hierarchy: a watched folder is gone. revoked: what the device may do has changed and is to be looked at again (I21). */
export type WaitEnd =
  | { kind: 'changed'; folders: string[] }
  | { kind: 'hierarchy' }
  | { kind: 'superseded' }
  | { kind: 'revoked' }
  | { kind: 'timeout' };

/** One Sync request (MS-ASCMD 2.2.1.21). */
export interface SyncCall {
  /** null: an empty request, which means the last one again (MS-ASCMD 2.2.1.21.1). */
  collections: SyncRequest[] | null;
  /** Collections that are not named are as in the last request (MS-ASCMD 2.2.3.131). */
  partial: boolean;
  /** Seconds for which the answer may wait for a change, 0 for none; null: as in the last request. */
  waitSeconds: number | null;
  /** Most changes of all collections together (MS-ASCMD 2.2.3.199); null: no such limit, or as in the last request. */
  windowSize: number | null;
  /** In whose name drafts are sent. */
  sender: Sender;
  /** The items that it changes were looked at often enough: what somebody else changed since then fails by itself. */
  settle?: true;
}

export type SyncAnswer =
  /** 4: the request contradicts the folder it names. 13: there is no last request. */
  | { kind: 'status'; status: 4 | 13 }
  /** Nothing was done: somebody changed an item since the Worker looked at it, which looks again. */
  | { kind: 'stale' }
  | { kind: 'replies'; replies: SyncReply[]; waitSeconds: number };

export type PingStart =
  /** 3: nothing is remembered of an earlier Ping and the request leaves something out. 7: a folder is gone. */
  | { kind: 'status'; status: 3 | 7 }
  | { kind: 'changed'; folders: string[] }
  | {
      kind: 'waiting';
      /** Seconds the device asked for, now or the last time. */
      heartbeat: number;
      /** Resolves when a watched folder changes, a newer Ping of the device begins, or after `seconds`. */
      wait(seconds: number): Promise<WaitEnd>;
    };

/** A folder whose changes a Sync waits for. */
export interface WatchedFolder {
  id: string;
  /** The key at which there was nothing new: should the device's state have moved on since, that is a change. */
  key?: string;
}

/** A wait for changes of folders, as a Sync has it. */
type WatchStart = Exclude<PingStart, { kind: 'status' }>;

export interface CollectionAge {
  collectionId: string;
  /** The newest key that was given out. */
  syncKey: string;
  /** Milliseconds since the epoch of its last change; null where that was not noted. */
  changedAt: number | null;
}

/** The object that keeps one device's state and serialises its requests (durable-objects/device-session). */
export interface DevicePort {
  /** @param recipientCache show the recipient information cache, which versions before 14.0 do not know */
  folderSync(syncKey: string, recipientCache: boolean): Promise<FolderSyncReply>;
  /** Carries out FolderCreate, FolderDelete or FolderUpdate at a key. */
  changeFolder(syncKey: string, command: FolderCommand): Promise<FolderChange>;
  /** Status of each Move, in their order. */
  moveItems(requests: MoveRequest[]): Promise<MoveStatus[]>;
  sync(call: SyncCall): Promise<SyncAnswer>;
  /** Tags of the fields that the device manages itself in a folder (MS-ASCMD 2.2.3.179); null when it did not say. */
  supported(collectionId: string): Promise<string[] | null>;
  /** Waits for changes that a next Sync would tell. A folder that is gone is a change. */
  watch(folders: WatchedFolder[]): Promise<WatchStart>;
  estimate(requests: EstimateRequest[]): Promise<EstimateReply[]>;
  ping(request: PingRequest): Promise<PingStart>;
  /** How far the device has come in its folders. */
  collections(): Promise<CollectionAge[]>;
}
