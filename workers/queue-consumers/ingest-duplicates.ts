/**
 * The raw of a duplicate is removed: the first copy's stays (I6: every raw has its row). A marker of no bytes under
 * `duplicates/` says so, because a queue may deliver the same job once more, and then a raw that is gone on purpose
 * must not look like a lost one (I8, I12).
 */
import type { IngestJob } from '../../core/ports/queues.ts';
import { FAN_OUT, mapBounded } from '../../platform/bounded.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import type { IngestResults } from './ingest-delivery.ts';

/** Key of the marker for a raw key. */
function duplicateMarker(key: string): string {
  return `duplicates/${key}`;
}

/** Whether the raw of this job was removed as a duplicate. */
export async function isRemovedDuplicate(
  services: Pick<Services, 'blobs'>,
  job: IngestJob,
): Promise<boolean> {
  return (await services.blobs.head(duplicateMarker(job.key))) !== null;
}

/** Best effort, after everything else is done: what remains is found by the reconciler and comes here again. */
export async function removeDuplicateRaw(services: Services, results: IngestResults): Promise<void> {
  const jobs = [...results].flatMap(([{ job }, r]) =>
    (r.kind === 'placed' || r.kind === 'held') && r.duplicate ? [job] : [],
  );
  await mapBounded(jobs, FAN_OUT, async (job) => {
    try {
      await mark(services, job);
      await services.blobs.delete(job.key);
    } catch (error) {
      const { correlationId, key } = job;
      services.log.warn('duplicate.not-removed', { correlationId, key, error: describeError(error) });
    }
  });
}

async function mark(services: Services, job: IngestJob): Promise<void> {
  if (await isRemovedDuplicate(services, job)) return;
  await services.blobs.putRaw(duplicateMarker(job.key), new Uint8Array(), {
    tenantId: job.tenantId,
    mailboxId: job.mailboxId,
    shard: job.shard,
    mailFrom: '',
    rcptTo: '',
    receivedAt: services.now(),
    rawSize: 0,
    correlationId: job.correlationId,
    authResults: '',
  });
}
