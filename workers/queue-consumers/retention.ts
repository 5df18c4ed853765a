/** Queue `retention`: one bounded step of keeping a mailbox in its limits of time and size. */
import type { RetentionJob, RetentionProgress } from '../../core/ports/queues.ts';
import { recountMailbox } from '../../core/quota/recount.ts';
import { retentionStep } from '../../core/retention/step.ts';
import { newId } from '../../platform/ids.ts';
import type { Services } from '../../platform/services.ts';
import { eraseUser } from './erasure.ts';
import { retentionJob } from './jobs.ts';
import { noticeQuota } from './quota-notice.ts';
import { acceptJobs, type QueueBatch, retryLater } from './settle.ts';

const DAY = 24 * 60 * 60 * 1000;

export async function consumeRetention(services: Services, batch: QueueBatch): Promise<void> {
  for (const delivery of acceptJobs(batch, retentionJob, services.log)) {
    try {
      if (delivery.job.erase === true) await eraseUser(services, delivery.job);
      else await work(services, delivery.job);
      delivery.message.ack();
    } catch (error) {
      retryLater(services.log, delivery, 'retention.failed', error);
    }
  }
}

async function work(services: Services, job: RetentionJob): Promise<void> {
  const step = await retentionStep(services, job);
  if (step === null) return;
  if (step.next !== null) {
    await services.queues.retention([step.next]);
    return;
  }
  const { tenantId, mailboxId, shard, correlationId } = job;
  const ref = { tenantId, mailboxId, shard };
  const { removed, archived, purged } = step.progress;
  const did = { removed, archived, purged };
  services.log.info('retention.done', { ...ref, ...did, held: step.held, correlationId });
  await report(services, job, did);
  await verifyCounters(services, job);
  const found = await services.directory.getUser(tenantId, mailboxId);
  if (found !== null) await noticeQuota(services, ref, found.user, correlationId);
}

/** One audit row for a run that did something. */
async function report(
  services: Services,
  { tenantId, mailboxId, correlationId }: RetentionJob,
  did: Omit<RetentionProgress, 'at'>,
): Promise<void> {
  if (did.removed + did.archived + did.purged === 0) return;
  await services.queues.audit([
    {
      ...({ v: 1, eventId: newId(), at: services.now(), tenantId, actor: 'retention' } as const),
      ...({ action: 'retention.run', resource: `user/${mailboxId}`, outcome: 'ok' } as const),
      details: { ...did },
      correlationId,
    },
  ]);
}

/** Each mailbox is counted anew once a week, on a day of its own (I15). */
async function verifyCounters(services: Services, job: RetentionJob): Promise<void> {
  const { tenantId, mailboxId, shard, correlationId } = job;
  const today = Math.floor(services.now() / DAY);
  if ((today + sumOf(mailboxId)) % 7 !== 0) return;
  const { before, counted, mended } = await recountMailbox(services, { tenantId, mailboxId, shard });
  if (!mended) return;
  services.log.error('mailbox.counters-mended', {
    ...{ tenantId, mailboxId, correlationId },
    ...{ sizeBefore: before.sizeBytes, size: counted.sizeBytes },
    ...{ itemsBefore: before.itemCount, items: counted.itemCount },
  });
}

function sumOf(text: string): number {
  let sum = 0;
  for (const char of text) sum += char.charCodeAt(0);
  return sum;
}
