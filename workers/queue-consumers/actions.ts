import { capture } from '../../core/archive/capture.ts';
import type { ActionsJob } from '../../core/ports/queues.ts';
import { groupBy } from '../../platform/bounded.ts';
import type { Services } from '../../platform/services.ts';
import { actionsJob } from './jobs.ts';
import { acceptJobs, type Delivery, type QueueBatch, retryLater } from './settle.ts';

/** Segments of one mailbox in one invocation; what is left then is the next job's. */
const MAX_SEGMENTS = 10;
const BUSY_ATTEMPTS = 6;

/**
 * Queue `actions`: writes down what changed in mailboxes (I28). Jobs say only whose turn it is: what is to be written
 * the mailbox itself knows, so that any number of them, in any order, comes to the same.
 */
export async function consumeActions(services: Services, batch: QueueBatch): Promise<void> {
  const deliveries = acceptJobs(batch, actionsJob, services.log);
  const mailboxes = groupBy(deliveries, ({ job }) => `${job.tenantId}\0${job.mailboxId}`);
  for (const group of mailboxes.values()) {
    try {
      const written = await writeDown(services, group);
      for (const delivery of group) {
        // Whoever is at it, or died over it: in the end the cron takes it up.
        if (written || delivery.message.attempts >= BUSY_ATTEMPTS) delivery.message.ack();
        else retryLater(services.log, delivery, 'actions.busy', 'another writer is at it');
      }
    } catch (error) {
      for (const delivery of group) retryLater(services.log, delivery, 'actions.failed', error);
    }
  }
}

/** False when another writer is at it. */
async function writeDown(services: Services, group: Delivery<ActionsJob>[]): Promise<boolean> {
  const job = group[0]?.job;
  if (job === undefined) return true;
  const { objects, now } = services;
  const ref = { tenantId: job.tenantId, mailboxId: job.mailboxId, shard: job.shard };
  const archive = services.archive.mailbox(ref);
  for (let n = 0; n < MAX_SEGMENTS; n++) {
    const { kind, lines, to, more } = await capture({ archive, objects, now });
    if (kind === 'segment' || kind === 'snapshot') {
      services.log.info('actions.written', { ...ref, kind, lines, to, correlationId: job.correlationId });
    }
    if (kind === 'busy') return false;
    if (!more) return true;
  }
  await services.queues.actions([{ ...job, v: 1 }]);
  return true;
}
