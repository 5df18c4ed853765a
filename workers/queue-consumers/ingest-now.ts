import type { IngestJob } from '../../core/ports/queues.ts';
import type { Services } from '../../platform/services.ts';
import { consumeIngest } from './ingest.ts';

/**
 * Places raws that are stored already without waiting for the queue: what one user of this installation sends to
 * another. Resolves with the jobs that the queue would bring again.
 */
export async function ingestNow(services: Services, jobs: readonly IngestJob[]): Promise<IngestJob[]> {
  const placed = new Set<number>();
  await consumeIngest(services, {
    queue: 'mail-ingest',
    messages: jobs.map((job, n) => ({
      id: job.key,
      body: job,
      attempts: 1,
      ack: () => void placed.add(n),
      retry: () => undefined,
    })),
  });
  return jobs.filter((_, n) => !placed.has(n));
}
