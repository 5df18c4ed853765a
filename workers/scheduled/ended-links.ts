import { sweepLinks } from '../../core/links/sweep.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';

/** Removes the files of links that have ended. Number of tenants for which that failed. */
export async function removeEndedLinks(services: Services): Promise<number> {
  let failed = 0;
  for (const { tenantId } of await services.directory.listTenants()) {
    try {
      const removed = await sweepLinks(services, tenantId);
      if (removed > 0) services.log.info('links.removed', { tenantId, messages: removed });
    } catch (error) {
      failed++;
      services.log.error('links.failed', { tenantId, error: describeError(error) });
    }
  }
  return failed;
}
