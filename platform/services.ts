import type { MailboxRef } from '../core/mail/types.ts';
import type { ArchiveStore } from '../core/ports/archive.ts';
import type { AuditStore } from '../core/ports/audit.ts';
import type { BlobStore } from '../core/ports/blobs.ts';
import type { Carriers } from '../core/ports/carriers.ts';
import type { DevicePort } from '../core/ports/device.ts';
import type { DirectoryStore } from '../core/ports/directory.ts';
import type { DkimKeyStore } from '../core/ports/dkim.ts';
import type { Dns } from '../core/ports/dns.ts';
import type { ErasureStore } from '../core/ports/erasure.ts';
import type { LinkStore } from '../core/ports/links.ts';
import type { MailStore } from '../core/ports/mail.ts';
import type { MailAuth } from '../core/ports/mail-auth.ts';
import type { MoveShards, MoveStore } from '../core/ports/moves.ts';
import type { ObjectStore } from '../core/ports/objects.ts';
import type { OperationsStore } from '../core/ports/operations.ts';
import type { Composer, Outbound } from '../core/ports/outbound.ts';
import type { OutboxStore } from '../core/ports/outbox.ts';
import type { PhotoStore } from '../core/ports/photos.ts';
import type { QuarantineStore } from '../core/ports/quarantine.ts';
import type { QueuePort } from '../core/ports/queues.ts';
import type { MessageReader } from '../core/ports/reader.ts';
import type { SearchStore } from '../core/ports/search.ts';
import type { SpamFilter } from '../core/ports/spam.ts';
import type { SpamTokens } from '../core/ports/spam-tokens.ts';
import type { TenantSeal } from '../core/ports/tenant-keys.ts';
import type { TraceStore } from '../core/ports/trace.ts';
import type { ReminderFrame } from '../core/reminders/due.ts';
import type { AuditTrail } from './audit/trail.ts';
import type { ThrottlePort } from './auth/throttle.ts';
import type { Config } from './config.ts';
import type { LimitPort } from './limits/types.ts';
import type { LivePort } from './live-port.ts';
import type { Logger } from './log.ts';

/** What every edge and consumer is handed by the composition root; nothing reaches storage another way. */
export interface Services {
  config: Config;
  directory: DirectoryStore;
  dkimKeys: DkimKeyStore;
  outbox: OutboxStore;
  /** Notes of the installation about its own work. */
  operations: OperationsStore;
  mail: MailStore;
  /** Mailboxes and tenants as what is written down of them (I28). */
  archive: ArchiveStore;
  /** Reads a raw message as ingest does. */
  reader: MessageReader;
  /** The way out: what is submitted is durable before it is answered (I23). */
  outbound: Outbound;
  composer: Composer;
  /** The ways to other hosts, one for each tenant. */
  carriers: Carriers;
  /** Attachments that became links. */
  links: LinkStore;
  /** Moves of tenants between mail shards; null where there is one shard for ever (PostgreSQL). */
  moves: { store: MoveStore; shards: MoveShards } | null;
  search: SearchStore;
  audit: AuditStore;
  /** The rows of one user in all databases. */
  erasure: ErasureStore;
  /** The way of each message. */
  trace: TraceStore;
  /** What edges tell the audit log of. */
  trail: AuditTrail;
  blobs: BlobStore;
  /** The same bucket, for what is no raw message. */
  objects: ObjectStore;
  photos: PhotoStore;
  queues: QueuePort;
  dns: Dns;
  /** Checks of where a message comes from. */
  mailAuth: MailAuth;
  spam: SpamFilter;
  spamTokens: SpamTokens;
  /** Mail that is kept out of its mailbox. */
  quarantine: QuarantineStore;
  /** For secrets at rest, under keys of tenants; null when the installation has no SECRETS_KEY. */
  seal: TenantSeal | null;
  wake: WakePort;
  /** Subscriptions to what happens in mailboxes. */
  live: LivePort;
  throttle: ThrottlePort;
  /** How many requests are taken. */
  limits: LimitPort;
  /** The object of one device; `correlationId` goes into what its calls cause. */
  device(ref: MailboxRef, deviceId: string, correlationId: string): DevicePort;
  log: Logger;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Work that may go on after the answer (waitUntil). */
  defer(work: Promise<unknown>): void;
}

/** A change that waiters are told of; folder and modseq only, never content. */
export interface ChangeNotice {
  folderId: string;
  modseq: number;
  originDevice: string | null;
  /** The folder itself was made, renamed or moved, or went. */
  hierarchy?: true | undefined;
}

/** Wakes what waits for a mailbox: the hub's own listeners and the devices that hold a Ping. */
export interface WakePort {
  /** Puts a device on the hub's list of those that wait; `turn` numbers its Pings. */
  watch(tenantId: string, mailboxId: string, deviceId: string, turn: number): Promise<void>;
  /** Takes it off again, unless a later turn has begun. */
  unwatch(tenantId: string, mailboxId: string, deviceId: string, turn: number): Promise<void>;
  /** Tells the hub of the mailbox; resolves with the ids of the devices that wait and are to be woken. */
  hub(tenantId: string, mailboxId: string, changes: ChangeNotice[]): Promise<string[]>;
  /** Tells the hub's own listeners of reminders that came up. Number of listeners. */
  remind(tenantId: string, mailboxId: string, reminders: ReminderFrame[]): Promise<number>;
  device(ref: MailboxRef, deviceId: string, changes: ChangeNotice[], correlationId: string): Promise<void>;
  /** What the device was told of the mailbox is forgotten: it is told everything anew (I17). */
  forget(ref: MailboxRef, deviceId: string): Promise<void>;
  /** Nothing of what these devices' objects keep stays: they were removed, or their user is erased (I27). */
  eraseDevices(ref: MailboxRef, deviceIds: readonly string[]): Promise<void>;
  /** The owner of the mailbox is erased: nothing of what its hub keeps stays (I27). */
  eraseHub(ref: MailboxRef): Promise<void>;
  /** What a device (null: every device of the mailbox) may do has changed: its held requests look again (I21). */
  revoke(ref: MailboxRef, deviceId: string | null): Promise<void>;
}
