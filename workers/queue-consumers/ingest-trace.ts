/** What ingest tells the trace: one message of the queue for all of a round. */
import { parseRawKey } from '../../core/mail/place-key.ts';
import type { NewMessage } from '../../core/mail/types.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import type { TraceRows, TraceStep } from '../../core/ports/trace.ts';
import {
  incomingStep,
  isTraced,
  placeDetails,
  receivedRows,
  verdictDetails,
} from '../../core/trace/incoming.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { recordTrace, traceRows } from '../../platform/trace.ts';
import type { ArrivalNotes } from './arrival/index.ts';
import type { IngestDelivery, Ingested, IngestResults } from './ingest-delivery.ts';

/** What preparing a message found out for its trace. */
export interface Noted {
  envelope: RawEnvelope | null;
  message: NewMessage;
  /** Ids of the rules that held. */
  rules: readonly string[];
  /** Why it is kept out of the mailbox. */
  held?: ArrivalNotes['held'];
}

export function stepOf(
  job: Pick<IngestJob, 'tenantId' | 'key'>,
  at: number,
  step: string,
  verdict: string,
  more: Parameters<typeof incomingStep>[3] = {},
): TraceStep[] {
  const traceId = parseRawKey(job.key)?.itemId;
  if (traceId === undefined) return [];
  return [incomingStep({ tenantId: job.tenantId, traceId, at }, step, verdict, more)];
}

type Placed = Extract<Ingested, { kind: 'placed' }>;

const NOTHING: TraceRows = { messages: [], steps: [] };

/** Tells the trace what became of a round. Never fails. */
export async function traceIngested(services: Services, results: IngestResults): Promise<void> {
  const at = services.now();
  const rows: TraceRows[] = [];
  for (const [delivery, result] of results) {
    if (result.kind === 'failed') rows.push(await failedRows(services, delivery, at));
    else if (result.kind === 'held') rows.push(heldRows(delivery, result, at));
    else if (result.kind === 'placed') {
      rows.push(
        result.noted === undefined
          ? await knownRows(services, delivery, result)
          : placedRows(delivery, result, result.noted, at),
      );
    }
  }
  await recordTrace(services, traceRows(...rows));
}

/** A message that is kept out of its mailbox. */
function heldRows(
  { job }: IngestDelivery,
  { noted: { envelope, message, held }, duplicate }: Extract<Ingested, { kind: 'held' }>,
  at: number,
): TraceRows {
  if (envelope === null) return NOTHING;
  const details = {
    reason: held?.reason ?? null,
    why: held?.why ?? null,
    ...verdictDetails(message.verdict),
  };
  const steps = duplicate
    ? stepOf(job, at, 'place', 'duplicate')
    : stepOf(job, at, 'quarantine', 'held', { key: 'quarantine:held', details });
  return traceRows(receivedRows(envelope, job.key, message.messageIdHeader ?? ''), { messages: [], steps });
}

/** The way of a message up to its place. */
function placedRows(
  { job }: IngestDelivery,
  result: Placed,
  { envelope, message, rules }: Noted,
  at: number,
): TraceRows {
  if (envelope === null || !isTraced(envelope)) return NOTHING;
  const details = placeDetails(message, rules);
  const place = result.duplicate
    ? stepOf(job, at, 'place', 'duplicate', { details: { itemId: result.itemId } })
    : stepOf(job, at, 'place', message.folderId === undefined ? message.folderRole : 'folder', { details });
  const received = receivedRows(envelope, job.key, message.messageIdHeader ?? '');
  return traceRows(received, { messages: [], steps: place });
}

/** An earlier attempt has placed it, and may have died before it could tell. */
async function knownRows(
  services: Services,
  { job }: IngestDelivery,
  { itemId }: Placed,
): Promise<TraceRows> {
  const { tenantId, mailboxId, shard, key } = job;
  try {
    const [message] = await services.mail.mailbox({ tenantId, mailboxId, shard }).messages([itemId]);
    const envelope = (await services.blobs.head(key))?.envelope ?? null;
    if (message === undefined || envelope === null || !isTraced(envelope)) return NOTHING;
    const { folderId, verdict, messageIdHeader } = message;
    const details = { folderId, ...verdictDetails(verdict) };
    const steps = stepOf(job, services.now(), 'place', 'folder', { details });
    return traceRows(receivedRows(envelope, key, messageIdHeader ?? ''), { messages: [], steps });
  } catch (error) {
    services.log.warn('trace.not-known', { correlationId: job.correlationId, error: describeError(error) });
    return NOTHING;
  }
}

/** An attempt that failed. Why stands in the log: what a database says may hold content. */
async function failedRows(
  services: Services,
  { job, message }: IngestDelivery,
  at: number,
): Promise<TraceRows> {
  const attempt = message.attempts;
  const key = `failed:${attempt}`;
  const steps = stepOf(job, at, 'ingest', 'failed', { key, details: { attempt } });
  // It has not come as far as to where it is told whose it is.
  const envelope = (await services.blobs.head(job.key).catch(() => null))?.envelope ?? null;
  const received = envelope !== null && isTraced(envelope) ? receivedRows(envelope, job.key) : NOTHING;
  return traceRows(received, { messages: [], steps });
}
