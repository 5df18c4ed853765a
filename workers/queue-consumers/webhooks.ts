import type { Services } from '../../platform/services.ts';
import { attemptDelivery } from '../../platform/webhooks/attempt.ts';
import { webhookJob } from './jobs.ts';
import { acceptJobs, type Delivery, type QueueBatch, retryLater } from './settle.ts';

/** An invocation has six connections, and the database needs one. */
const AT_A_TIME = 5;

/**
 * Queue `webhooks`: attempts at telling addresses of events. When the next one is, the delivery says and brings about; a
 * message of the queue comes again only when a store did not answer.
 */
export async function consumeWebhooks(services: Services, batch: QueueBatch): Promise<void> {
  const waiting = acceptJobs(batch, webhookJob, services.log).values();
  const worker = async () => {
    for (const delivery of waiting) await attempt(services, delivery);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

async function attempt(
  services: Services,
  delivery: Delivery<Parameters<typeof attemptDelivery>[1] & { correlationId: string }>,
): Promise<void> {
  try {
    await attemptDelivery(services, delivery.job);
    delivery.message.ack();
  } catch (error) {
    retryLater(services.log, delivery, 'webhooks.failed', error);
  }
}
