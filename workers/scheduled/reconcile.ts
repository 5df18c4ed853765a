import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { sampleMissing } from './missing.ts';
import { requeueOrphans } from './orphans.ts';
import type { Budget } from './scan.ts';

const MINUTE = 60_000;

export interface ReconcileOptions {
  /** Younger objects may still be on their way through the queue. */
  minAgeMs: number;
  maxAgeMs: number;
  intervalMs: number;
  /** Store calls of one run (an invocation has 1,000). */
  maxCalls: number;
  /** Mailboxes of each tenant, and messages of each, whose raw object is looked for. */
  sampleMailboxes: number;
  sampleMessages: number;
  /** In [0, 1): where scans and samples begin, so that runs with a small budget reach everything together. */
  random(): number;
}

const RECONCILE_DEFAULTS: ReconcileOptions = {
  minAgeMs: 15 * MINUTE,
  maxAgeMs: 48 * 60 * MINUTE,
  intervalMs: 15 * MINUTE,
  maxCalls: 600,
  sampleMailboxes: 10,
  sampleMessages: 12,
  random: Math.random,
};

export interface ReconcileReport {
  tenants: number;
  /** Tenants that could not be looked at because a store failed. */
  failed: number;
  listed: number;
  orphans: number;
  enqueued: number;
  strangers: number;
  sampled: number;
  missing: number;
  /** False when the budget ended first; the next run begins elsewhere. */
  complete: boolean;
}

/**
 * Compares raw objects with rows in both directions: objects without a row go through ingest again (I6), rows
 * without an object raise an alarm (I7). Changes nothing by itself, and repeating it is harmless.
 */
export async function reconcile(
  services: Pick<Services, 'directory' | 'mail' | 'blobs' | 'queues' | 'log' | 'now'>,
  given: Partial<ReconcileOptions> = {},
): Promise<ReconcileReport> {
  const options = { ...RECONCILE_DEFAULTS, ...given };
  const now = services.now();
  const budget: Budget = { calls: options.maxCalls };
  const tenants = await services.directory.listTenants();
  const report: ReconcileReport = {
    tenants: tenants.length,
    failed: 0,
    listed: 0,
    orphans: 0,
    enqueued: 0,
    strangers: 0,
    sampled: 0,
    missing: 0,
    complete: true,
  };
  const first = Math.floor(options.random() * tenants.length);
  for (const tenant of [...tenants.slice(first), ...tenants.slice(0, first)]) {
    try {
      const orphans = await requeueOrphans(services, tenant, { ...options, now }, budget);
      report.listed += orphans.listed;
      report.orphans += orphans.orphans;
      report.enqueued += orphans.enqueued;
      report.strangers += orphans.strangers;
      const sample = { mailboxes: options.sampleMailboxes, messages: options.sampleMessages, now };
      const missing = await sampleMissing(services, tenant, { ...sample, random: options.random }, budget);
      report.sampled += missing.sampled;
      report.missing += missing.missing;
    } catch (error) {
      // One shard that is down must not keep the others from being looked at.
      report.failed++;
      services.log.error('reconcile.failed', { tenantId: tenant.tenantId, error: describeError(error) });
    }
  }
  report.complete = budget.calls > 0;
  services.log.info('reconcile.done', { ...report });
  return report;
}
