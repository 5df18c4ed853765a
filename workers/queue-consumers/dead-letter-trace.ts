import { parseRawKey } from '../../core/mail/place-key.ts';
import type { TraceRows } from '../../core/ports/trace.ts';
import { outgoingTraceId } from '../../core/trace/ids.ts';
import { incomingStep, receivedRows } from '../../core/trace/incoming.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { recordTrace, traceRows } from '../../platform/trace.ts';
import { arrivedJob, indexJob, ingestJob, notifyJob, outboundJob } from './jobs.ts';

type Happening = 'kept' | 'replayed' | 'discarded';

/** Tells the trace of the message that a dead letter is about, if it is about one. Never fails. */
export async function traceDeadLetter(
  services: Services,
  { queue, deadLetterId }: { queue: string; deadLetterId: string },
  body: unknown,
  happening: Happening,
): Promise<void> {
  try {
    const of = await messageOf(services, queue, body);
    if (of === null) return;
    const at = services.now();
    const key = happening === 'kept' ? `dead:${deadLetterId}` : `dead:${deadLetterId}:${happening}:${at}`;
    const details = { queue, deadLetterId };
    const step = incomingStep({ ...of.message, at }, 'dead-letter', happening, { key, details });
    await recordTrace(services, traceRows(of.rows, { messages: [], steps: [step] }));
  } catch (error) {
    services.log.warn('trace.not-known', { deadLetterId, error: describeError(error) });
  }
}

interface Found {
  message: { tenantId: string; traceId: string };
  rows: TraceRows;
}

const NOTHING: TraceRows = { messages: [], steps: [] };

async function messageOf(services: Services, queue: string, body: unknown): Promise<Found | null> {
  switch (queue) {
    case 'mail-ingest': {
      const { data } = ingestJob.safeParse(body);
      const traceId = data === undefined ? undefined : parseRawKey(data.key)?.itemId;
      if (data === undefined || traceId === undefined) return null;
      // It never came as far as to where it is told whose it is.
      const envelope = (await services.blobs.head(data.key))?.envelope ?? null;
      const rows = envelope === null ? NOTHING : receivedRows(envelope, data.key);
      return { message: { tenantId: data.tenantId, traceId }, rows };
    }
    case 'arrived': {
      const { data } = arrivedJob.safeParse(body);
      return item(data?.tenantId, data?.itemId);
    }
    case 'index': {
      const { data } = indexJob.safeParse(body);
      return data?.arrival === true ? item(data.tenantId, data.itemId) : null;
    }
    case 'notify': {
      const { data } = notifyJob.safeParse(body);
      return item(data?.tenantId, data?.itemId);
    }
    case 'outbound': {
      const { data } = outboundJob.safeParse(body);
      if (data === undefined) return null;
      const { tenantId, mailboxId, shard, submissionId } = data;
      const entry = await services.outbox.getEntry({ tenantId, mailboxId, shard }, submissionId);
      return entry === null ? null : item(tenantId, await outgoingTraceId(entry));
    }
  }
  return null;
}

function item(tenantId: string | undefined, traceId: string | undefined): Found | null {
  return tenantId === undefined || traceId === undefined
    ? null
    : { message: { tenantId, traceId }, rows: NOTHING };
}
