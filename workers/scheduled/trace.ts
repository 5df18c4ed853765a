import { dayOf } from '../../core/trace/days.ts';
import { MAIL_DAYS_KEPT, readTraceDays, TRACE_SETTING } from '../../core/trace/keeping.ts';
import type { Services } from '../../platform/services.ts';

const PRUNED = 'trace.pruned';
const DAY_MS = 24 * 3600_000;
/** An invocation has a bounded number of calls: tenants whose turn it is, and pieces that are removed of each. */
const TENANTS_A_RUN = 40;
const PIECES_A_RUN = 6;

/** Forgets what is older than a tenant wants to keep, tenants in turn. */
export async function pruneTraces(services: Services): Promise<void> {
  const { directory, operations, trace, config, now } = services;
  const kept = await operations.getCursor(PRUNED);
  const after = typeof kept === 'string' ? kept : '';
  const ids = (await directory.listTenants()).map(({ tenantId }) => tenantId).sort();
  const turn = ids.filter((id) => id > after).slice(0, TENANTS_A_RUN);
  for (const tenantId of turn) {
    const days = readTraceDays(await directory.getTenantSetting(tenantId, TRACE_SETTING), config.traceDays);
    const before = now() - days * DAY_MS;
    await trace.forgetDays(tenantId, dayOf(now()) - MAIL_DAYS_KEPT);
    for (let n = 0; n < PIECES_A_RUN && !(await trace.prune(tenantId, before)); n++);
  }
  const last = turn.length < TENANTS_A_RUN ? '' : (turn.at(-1) ?? '');
  await operations.putCursor(PRUNED, last, now());
}
