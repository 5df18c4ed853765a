import * as z from 'zod';
import type { AuditJob } from '../../core/ports/queues.ts';
import type { TraceJob } from '../../core/ports/trace.ts';
import { refusedRows } from '../../core/trace/incoming.ts';
import { eventsOfAudit } from '../../core/webhooks/audit-events.ts';
import { eventsOfTrace } from '../../core/webhooks/trace-events.ts';
import type { Services } from '../../platform/services.ts';
import { traceRows } from '../../platform/trace.ts';
import { emitEvents } from '../../platform/webhooks/emit.ts';
import { auditJob, traceJob } from './jobs.ts';
import { acceptJobs, type QueueBatch, retryLater } from './settle.ts';

const job = z.union([traceJob, auditJob]);

/**
 * Queue `audit`: appends to the audit log, of which webhooks are told, and to the trace of messages; what is already
 * there stays as it is.
 */
export async function consumeAudit(services: Services, batch: QueueBatch): Promise<void> {
  const deliveries = acceptJobs<AuditJob | TraceJob>(batch, job, services.log);
  if (deliveries.length === 0) return;
  try {
    await append(
      services,
      deliveries.map((one) => one.job),
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

/** The log first. All may be done again: each event and row is there once, and goes to each address once. */
async function append(services: Services, jobs: (AuditJob | TraceJob)[]): Promise<void> {
  const events = jobs.flatMap((one) => ('trace' in one ? [] : [one]));
  const rows = traceRows(
    ...jobs.flatMap((one) => ('trace' in one ? [one.trace] : [])),
    // The event of a refusal says all that the trace needs.
    ...events.map(refusedRows),
  );
  if (events.length > 0) await services.audit.append(events);
  if (rows.messages.length + rows.steps.length > 0) await services.trace.add(rows);
  await emitEvents(services, [...events.flatMap(eventsOfAudit), ...(await eventsOfTrace(rows))]);
}
