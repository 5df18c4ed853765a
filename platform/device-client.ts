import type { MailboxRef } from '../core/mail/types.ts';
import type {
  DevicePort,
  EstimateReply,
  EstimateRequest,
  FolderSyncReply,
  PingEnd,
  PingRequest,
  PingStart,
} from '../core/ports/device.ts';
import type { SyncReply, SyncRequest } from '../core/sync/sync-collection.ts';
import { PING_HEADER, type PingAnswer, type PingFrame } from './ping-wire.ts';
import type { ChangeNotice } from './services.ts';

/** Who calls a device's object: the Worker has authenticated it; the object only serves its one mailbox. */
export interface DeviceCall {
  ref: MailboxRef;
  deviceId: string;
  correlationId: string;
}

/** The RPC face of the DeviceSession class. */
export interface DeviceSessionRpc {
  folderSync(call: DeviceCall, syncKey: string): Promise<FolderSyncReply>;
  sync(call: DeviceCall, requests: SyncRequest[]): Promise<SyncReply[]>;
  estimate(call: DeviceCall, requests: EstimateRequest[]): Promise<EstimateReply[]>;
  wake(call: DeviceCall, changes: ChangeNotice[]): Promise<void>;
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
    folderSync: (syncKey) => ask((rpc) => rpc.folderSync(call, syncKey)),
    sync: (requests) => ask((rpc) => rpc.sync(call, requests)),
    estimate: (requests) => ask((rpc) => rpc.estimate(call, requests)),
    ping: (request) => ask((rpc) => openPing(rpc, call, request)),
  };
}

async function openPing(rpc: DeviceSessionRpc, call: DeviceCall, request: PingRequest): Promise<PingStart> {
  const opening = encodeURIComponent(JSON.stringify({ ref: call.ref, deviceId: call.deviceId, request }));
  const response = await rpc.fetch('https://device/ping', {
    headers: { upgrade: 'websocket', [PING_HEADER]: opening },
  });
  const answer = JSON.parse(response.headers.get(PING_HEADER) ?? '') as PingAnswer;
  if (answer.kind !== 'waiting') return answer;
  const socket = response.webSocket;
  if (!socket) throw new Error('ping: the device object opened no socket');
  return { kind: 'waiting', heartbeat: answer.heartbeat, wait: (seconds) => waitOn(socket, seconds) };
}

/** Waits for the first frame. A socket that breaks (deploy, restart) counts as a timeout: the client comes again. */
function waitOn(socket: WebSocket, seconds: number): Promise<PingEnd> {
  return new Promise((resolve) => {
    const end = (result: PingEnd) => {
      clearTimeout(timer);
      try {
        socket.close(1000);
      } catch {
        // Closed by the other side already.
      }
      resolve(result);
    };
    const timer = setTimeout(() => end({ kind: 'timeout' }), seconds * 1000);
    socket.addEventListener('message', (event) => {
      const frame = JSON.parse(String(event.data)) as PingFrame;
      end(frame.kind === 'changed' ? { kind: 'changed', folders: frame.folders } : { kind: 'superseded' });
    });
    socket.addEventListener('close', () => end({ kind: 'timeout' }));
    socket.addEventListener('error', () => end({ kind: 'timeout' }));
    // Only now: frames that came before are delivered to the listeners above.
    socket.accept();
  });
}
