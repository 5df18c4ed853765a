import type { FolderView } from '../sync/folder-sync.ts';
import type { SyncReply, SyncRequest } from '../sync/sync-collection.ts';

export interface FolderSyncReply {
  /** 1 success, 9 invalid SyncKey (MS-ASCMD 2.2.3.177.4). */
  status: 1 | 9;
  syncKey: string;
  added: FolderView[];
  updated: FolderView[];
  deleted: string[];
}

export interface EstimateRequest {
  collectionId: string;
  syncKey: string;
  filterType: number | undefined;
}

export interface EstimateReply {
  collectionId: string;
  /** 1 success, 2 no such collection, 3 not yet synchronised, 4 invalid SyncKey (MS-ASCMD 2.2.3.177.5). */
  status: 1 | 2 | 3 | 4;
  estimate: number;
}

export interface PingRequest {
  /** Folders to watch; undefined means those of the last Ping. */
  folders: { id: string; class: string }[] | undefined;
  /** Seconds; undefined means that of the last Ping. */
  heartbeat: number | undefined;
}

/** How the wait of a Ping ended. */
export type PingEnd = { kind: 'changed'; folders: string[] } | { kind: 'superseded' } | { kind: 'timeout' };

export type PingStart =
  /** 3: nothing is remembered of an earlier Ping and the request leaves something out. 7: a folder is gone. */
  | { kind: 'status'; status: 3 | 7 }
  | { kind: 'changed'; folders: string[] }
  | {
      kind: 'waiting';
      /** Seconds the device asked for, now or the last time. */
      heartbeat: number;
      /** Resolves when a watched folder changes, a newer Ping of the device begins, or after `seconds`. */
      wait(seconds: number): Promise<PingEnd>;
    };

/** The object that keeps one device's state and serialises its requests (durable-objects/device-session). */
export interface DevicePort {
  folderSync(syncKey: string): Promise<FolderSyncReply>;
  sync(requests: SyncRequest[]): Promise<SyncReply[]>;
  estimate(requests: EstimateRequest[]): Promise<EstimateReply[]>;
  ping(request: PingRequest): Promise<PingStart>;
}
