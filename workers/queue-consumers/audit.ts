import type { AuditJob } from '../../core/ports/queues.ts';
import { eventsOfAudit } from '../../core/webhooks/audit-events.ts';
import type { Services } from '../../platform/services.ts';
import { emitEvents } from '../../platform/webhooks/emit.ts';
import { auditJob } from './jobs.ts';
import { acceptJobs, type QueueBatch, retryLater } from './settle.ts';

/** Queue `audit`: appends to the audit log, of which webhooks are told; an event that is already there stays as it is. */
export async function consumeAudit(services: Services, batch: QueueBatch): Promise<void> {
  const deliveries = acceptJobs(batch, auditJob, services.log);
  if (deliveries.length === 0) return;
  try {
    await append(
      services,
      deliveries.map(({ job }) => job),
    );
    for (const { message } of deliveries) message.ack();
  } catch (error) {
    // Together once, then one by one: an event that cannot be stored must not hold up the others (I11).
    if (deliveries.every(({ message }) => message.attempts < 2)) {
      for (const delivery of deliveries) retryLater(services.log, delivery, 'audit.failed', error);
      return;
    }
    for (const delivery of deliveries) {
      try {
        await append(services, [delivery.job]);
        delivery.message.ack();
      } catch (alone) {
        retryLater(services.log, delivery, 'audit.failed', alone);
      }
    }
  }
}

/** The log first. Both may be done again: each event is in the log once, and goes to each address once. */
async function append(services: Services, jobs: AuditJob[]): Promise<void> {
  await services.audit.append(jobs);
  await emitEvents(services, jobs.flatMap(eventsOfAudit));
}
