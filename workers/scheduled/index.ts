import type { Services } from '../../platform/services.ts';
import { removeEndedLinks } from './ended-links.ts';
import { eraseDue } from './erasures.ts';
import { type ReconcileReport, reconcile } from './reconcile.ts';
import { remindDue } from './reminders.ts';
import { keepLimits } from './retention.ts';
import { turnSigningKeys } from './signing-keys.ts';
import { type SweepReport, sweep } from './sweep.ts';
import { moveTenants } from './tenant-moves.ts';
import { resumeSending } from './unsent.ts';
import { resumeScheduling } from './untold.ts';
import { keepUp } from './upkeep.ts';
import { resumeWebhooks } from './webhooks.ts';

export interface ScheduledReport {
  recent: ReconcileReport;
  sweep: SweepReport;
}

/** Cron name under which a person asks for a run: objects of this very moment are looked at too. */
const MANUAL_RUN = 'manual';
/** Apart from the others, since each has the calls of one invocation (wrangler.toml). */
const UPKEEP_CRON = '7-59/15 * * * *';
/** Each minute: a reminder that is late is none. */
const REMINDER_CRON = '* * * * *';
/** Clocks of two machines need not agree (I30). */
const CLOCK_SLACK_MS = 60_000;

/**
 * The scheduled() handler: unfinished sending and the reconciler on one cron of wrangler.toml, what is kept for bad days
 * on another, reminders and moves of tenants on a third. Rejects when a tenant could not be looked at, so that the run counts as failed.
 */
export function createScheduled(
  services: Services,
): (cron: string, scheduledTime: number) => Promise<ScheduledReport | null> {
  return async (cron) => {
    if (cron === UPKEEP_CRON) {
      await keepUp(services);
      return null;
    }
    if (cron === REMINDER_CRON) {
      const failed = await remindDue(services);
      const unmoved = await moveTenants(services);
      if (failed > 0) throw new Error(`reminders: ${failed} parts of the round failed`);
      if (unmoved > 0) throw new Error(`moves: ${unmoved} of tenants failed`);
      return null;
    }
    const manual = cron === MANUAL_RUN;
    const unsent = await resumeSending(services, manual ? -CLOCK_SLACK_MS : undefined);
    const keys = await turnSigningKeys(services);
    const links = await removeEndedLinks(services);
    const untold = await resumeScheduling(services);
    const unkept = await keepLimits(services);
    const hooks = await resumeWebhooks(services);
    const unerased = await eraseDue(services);
    const report = await reconcile(services, manual ? { minAgeMs: -CLOCK_SLACK_MS } : {});
    const swept = await sweep(services);
    if (report.failed > 0) throw new Error(`reconcile: ${report.failed} of ${report.tenants} tenants failed`);
    if (keys > 0) throw new Error(`dkim: ${keys} of ${report.tenants} tenants failed`);
    if (links > 0) throw new Error(`links: ${links} of ${report.tenants} tenants failed`);
    if (unkept > 0) throw new Error(`retention: ${unkept} parts of the round failed`);
    if (unerased > 0) throw new Error(`erasure: ${unerased} of ${report.tenants} tenants failed`);
    if (hooks > 0) throw new Error(`webhooks: ${hooks} failed`);
    if (untold > 0) throw new Error(`scheduling: ${untold} of ${report.tenants} tenants failed`);
    if (unsent > 0) throw new Error(`outbound: ${unsent} of ${report.tenants} tenants failed`);
    return { recent: report, sweep: swept };
  };
}
