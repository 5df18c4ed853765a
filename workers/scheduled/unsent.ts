import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';

/** Messages that one run takes up: the reconciler needs the rest of what an invocation may do. */
const MAX_MESSAGES = 20;

/**
 * Goes on with what users handed in and no attempt has brought to its end (I23). Number of tenants for which that
 * failed.
 */
export async function resumeSending(
  services: Pick<Services, 'directory' | 'outbound' | 'log'>,
  idleMs?: number,
): Promise<number> {
  let failed = 0;
  let left = MAX_MESSAGES;
  for (const { tenantId } of await services.directory.listTenants()) {
    try {
      // Of those that come last everything goes to the queue: no tenant waits for the others.
      const limit = { limit: Math.max(0, left), ...(idleMs === undefined ? {} : { idleMs }) };
      const resumed = await services.outbound.resume(tenantId, limit);
      left -= resumed;
      if (resumed > 0) services.log.warn('outbound.resumed', { tenantId, messages: resumed });
    } catch (error) {
      failed++;
      services.log.error('outbound.not-resumed', { tenantId, error: describeError(error) });
    }
  }
  return failed;
}
