import type { Services } from '../../platform/services.ts';
import { auditJob } from './jobs.ts';
import { acceptJobs, type QueueBatch, retryLater } from './settle.ts';

/** Queue `audit`: appends to the audit log; an event that is already there stays as it is. */
export async function consumeAudit(services: Services, batch: QueueBatch): Promise<void> {
  const deliveries = acceptJobs(batch, auditJob, services.log);
  if (deliveries.length === 0) return;
  try {
    await services.audit.append(deliveries.map(({ job }) => job));
    for (const { message } of deliveries) message.ack();
  } catch (error) {
    // Together once, then one by one: an event that cannot be stored must not hold up the others (I11).
    if (deliveries.every(({ message }) => message.attempts < 2)) {
      for (const delivery of deliveries) retryLater(services.log, delivery, 'audit.failed', error);
      return;
    }
    for (const delivery of deliveries) {
      try {
        await services.audit.append([delivery.job]);
        delivery.message.ack();
      } catch (alone) {
        retryLater(services.log, delivery, 'audit.failed', alone);
      }
    }
  }
}
