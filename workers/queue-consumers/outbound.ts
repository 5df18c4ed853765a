import type { Services } from '../../platform/services.ts';
import { outboundJob } from './jobs.ts';
import { acceptJobs, type QueueBatch, retryLater } from './settle.ts';

/**
 * Queue `outbound`: an attempt is due for a message on its way out. When the next one is, the outbox says and brings
 * about; a message of the queue comes again only when a store did not answer (I23).
 */
export async function consumeOutbound(services: Services, batch: QueueBatch): Promise<void> {
  const deliveries = acceptJobs(batch, outboundJob, services.log);
  const failed = new Map(
    (await services.outbound.attempt(deliveries.map(({ job }) => job))).map(({ job, error }) => [job, error]),
  );
  for (const delivery of deliveries) {
    if (failed.has(delivery.job))
      retryLater(services.log, delivery, 'outbound.failed', failed.get(delivery.job));
    else delivery.message.ack();
  }
  // The next batch waits for the end of this one, and nothing more of it goes out.
  await services.carriers.close();
}
