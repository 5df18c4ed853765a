import { removeHeld } from '../../core/quarantine/remove.ts';
import { incomingStep } from '../../core/trace/incoming.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { recordTrace } from '../../platform/trace.ts';

const EMPTIED = 'quarantine.emptied';
const TENANTS_A_RUN = 40;
const MESSAGES_AT_ONCE = 50;
/** What was decided on is shown for so long. */
const SHOWN_MS = 60 * 24 * 3600_000;

/** Deletes what nobody has released in its time, tenants in turn. What is on hold waits on. */
export async function emptyQuarantine(services: Services): Promise<void> {
  const { directory, operations, quarantine, now } = services;
  const kept = await operations.getCursor(EMPTIED);
  const after = typeof kept === 'string' ? kept : '';
  const tenants = (await directory.listTenants()).sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
  const turn = tenants.filter(({ tenantId }) => tenantId > after).slice(0, TENANTS_A_RUN);
  for (const { tenantId, mailShard: shard } of turn) {
    for (const held of await quarantine.expired(tenantId, shard, now(), MESSAGES_AT_ONCE)) {
      const { mailboxId, itemId: traceId, correlationId } = held;
      try {
        if (!(await removeHeld(services, { tenantId, mailboxId, shard }, held, 'cron'))) continue;
        const key = 'quarantine:expired';
        const step = incomingStep({ tenantId, traceId, at: now() }, 'quarantine', 'expired', { key });
        await recordTrace(services, { messages: [], steps: [step] });
      } catch (error) {
        services.log.warn('quarantine.not-emptied', { tenantId, correlationId, error: describeError(error) });
      }
    }
    await quarantine.forget(tenantId, shard, now() - SHOWN_MS, MESSAGES_AT_ONCE);
  }
  const last = turn.length < TENANTS_A_RUN ? '' : (turn.at(-1)?.tenantId ?? '');
  await operations.putCursor(EMPTIED, last, now());
}
