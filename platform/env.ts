import type {
  ActionsJob,
  ArrivedJob,
  AuditJob,
  IndexJob,
  IngestJob,
  NotifyJob,
  OutboundJob,
  RetentionJob,
  SchedulingJob,
  WebhookJob,
} from '../core/ports/queues.ts';
import type { TraceJob } from '../core/ports/trace.ts';

/** Bindings of wrangler.toml. MAIL_* shards are found by name (mailShards). */
export interface Env {
  STORE?: string;
  ADMIN_TOKEN?: string;
  INTERNAL_TOKENS?: string;
  DIRECTORY: D1Database;
  SEARCH: D1Database;
  AUDIT: D1Database;
  BLOBS: R2Bucket;
  HYPERDRIVE?: Hyperdrive;
  ASSETS?: Fetcher;
  SEND_EMAIL?: SendEmail;
  QUEUE_INGEST: Queue<IngestJob>;
  QUEUE_INDEX: Queue<IndexJob>;
  QUEUE_NOTIFY: Queue<NotifyJob>;
  QUEUE_AUDIT: Queue<AuditJob | TraceJob>;
  QUEUE_OUTBOUND: Queue<OutboundJob>;
  QUEUE_ARRIVED: Queue<ArrivedJob>;
  QUEUE_RETENTION: Queue<RetentionJob>;
  QUEUE_ACTIONS: Queue<ActionsJob>;
  QUEUE_SCHEDULING: Queue<SchedulingJob>;
  QUEUE_WEBHOOKS: Queue<WebhookJob>;
  /** The platform's rate limiters; absent on a laptop. */
  LIMIT_ADDRESS?: RateLimit;
  LIMIT_CALLER?: RateLimit;
  LIMIT_TENANT?: RateLimit;
  DEVICE: DurableObjectNamespace;
  HUB: DurableObjectNamespace;
  THROTTLE: DurableObjectNamespace;
  METRICS: DurableObjectNamespace;
}

/** Every D1 binding whose name begins with MAIL_, by name. */
export function mailShards(env: Env): Record<string, D1Database> {
  const shards: Record<string, D1Database> = {};
  for (const [name, value] of Object.entries(env)) {
    if (/^MAIL_[A-Z0-9_]+$/.test(name) && typeof value === 'object' && value !== null && 'prepare' in value) {
      shards[name] = value as D1Database;
    }
  }
  return shards;
}
