import type { RetentionJob } from '../../core/ports/queues.ts';
import { newId } from '../../platform/ids.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';

/** Of one tenant in one run. */
const JOBS_A_RUN = 100;

/** Users whose time to be restored is over, erases that stand still, and looks for what came late. Number of failures. */
export async function eraseDue(
  services: Pick<Services, 'directory' | 'queues' | 'log' | 'now'>,
): Promise<number> {
  const correlationId = newId(services.now());
  let failed = 0;
  for (const { tenantId, mailShard: shard } of await services.directory.listTenants()) {
    try {
      const due = await services.directory.dueErasures(tenantId, services.now(), JOBS_A_RUN);
      const jobs = due.map(
        ({ userId }): RetentionJob => ({
          v: 1,
          tenantId,
          mailboxId: userId,
          shard,
          correlationId,
          erase: true,
        }),
      );
      if (jobs.length > 0) await services.queues.retention(jobs);
    } catch (error) {
      failed++;
      services.log.error('erasure.not-started', { tenantId, error: describeError(error) });
    }
  }
  return failed;
}
