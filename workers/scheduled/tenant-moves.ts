import { ENDED } from '../../core/ports/moves.ts';
import { describeError } from '../../platform/log.ts';
import { moveOn } from '../../platform/moving.ts';
import type { Services } from '../../platform/services.ts';

/** Shorter than the minute until the cron comes again. */
const STRETCH_MS = 40_000;

/** Goes on with every move of a tenant that has not ended; number of those that failed. */
export async function moveTenants(
  services: Pick<Services, 'moves' | 'queues' | 'log' | 'now'>,
): Promise<number> {
  if (services.moves === null || services.moves.shards.names().length < 2) return 0;
  const until = services.now() + STRETCH_MS;
  let failed = 0;
  for (const { tenantId, phase } of await services.moves.store.list()) {
    if ((ENDED as readonly string[]).includes(phase)) continue;
    try {
      await moveOn(services, tenantId, Math.max(1000, until - services.now()));
    } catch (error) {
      failed++;
      services.log.error('tenant-move.failed', { tenantId, phase, error: describeError(error) });
    }
  }
  return failed;
}
