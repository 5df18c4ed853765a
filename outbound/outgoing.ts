import { rewriteHeader } from '../codecs/mime/edit/index.ts';
import type { OutboxEntry } from '../core/ports/outbox.ts';
import type { OutboundJob } from '../core/ports/queues.ts';
import { MAX_QUEUE_DELAY_S } from '../core/ports/queues.ts';
import type { WholeMessage } from './prepare.ts';
import type { OutboundServices } from './services.ts';

/** The message of an entry as its author wrote it, or null when it is gone. */
export async function readOutgoing(
  { blobs }: Pick<OutboundServices, 'blobs'>,
  key: string,
): Promise<WholeMessage | null> {
  const object = await blobs.open(key);
  if (object === null) return null;
  return rewriteHeader(new Uint8Array(await new Response(object.stream).arrayBuffer()), new Set(), []);
}

export function jobOf({ ref, submissionId, correlationId }: OutboxEntry): OutboundJob {
  return { v: 1, ...ref, submissionId, correlationId };
}

/** Has the queue bring the entry when it is due. Never fails: what the queue does not take, the cron finds. */
export async function schedule(services: OutboundServices, entry: OutboxEntry): Promise<void> {
  if (entry.state === 'done') return;
  const delay = Math.max(0, Math.ceil((entry.nextAttemptAt - services.now()) / 1000));
  if (delay > MAX_QUEUE_DELAY_S) return;
  try {
    await services.queues.outbound([jobOf(entry)], delay);
  } catch (error) {
    const { submissionId, correlationId } = entry;
    services.log.warn('outbound.not-scheduled', { correlationId, submissionId, error: String(error) });
  }
}

/**
 * What is kept of a finished entry: nothing, unless an admin may want to try again what failed.
 *
 * @param gone collects the key for `discard`; without it the raw goes now
 */
export function tidy(services: OutboundServices, entry: OutboxEntry, gone?: string[]): void {
  if (entry.state !== 'done' || entry.recipients.some((r) => r.state === 'failed')) return;
  if (gone === undefined) discard(services, [entry.rawKey]);
  else gone.push(entry.rawKey);
}

/** Deletes raws behind the answer; what stays is found by the sweep. */
export function discard({ blobs, defer }: OutboundServices, keys: readonly string[]): void {
  if (keys.length > 0) defer(blobs.delete(...keys).catch(() => undefined));
}
