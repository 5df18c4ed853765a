import type { MailboxRef } from '../core/mail/types.ts';
import type { PingRequest, WatchedFolder } from '../core/ports/device.ts';

/** What the Worker sends to open a wait, in the header `x-waypost-ping`. */
export interface PingOpening {
  ref: MailboxRef;
  deviceId: string;
  /** Of a Sync that waits: the folders only, and nothing is remembered of it. */
  request: PingRequest | { watch: WatchedFolder[] };
}

/** What the object answers, in the same header of the 101 (or 200, when there is nothing to wait for). */
export type PingAnswer =
  | { kind: 'status'; status: 3 | 7 }
  | { kind: 'changed'; folders: string[] }
  | { kind: 'waiting'; heartbeat: number };

/** A frame to the waiting Worker. */
export type PingFrame =
  | { kind: 'changed'; folders: string[] }
  /** A watched folder is gone. */
  | { kind: 'hierarchy' }
  | { kind: 'superseded' }
  | { kind: 'revoked' };

export const PING_HEADER = 'x-waypost-ping';
