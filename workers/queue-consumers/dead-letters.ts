import type { z } from 'zod';
import { InvalidInputError, NotFoundError } from '../../core/errors.ts';
import type { DeadLetter } from '../../core/ports/directory.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import {
  actionsJob,
  arrivedJob,
  auditJob,
  indexJob,
  ingestJob,
  notifyJob,
  outboundJob,
  retentionJob,
} from './jobs.ts';
import { type QueueBatch, type QueueMessage, retryDelay } from './settle.ts';

const PREFIX = 'dlq-';

/** Queues `dlq-*`: each message becomes a durable row and an error line, from where it can be replayed (I12). */
export async function consumeDeadLetters(services: Services, batch: QueueBatch): Promise<void> {
  const queue = batch.queue.slice(PREFIX.length);
  for (const message of batch.messages) {
    try {
      await keep(services, queue, message);
      message.ack();
    } catch (error) {
      services.log.error('dead-letter.not-kept', { queue, id: message.id, error: describeError(error) });
      message.retry({ delaySeconds: retryDelay(message.attempts) });
    }
  }
}

async function keep(services: Services, queue: string, message: QueueMessage): Promise<void> {
  const correlationId = correlationIdOf(message.body);
  if (queue === 'mail-ingest' && (await isPlaced(services, message.body))) {
    services.log.info('dead-letter.dropped', { queue, id: message.id, correlationId });
    return;
  }
  const letter: DeadLetter = {
    deadLetterId: `${queue}:${message.id}`,
    queue,
    body: JSON.stringify(message.body ?? null),
    error: 'all attempts failed; the log lines with this correlation id say why',
    attempts: message.attempts,
    correlationId,
    failedAt: services.now(),
    replayedAt: null,
  };
  await services.directory.putDeadLetter(letter);
  services.log.error('dead-letter', { queue, id: letter.deadLetterId, correlationId });
}

/**
 * Whether the message that an ingest job points to is in its mailbox already: a healthy batch-mate of one that
 * killed the isolate again and again (I11). In doubt it is not: a row too many is better than one too few.
 */
async function isPlaced(services: Services, body: unknown): Promise<boolean> {
  const parsed = ingestJob.safeParse(body);
  if (!parsed.success) return false;
  const { key, tenantId, mailboxId, shard } = parsed.data;
  try {
    return (await services.mail.mailbox({ tenantId, mailboxId, shard }).knownRawKeys([key])).has(key);
  } catch (error) {
    services.log.warn('dead-letter.unchecked', { error: describeError(error) });
    return false;
  }
}

function correlationIdOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('correlationId' in body)) return '';
  return typeof body.correlationId === 'string' ? body.correlationId.slice(0, 64) : '';
}

/**
 * Puts a dead letter back on its queue and marks it. What goes back is the stored body and only if it is a valid
 * job of that queue, so a replay cannot bring in anything new (A65). Replaying twice is harmless.
 * @throws NotFoundError there is no such dead letter
 * @throws InvalidInputError its body is no valid job of its queue
 */
export async function replayDeadLetter(services: Services, deadLetterId: string): Promise<void> {
  const letter = await services.directory.getDeadLetter(deadLetterId);
  if (letter === null) throw new NotFoundError('no such dead letter');
  const { queues } = services;
  switch (letter.queue) {
    case 'mail-ingest':
      await queues.ingest([validated(ingestJob, letter)]);
      break;
    case 'index':
      await queues.index([validated(indexJob, letter)]);
      break;
    case 'notify':
      await queues.notify([validated(notifyJob, letter)]);
      break;
    case 'audit':
      await queues.audit([validated(auditJob, letter)]);
      break;
    case 'outbound':
      await queues.outbound([validated(outboundJob, letter)]);
      break;
    case 'arrived':
      await queues.arrived([validated(arrivedJob, letter)]);
      break;
    case 'retention':
      await queues.retention([validated(retentionJob, letter)]);
      break;
    case 'actions':
      await queues.actions([validated(actionsJob, letter)]);
      break;
    default:
      throw new InvalidInputError(`no queue named ${letter.queue}`);
  }
  await services.directory.markReplayed(deadLetterId, services.now());
}

function validated<T>(schema: z.ZodType<T>, letter: DeadLetter): T {
  let body: unknown = null;
  try {
    body = JSON.parse(letter.body);
  } catch {
    // Falls through to the refusal below.
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new InvalidInputError(`not a valid job of the queue ${letter.queue}`);
  return parsed.data;
}
