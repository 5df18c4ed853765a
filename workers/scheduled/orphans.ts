import type { Tenant } from '../../core/identity/types.ts';
import { parseRawKey } from '../../core/mail/place-key.ts';
import type { StoredRaw } from '../../core/ports/blobs.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import type { Services } from '../../platform/services.ts';
import { type Budget, scan, takeCall } from './scan.ts';

/** Keys compared with one mailbox in one read. */
const KEYS_A_READ = 500;

export interface OrphanReport {
  listed: number;
  /** Raw objects without a message or a tombstone in their mailbox. */
  orphans: number;
  /** Those of them that were put on the queue again in this run. */
  enqueued: number;
  /** Objects whose envelope is missing or names another tenant; never acted on. */
  strangers: number;
}

export interface OrphanOptions {
  now: number;
  minAgeMs: number;
  maxAgeMs: number;
  /** Time between two runs. */
  intervalMs: number;
  /** In [0, 1): where the scan begins. */
  random(): number;
}

/**
 * Finds raw objects of a tenant that no mailbox knows and sends them through ingest again (I6). The envelope kept
 * with the object says everything that the lost queue message said.
 */
export async function requeueOrphans(
  services: Pick<Services, 'blobs' | 'mail' | 'queues' | 'log'>,
  tenant: Tenant,
  options: OrphanOptions,
  budget: Budget,
): Promise<OrphanReport> {
  const report: OrphanReport = { listed: 0, orphans: 0, enqueued: 0, strangers: 0 };
  const range = { from: options.now - options.maxAgeMs, to: options.now - options.minAgeMs };
  for await (const page of scan(services.blobs, tenant.tenantId, range, options.random, budget)) {
    report.listed += page.length;
    const byMailbox = new Map<string, StoredRaw[]>();
    for (const object of page) {
      const mailboxId = ownerOf(object, tenant);
      if (mailboxId === null) {
        report.strangers++;
        services.log.error('blob-without-envelope', { tenantId: tenant.tenantId, key: object.key });
      } else {
        byMailbox.set(mailboxId, [...(byMailbox.get(mailboxId) ?? []), object]);
      }
    }
    for (const [mailboxId, objects] of byMailbox) {
      for (let i = 0; i < objects.length; i += KEYS_A_READ) {
        if (!takeCall(budget)) return report;
        await requeue(services, tenant, mailboxId, objects.slice(i, i + KEYS_A_READ), options, report);
      }
    }
  }
  return report;
}

async function requeue(
  services: Pick<Services, 'mail' | 'queues' | 'log'>,
  tenant: Tenant,
  mailboxId: string,
  objects: StoredRaw[],
  options: OrphanOptions,
  report: OrphanReport,
): Promise<void> {
  const ref = { tenantId: tenant.tenantId, mailboxId, shard: tenant.mailShard };
  const known = await services.mail.mailbox(ref).knownRawKeys(objects.map((o) => o.key));
  const orphans = objects.filter((o) => !known.has(o.key));
  report.orphans += orphans.length;
  const jobs: IngestJob[] = orphans
    .filter((o) => isDue(options.now - receivedAt(o), options.intervalMs))
    .map((o) => ({
      v: 1,
      key: o.key,
      ...ref,
      size: o.size,
      sha256: null,
      correlationId: o.envelope?.correlationId ?? '',
    }));
  if (jobs.length === 0) return;
  await services.queues.ingest(jobs);
  report.enqueued += jobs.length;
  for (const job of jobs) {
    services.log.warn('blob-without-row', { ...ref, key: job.key, correlationId: job.correlationId });
  }
}

function receivedAt(object: StoredRaw): number {
  return object.envelope?.receivedAt ?? object.uploadedAt;
}

function ownerOf(object: StoredRaw, tenant: Tenant): string | null {
  const { envelope } = object;
  const ours =
    parseRawKey(object.key)?.tenantId === tenant.tenantId && envelope?.tenantId === tenant.tenantId;
  return ours ? envelope.mailboxId : null;
}

/**
 * Whether an orphan of this age is sent in this run: in the runs number 1, 2, 4, 8, … of its life. An ingest that is
 * only behind is thus not buried under copies of its own backlog, and a message that fails for good is tried less
 * and less often.
 */
export function isDue(ageMs: number, intervalMs: number): boolean {
  const run = Math.floor(ageMs / intervalMs);
  return run <= 1 || (run & (run - 1)) === 0;
}
