import { MAX_QUEUE_DELAY_S, type QueuePort } from '../core/ports/queues.ts';
import type { Env } from './env.ts';

/** Messages in one sendBatch (Cloudflare Queues limits). */
const MAX_BATCH = 100;
/** Bytes of one sendBatch: 256 KB less some room for what the platform adds to each message. */
const MAX_BATCH_BYTES = 240_000;
const MESSAGE_OVERHEAD = 200;

/** The queue bindings behind QueuePort. A call of several batches that fails in between may have sent the first ones. */
export function createQueues(
  env: Pick<
    Env,
    | 'QUEUE_INGEST'
    | 'QUEUE_INDEX'
    | 'QUEUE_NOTIFY'
    | 'QUEUE_AUDIT'
    | 'QUEUE_OUTBOUND'
    | 'QUEUE_ARRIVED'
    | 'QUEUE_RETENTION'
    | 'QUEUE_ACTIONS'
    | 'QUEUE_SCHEDULING'
    | 'QUEUE_WEBHOOKS'
  >,
): QueuePort {
  return {
    ingest: (jobs) => sendAll(env.QUEUE_INGEST, jobs),
    index: (jobs, delaySeconds = 0) => sendAll(env.QUEUE_INDEX, jobs, delaySeconds),
    notify: (jobs) => sendAll(env.QUEUE_NOTIFY, jobs),
    audit: (jobs) => sendAll(env.QUEUE_AUDIT, jobs),
    trace: (jobs) => sendAll(env.QUEUE_AUDIT, jobs),
    outbound: (jobs, delaySeconds = 0) => sendAll(env.QUEUE_OUTBOUND, jobs, bounded(delaySeconds)),
    arrived: (jobs) => sendAll(env.QUEUE_ARRIVED, jobs),
    retention: (jobs) => sendAll(env.QUEUE_RETENTION, jobs),
    actions: (jobs) => sendAll(env.QUEUE_ACTIONS, jobs),
    scheduling: (jobs) => sendAll(env.QUEUE_SCHEDULING, jobs),
    webhooks: (jobs, delaySeconds = 0) => sendAll(env.QUEUE_WEBHOOKS, jobs, bounded(delaySeconds)),
  };
}

function bounded(delaySeconds: number): number {
  return Math.min(Math.max(0, Math.ceil(delaySeconds)), MAX_QUEUE_DELAY_S);
}

async function sendAll<T>(queue: Pick<Queue<T>, 'sendBatch'>, jobs: T[], delaySeconds = 0): Promise<void> {
  for (const chunk of chunks(jobs)) {
    const messages = chunk.map((body) => ({ body, contentType: 'json' as const }));
    await (delaySeconds === 0 ? queue.sendBatch(messages) : queue.sendBatch(messages, { delaySeconds }));
  }
}

/** Cuts jobs, in order, into batches that the platform takes. A job that is too large alone is left to it to refuse. */
export function chunks<T>(jobs: readonly T[]): T[][] {
  const out: T[][] = [];
  let current: T[] = [];
  let bytes = 0;
  for (const job of jobs) {
    const size = new TextEncoder().encode(JSON.stringify(job)).length + MESSAGE_OVERHEAD;
    if (current.length > 0 && (current.length === MAX_BATCH || bytes + size > MAX_BATCH_BYTES)) {
      out.push(current);
      current = [];
      bytes = 0;
    }
    current.push(job);
    bytes += size;
  }
  if (current.length > 0) out.push(current);
  return out;
}
