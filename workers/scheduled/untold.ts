import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';

/** Meetings of one tenant that one run takes up. */
const MAX_MEETINGS = 100;

/**
 * Brings meetings to the queue whose attendees are still to be told of a change: what the queue lost, or never got.
 * Number of tenants for which that failed.
 */
export async function resumeScheduling(services: Services): Promise<number> {
  let failed = 0;
  for (const { tenantId, mailShard: shard } of await services.directory.listTenants()) {
    try {
      const due = await services.mail.duePim(tenantId, shard, 'announce', { until: 0, limit: MAX_MEETINGS });
      if (due.length === 0) continue;
      await services.queues.scheduling(
        due.map(({ mailboxId, itemId }) => ({
          ...{ v: 1 as const, tenantId, mailboxId, shard, itemId, correlationId: 'cron' },
        })),
      );
      services.log.info('scheduling.resumed', { tenantId, meetings: due.length });
    } catch (error) {
      failed++;
      services.log.error('scheduling.not-resumed', { tenantId, error: describeError(error) });
    }
  }
  return failed;
}
