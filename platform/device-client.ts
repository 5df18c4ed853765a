import type { MailboxRef } from '../core/mail/types.ts';
import type {
  CollectionAge,
  DevicePort,
  EstimateReply,
  EstimateRequest,
  FolderChange,
  FolderSyncReply,
  SyncAnswer,
  SyncCall,
} from '../core/ports/device.ts';
import type { FolderCommand } from '../core/sync/folder-command.ts';
import type { MoveRequest, MoveStatus } from '../core/sync/move-items.ts';
import { openWait } from './device-wait.ts';
import type { ChangeNotice } from './services.ts';

/** Who calls a device's object: the Worker has authenticated it; the object only serves its one mailbox. */
export interface DeviceCall {
  ref: MailboxRef;
  deviceId: string;
  correlationId: string;
}

/** The RPC face of the DeviceSession class. */
export interface DeviceSessionRpc {
  folderSync(call: DeviceCall, syncKey: string, recipientCache: boolean): Promise<FolderSyncReply>;
  changeFolder(call: DeviceCall, syncKey: string, command: FolderCommand): Promise<FolderChange>;
  moveItems(call: DeviceCall, requests: MoveRequest[]): Promise<MoveStatus[]>;
  sync(call: DeviceCall, request: SyncCall): Promise<SyncAnswer>;
  supported(collectionId: string): Promise<string[] | null>;
  estimate(call: DeviceCall, requests: EstimateRequest[]): Promise<EstimateReply[]>;
  collections(): Promise<CollectionAge[]>;
  wake(call: DeviceCall, changes: ChangeNotice[]): Promise<void>;
  revoke(): Promise<void>;
  forget(): Promise<void>;
  erase(): Promise<void>;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** Name of the object of one device: its whole identity, so that devices of two users can never share one. */
export function deviceObjectName(ref: MailboxRef, deviceId: string): string {
  return `${ref.tenantId}/${ref.mailboxId}/${deviceId}`;
}

/**
 * The port of one device over its object. A call that failed because the object moved or restarted is made once
 * more with a new stub; every call is safe to repeat. An overloaded object is left alone.
 */
export function createDeviceClient(stub: () => DeviceSessionRpc, call: DeviceCall): DevicePort {
  const ask = async <T>(act: (rpc: DeviceSessionRpc) => Promise<T>): Promise<T> => {
    try {
      return await act(stub());
    } catch (error) {
      const fault = error as { retryable?: boolean; overloaded?: boolean };
      if (fault.retryable !== true || fault.overloaded === true) throw error;
      return act(stub());
    }
  };
  return {
    folderSync: (syncKey, recipientCache) => ask((rpc) => rpc.folderSync(call, syncKey, recipientCache)),
    changeFolder: (syncKey, command) => ask((rpc) => rpc.changeFolder(call, syncKey, command)),
    moveItems: (requests) => ask((rpc) => rpc.moveItems(call, requests)),
    sync: (request) => ask((rpc) => rpc.sync(call, request)),
    supported: (collectionId) => ask((rpc) => rpc.supported(collectionId)),
    watch: async (folders) => {
      const start = await openWait(ask, call, { watch: folders });
      // Of its folders a Sync is told by its next round: no status of Ping comes here.
      return start.kind === 'status' ? { kind: 'changed', folders: folders.map((f) => f.id) } : start;
    },
    estimate: (requests) => ask((rpc) => rpc.estimate(call, requests)),
    ping: (request) => openWait(ask, call, request),
    collections: () => ask((rpc) => rpc.collections()),
  };
}
