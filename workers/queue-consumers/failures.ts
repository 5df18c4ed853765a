/**
 * The last failure of each message that comes again, kept until it succeeds or becomes a dead letter, which then says why
 * (I12). A message is known by its body: on its way into a dead-letter queue it gets another id.
 */
import type { QueueFailure } from '../../core/ports/operations.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { failureOf, noteFailure, type QueueBatch, type QueueMessage } from './settle.ts';

/** A first failure is mostly over at the second attempt, and costs no write. */
const NOTED_FROM = 2;
const NOBODY_SPOKE =
  'no attempt came to its end: the runtime ended each of them (memory, processor time or wall time), or they never began';

async function digestOf(body: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(body ?? null));
  const hash = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(hash, 0, 16), (b) => b.toString(16).padStart(2, '0')).join('');
}

/** After a batch. What cannot be noted is in the log, and must not make the batch come again. */
export async function keepFailures(services: Services, batch: QueueBatch): Promise<void> {
  const again = batch.messages.filter(({ attempts }) => attempts >= NOTED_FROM);
  if (again.length === 0) return;
  try {
    const failed: QueueFailure[] = [];
    const over: string[] = [];
    for (const message of again) {
      const error = failureOf(message);
      const digest = await digestOf(message.body);
      const { attempts } = message;
      if (error === undefined) over.push(digest);
      else failed.push({ queue: batch.queue, digest, error, attempts, failedAt: services.now() });
    }
    await services.operations.noteFailures(failed);
    await services.operations.forgetFailures(batch.queue, over);
  } catch (error) {
    services.log.warn('queue.failures-not-noted', { queue: batch.queue, error: describeError(error) });
  }
}

/** From this delivery on a message that nobody spoke about is taken for one that may kill its reader. */
const SUSPECT_FROM = 3;
const APART =
  'the runtime ended an attempt at it, or at another message beside it (memory, processor time or wall time); it is tried alone';

/**
 * The messages of a batch that are to be worked on now. An attempt that nobody spoke about was ended by the runtime, and
 * whoever was in the batch shares its fate: such messages are given back, each with a time of its own, so that they come
 * apart. The deadly one is alone by then, and the others are well (I11).
 */
export async function apart(services: Services, batch: QueueBatch): Promise<QueueBatch> {
  const again = batch.messages.filter(({ attempts }) => attempts >= SUSPECT_FROM);
  if (batch.messages.length < 2 || again.length === 0) return batch;
  try {
    const digests = await Promise.all(again.map((message) => digestOf(message.body)));
    const known = await services.operations.failuresOf(batch.queue, digests);
    const suspects = again.filter((message, n) => {
      const last = known.find(({ digest }) => digest === digests[n]);
      return last === undefined || last.attempts < message.attempts - 1;
    });
    for (const [n, message] of suspects.entries()) {
      noteFailure(message, APART);
      message.retry({ delaySeconds: 1 + 2 * n });
    }
    const rest = batch.messages.filter((message) => !suspects.includes(message));
    return { queue: batch.queue, messages: rest };
  } catch (error) {
    services.log.warn('queue.not-apart', { queue: batch.queue, error: describeError(error) });
    return batch;
  }
}

/** Takes the last word on a message that became a dead letter. */
export async function lastFailure(
  services: Services,
  queue: string,
  message: QueueMessage,
): Promise<{ error: string; attempts: number }> {
  try {
    const [failure] = await services.operations.failuresOf(queue, [await digestOf(message.body)]);
    return {
      error: failure?.error ?? NOBODY_SPOKE,
      attempts: Math.max(failure?.attempts ?? 0, message.attempts),
    };
  } catch (error) {
    return { error: `not known: ${describeError(error)}`, attempts: message.attempts };
  }
}
