import type { Services } from '../../platform/services.ts';
import { reconcile } from './reconcile.ts';

/** Cron name under which a person asks for a run: objects of this very moment are looked at too. */
const MANUAL_RUN = 'manual';
/** Clocks of two machines need not agree (I30). */
const CLOCK_SLACK_MS = 60_000;

/**
 * The scheduled() handler: the reconciler on every cron of wrangler.toml. Rejects when a tenant could not be
 * looked at, so that the run counts as failed.
 */
export function createScheduled(services: Services): (cron: string, scheduledTime: number) => Promise<void> {
  return async (cron) => {
    const report = await reconcile(services, cron === MANUAL_RUN ? { minAgeMs: -CLOCK_SLACK_MS } : {});
    if (report.failed > 0) throw new Error(`reconcile: ${report.failed} of ${report.tenants} tenants failed`);
  };
}
