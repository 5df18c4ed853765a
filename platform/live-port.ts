import type { CopiedItem, KnownTree, Subscription } from '../core/live/types.ts';
import type { MailboxRef } from '../core/mail/types.ts';
import type { ReminderFrame } from '../core/reminders/due.ts';
import type { ChangeNotice } from './services.ts';

/** What the hub of a mailbox tells its listeners. */
export type HubFrame =
  | { kind: 'reminders'; reminders: ReminderFrame[] }
  | { kind: 'changes'; changes: ChangeNotice[] }
  /** Another connection has taken the stream. */
  | { kind: 'superseded'; subscriptionId: string }
  /** What the user may do has changed. */
  | { kind: 'revoked' }
  /** The connection to the hub was cut, and is there again: nobody knows what happened between. */
  | { kind: 'reopened' };

/** What the Worker sends to listen, in the header `x-waypost-listen`; without it there are only reminders. */
export interface ListenOpening {
  changes: boolean;
  /** Streams that this connection takes. */
  streams: string[];
  connection: string;
}

export const LISTEN_HEADER = 'x-waypost-listen';

export interface HubListener {
  close(): void;
}

/** How far a subscription has come. */
export interface SubscriptionProgress {
  position: number;
  tree: KnownTree;
  expiresAt: number;
}

/** What became of sending to the address of a subscription. */
export type PushOutcome =
  /** `sent` false: there was nothing to send yet. */
  | { kind: 'done'; sent: boolean; progress: SubscriptionProgress }
  | { kind: 'failed'; retryAt: number }
  | { kind: 'over' };

/** Subscriptions to mailboxes, kept by the hub of the mailbox that is watched. */
export interface LivePort {
  /** False when the user has too many of this mailbox. */
  subscribe(subscription: Subscription, now: number): Promise<boolean>;
  /** Those of the user among these that have not expired. */
  subscriptions(
    ref: MailboxRef,
    userId: string,
    ids: readonly string[],
    now: number,
  ): Promise<Subscription[]>;
  /** False when it is gone, or when another connection has it (`connection` null: of no connection). */
  progress(
    ref: MailboxRef,
    userId: string,
    subscriptionId: string,
    progress: SubscriptionProgress,
    connection: string | null,
  ): Promise<boolean>;
  /** Notes that items of the mailbox are copies, which their feed does not say. */
  copied(ref: MailboxRef, items: readonly CopiedItem[], now: number): Promise<void>;
  copies(ref: MailboxRef, itemIds: readonly string[]): Promise<CopiedItem[]>;
  /** Who may see the mailbox has changed: its listeners look again whether they still may (I21). */
  revoked(ref: MailboxRef): Promise<void>;
  /** False when there was none. */
  unsubscribe(ref: MailboxRef, userId: string, subscriptionId: string): Promise<boolean>;
  /**
   * Opens a WebSocket that hibernates in the hub (DESIGN: push); resolves when the hub listens, so that what is looked at
   * afterwards misses nothing (I14). It is opened again when it is cut.
   */
  listen(
    ref: MailboxRef,
    streams: string[],
    connection: string,
    onFrame: (frame: HubFrame) => void,
  ): Promise<HubListener>;
}
