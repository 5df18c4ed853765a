import { recountTenant } from '../../core/quota/recount.ts';
import { QUOTA_SETTING, readTenantQuota } from '../../core/quota/settings.ts';
import { startRetention } from '../../core/retention/fan-out.ts';
import { newId } from '../../platform/ids.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';

/** Mailboxes that get their job of the day in one run, and mailboxes that one run adds up. */
const JOBS_A_RUN = 2000;
const MAILBOXES_A_RUN = 200;

/**
 * Sends mailboxes to the queue `retention`, each once a day, adds up the mailboxes of tenants whose total is limited, and
 * forgets the answers of the admin API whose day is over. Number of failures.
 */
export async function keepLimits(
  services: Pick<Services, 'directory' | 'mail' | 'queues' | 'log' | 'now'>,
): Promise<number> {
  const correlationId = newId(services.now());
  let failed = 0;
  try {
    const jobs = await startRetention(services, JOBS_A_RUN, correlationId);
    if (jobs > 0) services.log.info('retention.started', { jobs, correlationId });
  } catch (error) {
    // The mailboxes that had no job get it in the next run.
    failed++;
    services.log.error('retention.not-started', { correlationId, error: describeError(error) });
  }
  const tenants = await services.directory.listTenants();
  for (const tenantId of [null, ...tenants.map((tenant) => tenant.tenantId)]) {
    try {
      await services.directory.forgetAnswers(tenantId, services.now());
    } catch (error) {
      failed++;
      services.log.error('answers.not-forgotten', { tenantId, error: describeError(error) });
    }
  }
  let left = MAILBOXES_A_RUN;
  for (const tenant of tenants) {
    if (left <= 0) break;
    try {
      const quota = await services.directory.getTenantSetting(tenant.tenantId, QUOTA_SETTING);
      if (readTenantQuota(quota).totalBytes === null) continue;
      const { mailboxes, next } = await recountTenant(services, tenant, left);
      left -= next?.mailboxes ?? mailboxes;
    } catch (error) {
      failed++;
      services.log.error('quota.not-counted', { tenantId: tenant.tenantId, error: describeError(error) });
    }
  }
  return failed;
}
