import type { z } from 'zod';
import { describeError, type Logger } from '../../platform/log.ts';

/** What the consumers need of the platform's queue message. */
export interface QueueMessage {
  readonly id: string;
  readonly body: unknown;
  readonly attempts: number;
  ack(): void;
  retry(options?: { delaySeconds?: number }): void;
}

export interface QueueBatch {
  readonly queue: string;
  readonly messages: readonly QueueMessage[];
}

export interface Delivery<T> {
  message: QueueMessage;
  job: T;
}

const failures = new WeakMap<QueueMessage, string>();

/** What this attempt at a message said when it failed, or undefined. */
export function failureOf(message: QueueMessage): string | undefined {
  return failures.get(message);
}

/** Remembers why a message was given back, for the day on which it is a dead letter. */
export function noteFailure(message: QueueMessage, error: string): void {
  failures.set(message, error);
}

/** Seconds before delivery number `attempts + 1`: soon at first, then with room for an outage to pass. */
export function retryDelay(attempts: number): number {
  return Math.min(5 * 4 ** Math.max(0, attempts - 1), 900);
}

/** Gives one message back by itself; its batch-mates are not touched (I11). */
export function retryLater(
  log: Logger,
  delivery: Delivery<{ correlationId: string }>,
  event: string,
  error: unknown,
): void {
  const { message, job } = delivery;
  log.warn(event, {
    correlationId: job.correlationId,
    attempts: message.attempts,
    error: describeError(error),
  });
  noteFailure(message, `${event}: ${describeError(error)}`);
  message.retry({ delaySeconds: retryDelay(message.attempts) });
}

/**
 * The deliveries of a batch whose body fits the schema. Others are given back at once: no later attempt makes them
 * fit, and after the last one they become a dead letter that an admin sees.
 */
export function acceptJobs<T>(batch: QueueBatch, schema: z.ZodType<T>, log: Logger): Delivery<T>[] {
  const accepted: Delivery<T>[] = [];
  for (const message of batch.messages) {
    const parsed = schema.safeParse(message.body);
    if (parsed.success) {
      accepted.push({ message, job: parsed.data });
      continue;
    }
    const where = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.code}`).join('; ');
    log.error('queue.bad-job', { queue: batch.queue, id: message.id, where: where.slice(0, 300) });
    noteFailure(message, `not a valid job: ${where}`);
    message.retry();
  }
  return accepted;
}
