import type { TraceJob } from './trace.ts';

/** Pointer to a raw message that waits to be parsed and placed. */
export interface IngestJob {
  v: 1;
  key: string;
  tenantId: string;
  mailboxId: string;
  shard: string;
  size: number;
  sha256: string | null;
  /** An admin has released it from quarantine. */
  released?: true | undefined;
  correlationId: string;
}

/** A message whose text waits for the full-text index. */
export interface IndexJob {
  v: 1;
  tenantId: string;
  mailboxId: string;
  shard: string;
  itemId: string;
  /** It has just come in: the trace is told. */
  arrival?: true | undefined;
  correlationId: string;
}

/** A folder of a mailbox has changed up to `modseq`: wake whoever waits for it. */
export interface NotifyJob {
  v: 1;
  tenantId: string;
  mailboxId: string;
  shard: string;
  folderId: string;
  modseq: number;
  /** Device that made the change itself and must not be woken by it, or null. */
  originDevice: string | null;
  /** The folder itself was made, renamed or moved, or went. */
  hierarchy?: true | undefined;
  /** The message that has just come in, for the trace. */
  itemId?: string | undefined;
  correlationId: string;
}

/** A submission whose next attempt is due (outbox row). */
export interface OutboundJob {
  v: 1;
  tenantId: string;
  mailboxId: string;
  shard: string;
  submissionId: string;
  correlationId: string;
}

/**
 * A message has come into a mailbox from outside of it: what follows from that (rules that forward, automatic
 * replies, reports on sent mail, journaling) is still to be done.
 */
export interface ArrivedJob {
  v: 1;
  tenantId: string;
  mailboxId: string;
  shard: string;
  itemId: string;
  rawKey: string;
  correlationId: string;
}

/** One bounded step of keeping a mailbox in its limits of time and size. */
export interface RetentionJob {
  v: 1;
  tenantId: string;
  mailboxId: string;
  shard: string;
  correlationId: string;
  /** What the steps before have done; absent in the first one. */
  run?: RetentionProgress;
  /** It is no run of retention: the user is being erased. How far that is, the directory knows. */
  erase?: true;
}

export interface RetentionProgress {
  /** Where to go on: after this item of this folder, or with purging. null: at the beginning. */
  at: { folderId: string; receivedAt: number; itemId: string } | 'purge' | null;
  removed: number;
  archived: number;
  purged: number;
}

/** A mailbox has changed: what changed is to be written down in the journal of actions. */
export interface ActionsJob {
  v: 1;
  tenantId: string;
  mailboxId: string;
  shard: string;
  correlationId: string;
}

/** Attendees of a meeting are to be told what it is now, or that there is none any more. */
export interface SchedulingJob {
  v: 1;
  tenantId: string;
  mailboxId: string;
  shard: string;
  itemId: string;
  correlationId: string;
  /** The organizer wants no copy of what is said in Sent Items. */
  uncopied?: true;
  /** Only those are told who were not invited before, or are not any more. */
  onlyChanged?: true;
}

/** An attempt is due at telling an address of an event. */
export interface WebhookJob {
  v: 1;
  /** Of the webhook; null: it is of the installation. */
  tenantId: string | null;
  webhookId: string;
  eventId: string;
  correlationId: string;
}

export interface AuditJob {
  v: 1;
  eventId: string;
  at: number;
  tenantId: string | null;
  /** `user/<id>`, `admin-token`, or the part of the product that acts by itself. */
  actor: string;
  /** Where the request came from; null when there was none. Absent in events of older versions, like the two below. */
  address?: string | null;
  protocol?: string | null;
  deviceId?: string | null;
  action: string;
  resource: string;
  outcome: 'ok' | 'denied' | 'error';
  /** Facts without content of mails. */
  details: Record<string, string | number | boolean | null>;
  correlationId: string;
}

/** Longest delay of a queue message (Cloudflare Queues limits: 12 hours). */
export const MAX_QUEUE_DELAY_S = 43_200;

/** Ways into the queues. Each call resolves only when the queue has accepted everything. */
export interface QueuePort {
  ingest(jobs: IngestJob[]): Promise<void>;
  /** `delaySeconds`: for what may be found a little later, so that it does not slow down what comes in. */
  index(jobs: IndexJob[], delaySeconds?: number): Promise<void>;
  notify(jobs: NotifyJob[]): Promise<void>;
  audit(jobs: AuditJob[]): Promise<void>;
  /** By the queue of the audit log, to the same database. */
  trace(jobs: TraceJob[]): Promise<void>;
  /** `delaySeconds`: not delivered before, at most MAX_QUEUE_DELAY_S. */
  outbound(jobs: OutboundJob[], delaySeconds?: number): Promise<void>;
  arrived(jobs: ArrivedJob[]): Promise<void>;
  retention(jobs: RetentionJob[]): Promise<void>;
  actions(jobs: ActionsJob[]): Promise<void>;
  scheduling(jobs: SchedulingJob[]): Promise<void>;
  /** `delaySeconds`: not delivered before, at most MAX_QUEUE_DELAY_S. */
  webhooks(jobs: WebhookJob[], delaySeconds?: number): Promise<void>;
}
