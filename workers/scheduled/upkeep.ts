/** What is kept for bad days: mailboxes written down, tenants exported, a sample of everything checked, alarms. */
import { capture } from '../../core/archive/capture.ts';
import { exportTenant } from '../../core/archive/directory.ts';
import { forgetOldKeys } from '../../core/keys/forget-old.ts';
import { newId } from '../../platform/ids.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { checkStep } from '../recovery/check.ts';
import { keepAudit } from './audit.ts';
import { emptyQuarantine } from './quarantine.ts';
import { pruneTraces } from './trace.ts';
import { forgetWebhookEvents } from './webhooks.ts';

/** Mailboxes that one run looks at; the queue `actions` has brought most of what is new already. */
const MAILBOXES_A_RUN = 40;
/** Steps of the check in one run. */
const CHECKS_A_RUN = 4;
const WRITE_DOWN = 'upkeep.write-down';
const CHECK = 'upkeep.check';
/** A failure of which nothing was heard for so long has succeeded or is a dead letter. */
const FAILURES_KEPT_MS = 30 * 24 * 3600_000;
const DELIVERIES_KEPT_MS = 60 * 24 * 3600_000;

/** Rejects when a part failed, after the others have had their turn. */
export async function keepUp(services: Services): Promise<void> {
  const failures: string[] = [];
  const parts = {
    exportTenants,
    writeDown,
    checkSome,
    raiseAlarm,
    forgetFailures,
    forgetDeliveries,
    keepAudit,
    pruneTraces,
    emptyQuarantine,
    forgetWebhookEvents,
    forgetKeys,
  };
  for (const [name, part] of Object.entries(parts)) {
    try {
      await part(services);
    } catch (error) {
      failures.push(name);
      services.log.error('upkeep.failed', { part: name, error: describeError(error) });
    }
  }
  if (failures.length > 0) throw new Error(`upkeep: ${failures.join(', ')} failed`);
}

/** A queue may bring a message to a group again for as long as it keeps dead letters. */
async function forgetDeliveries({ directory, now }: Services): Promise<void> {
  for (const { tenantId } of await directory.listTenants()) {
    await directory.forgetGroupDeliveries(tenantId, now() - DELIVERIES_KEPT_MS);
  }
}

async function exportTenants(services: Services): Promise<void> {
  const { archive, objects, seal, now, log } = services;
  for (const { tenantId } of await services.directory.listTenants()) {
    const done = await exportTenant({ directory: archive.directory, objects, seal, now }, tenantId);
    if (done === 'written') log.info('directory.exported', { tenantId, sealed: seal !== null });
  }
}

/** Mailboxes in turn: whose job the queue has lost, or whose settings changed without one. */
async function writeDown(services: Services): Promise<void> {
  const { objects, now, log, operations } = services;
  const tenants = (await services.directory.listTenants()).sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
  const kept = (await operations.getCursor(WRITE_DOWN)) as { tenantId?: string; address?: string } | null;
  let at = { tenantId: kept?.tenantId ?? '', address: kept?.address ?? '' };
  let left = MAILBOXES_A_RUN;
  for (let round = 0; left > 0 && round <= tenants.length; round++) {
    const tenant = tenants.find((one) => one.tenantId >= at.tenantId);
    if (tenant === undefined) {
      at = { tenantId: '', address: '' };
      break;
    }
    const after = tenant.tenantId === at.tenantId ? at.address : '';
    const users = await services.directory.listUsers(tenant.tenantId, after, left);
    for (const { userId } of users) {
      const ref = { tenantId: tenant.tenantId, mailboxId: userId, shard: tenant.mailShard };
      const { kind, lines, to } = await capture({ archive: services.archive.mailbox(ref), objects, now });
      if (kind === 'segment' || kind === 'snapshot') {
        log.info('actions.written', { ...ref, kind, lines, to, correlationId: 'upkeep' });
      }
    }
    left -= users.length;
    const last = users.at(-1);
    at =
      left > 0 || last === undefined
        ? { tenantId: `${tenant.tenantId}\0`, address: '' }
        : { tenantId: tenant.tenantId, address: last.address };
  }
  await operations.putCursor(WRITE_DOWN, at, now());
}

async function checkSome(services: Services): Promise<void> {
  const { operations, now, log } = services;
  const kept = await operations.getCursor(CHECK);
  let cursor = typeof kept === 'string' ? kept : null;
  for (let n = 0; n < CHECKS_A_RUN; n++) {
    const request = { cursor, tenantId: null, address: null, mend: false, young: false };
    // A cursor of tenants who are gone is none.
    const step = await checkStep(services, request).catch((error: unknown) => {
      if (cursor === null) throw error;
      return { cursor: null, findings: [] };
    });
    for (const { check, tenantId, mailboxId, count, examples } of step.findings) {
      log.error('check.finding', {
        check,
        tenantId,
        mailboxId,
        count,
        examples: examples.slice(0, 3).join(' '),
      });
      await services.queues.audit([
        {
          ...{ v: 1, eventId: newId(now()), at: now(), tenantId, actor: 'cron', action: 'check.finding' },
          ...{
            resource: mailboxId ?? tenantId,
            outcome: 'error',
            details: { check, count },
            correlationId: '',
          },
        },
      ]);
    }
    cursor = step.cursor;
    if (cursor === null) break;
  }
  await operations.putCursor(CHECK, cursor, now());
}

/** I12: as long as a dead letter waits, every run says so. */
async function raiseAlarm(services: Services): Promise<void> {
  for (const { queue, waiting, oldestWaitingAt } of await services.directory.countDeadLetters()) {
    if (waiting > 0) services.log.error('dead-letters.waiting', { queue, waiting, oldestWaitingAt });
  }
}

/** Older keys of tenants, once nothing is sealed under them. */
async function forgetKeys({ directory, dkimKeys, seal, now, log }: Services): Promise<void> {
  if (seal === null) return;
  for (const { tenantId } of await directory.listTenants()) {
    const gone = await forgetOldKeys({ directory, dkimKeys, seal, now }, tenantId);
    if (gone.length > 0) log.info('keys.forgotten', { tenantId, generations: gone.join(' ') });
  }
}

async function forgetFailures({ operations, now }: Services): Promise<void> {
  await operations.forgetFailuresBefore(now() - FAILURES_KEPT_MS);
}
