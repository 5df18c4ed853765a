/** Pointer to a raw message that waits to be parsed and placed. */
export interface IngestJob {
  v: 1;
  key: string;
  tenantId: string;
  mailboxId: string;
  shard: string;
  size: number;
  sha256: string | null;
  correlationId: string;
}

/** A message whose text waits for the full-text index. */
export interface IndexJob {
  v: 1;
  tenantId: string;
  mailboxId: string;
  shard: string;
  itemId: string;
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
  correlationId: string;
}

export interface AuditJob {
  v: 1;
  eventId: string;
  at: number;
  tenantId: string | null;
  actor: string;
  action: string;
  resource: string;
  outcome: 'ok' | 'denied' | 'error';
  /** Facts without content of mails. */
  details: Record<string, string | number | boolean | null>;
  correlationId: string;
}

/** Ways into the queues. Each call resolves only when the queue has accepted everything. */
export interface QueuePort {
  ingest(jobs: IngestJob[]): Promise<void>;
  index(jobs: IndexJob[]): Promise<void>;
  notify(jobs: NotifyJob[]): Promise<void>;
  audit(jobs: AuditJob[]): Promise<void>;
}
