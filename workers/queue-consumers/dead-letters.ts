import type { z } from 'zod';
import { InvalidInputError, NotFoundError } from '../../core/errors.ts';
import type { DeadLetter } from '../../core/ports/directory.ts';
import { forgetUntold, givenUp, noteUntold } from '../../core/scheduling/untold.ts';
import { newId } from '../../platform/ids.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { readTimeCursor, writeTimeCursor } from '../../platform/time-cursor.ts';
import { traceDeadLetter } from './dead-letter-trace.ts';
import { lastFailure } from './failures.ts';
import {
  actionsJob,
  arrivedJob,
  auditJob,
  indexJob,
  ingestJob,
  notifyJob,
  outboundJob,
  retentionJob,
  schedulingJob,
  webhookJob,
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
  const failure = await lastFailure(services, queue, message);
  await writeDeadLetter(services, queue, message, failure);
  if (queue === 'scheduling') await giveUpTelling(services, message.body, failure.error);
}

/** Makes a message a durable row and an error line. */
export async function writeDeadLetter(
  services: Services,
  queue: string,
  message: QueueMessage,
  { error, attempts }: { error: string; attempts: number },
): Promise<void> {
  const correlationId = correlationIdOf(message.body);
  const letter: DeadLetter = {
    deadLetterId: `${queue}:${message.id}`,
    queue,
    body: JSON.stringify(message.body ?? null),
    error,
    attempts,
    correlationId,
    failedAt: services.now(),
    replayedAt: null,
    discardedAt: null,
  };
  await services.directory.putDeadLetter(letter);
  services.log.error('dead-letter', { queue, id: letter.deadLetterId, correlationId, attempts, error });
  await announce(services, letter);
  await traceDeadLetter(services, letter, message.body, 'kept');
}

/** The letter is waited for now: the cron must not bring forth one more every quarter of an hour. */
async function giveUpTelling(services: Services, body: unknown, error: string): Promise<void> {
  const job = schedulingJob.safeParse(body);
  if (!job.success) return;
  await noteUntold(services.operations, [{ item: job.data, note: givenUp(error, services.now()) }]);
}

/** The row is what counts: an audit queue that is down is logged, and the letter is kept all the same. */
async function announce(
  services: Services,
  { deadLetterId, queue, correlationId, attempts }: DeadLetter,
): Promise<void> {
  // A dead letter of the audit queue would bring forth the next one.
  if (queue === 'audit') return;
  try {
    await services.queues.audit([
      {
        ...{
          v: 1,
          eventId: newId(),
          at: services.now(),
          tenantId: null,
          actor: 'queue',
          action: 'dead-letter',
        },
        ...{
          resource: `dead-letter/${deadLetterId}`,
          outcome: 'error',
          details: { queue, attempts },
          correlationId,
        },
      },
    ]);
  } catch (error) {
    services.log.error('dead-letter.audit-lost', { id: deadLetterId, error: describeError(error) });
  }
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
    case 'scheduling': {
      const job = validated(schedulingJob, letter);
      await forgetUntold(services.operations, [job]);
      await queues.scheduling([job]);
      break;
    }
    case 'webhooks':
      await queues.webhooks([validated(webhookJob, letter)]);
      break;
    default:
      throw new InvalidInputError(`no queue named ${letter.queue}`);
  }
  await services.directory.markReplayed(deadLetterId, services.now());
  await traceDeadLetter(services, letter, JSON.parse(letter.body), 'replayed');
}

/** Letters that one step of replaying takes up. */
const REPLAYED_AT_ONCE = 50;

export interface ReplayStep {
  replayed: number;
  /** What cannot go back, with the reason. */
  refused: { deadLetterId: string; error: string }[];
  /** Where the next step goes on; null when there is none. */
  cursor: string | null;
}

/**
 * Puts the next dead letters that wait back on their queues, newest first. A letter that cannot go back waits on.
 *
 * @param cursor of the step before; null at the beginning
 */
export async function replayDeadLetters(
  services: Services,
  filter: { queue: string | null; cursor: string | null },
): Promise<ReplayStep> {
  const letters = await services.directory.listDeadLetters({
    state: 'waiting',
    limit: REPLAYED_AT_ONCE,
    ...(filter.queue === null ? {} : { queue: filter.queue }),
    ...(filter.cursor === null ? {} : { after: readTimeCursor(filter.cursor) }),
  });
  const step: ReplayStep = { replayed: 0, refused: [], cursor: null };
  for (const { deadLetterId } of letters) {
    try {
      await replayDeadLetter(services, deadLetterId);
      step.replayed++;
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      step.refused.push({ deadLetterId, error: error.message });
    }
  }
  const last = letters.at(-1);
  if (letters.length === REPLAYED_AT_ONCE && last !== undefined) {
    step.cursor = writeTimeCursor({ at: last.failedAt, id: last.deadLetterId });
  }
  return step;
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
