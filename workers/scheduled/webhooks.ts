import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';

/** What is late by less may still be in the queue. */
const LATE_MS = 5 * 60_000;
/** Of each webhook in one run. */
const EVENTS_A_RUN = 200;
const KEPT_MS = 7 * 86_400_000;
/** No event waits so long, whatever its receiver asks for: its webhook is gone. */
const LONGEST_MS = 14 * 86_400_000;

/**
 * Queues what is due at webhooks and has no message in the queue: what is put off for longer than a queue holds it, was
 * left alone while nothing answered there, or was lost. Number of webhooks for which that failed.
 */
export async function resumeWebhooks(
  services: Pick<Services, 'directory' | 'queues' | 'now' | 'log'>,
): Promise<number> {
  const { directory, queues, now, log } = services;
  let failed = 0;
  const subscriptions = await directory.webhookSubscriptions().catch((error: unknown) => {
    failed++;
    log.error('webhooks.not-resumed', { error: describeError(error) });
    return [];
  });
  for (const { tenantId, webhookId } of subscriptions) {
    try {
      const due = await directory.dueDeliveries({ tenantId, webhookId }, now() - LATE_MS, EVENTS_A_RUN);
      await queues.webhooks(
        due.map(({ eventId, correlationId }) => ({ v: 1, tenantId, webhookId, eventId, correlationId })),
      );
      if (due.length > 0) log.info('webhooks.resumed', { tenantId, webhookId, events: due.length });
    } catch (error) {
      failed++;
      log.error('webhooks.not-resumed', { tenantId, webhookId, error: describeError(error) });
    }
  }
  return failed;
}

/** Forgets events that were delivered or given up some days ago. */
export async function forgetWebhookEvents({ directory, now }: Services): Promise<void> {
  const tenants = await directory.listTenants();
  for (const tenantId of [null, ...tenants.map((one) => one.tenantId)]) {
    await directory.forgetDeliveries(tenantId, { done: now() - KEPT_MS, waiting: now() - LONGEST_MS });
  }
}
