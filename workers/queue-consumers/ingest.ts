/**
 * Queue `mail-ingest`: a raw message becomes a row of its mailbox.
 *
 * Fresh messages of a batch are prepared side by side and written by mailbox. What comes a second time may be what
 * killed the isolate the first time, so it is taken one at a time: in reverse on every second attempt, so that the
 * messages on both sides of a deadly one get placed, and without parsing from the fourth on, so that the deadly one
 * gets placed too (I10, I11).
 */

import { FAN_OUT, groupBy, mapBounded } from '../../platform/bounded.ts';
import { withDeadline } from '../../platform/deadline.ts';
import type { Services } from '../../platform/services.ts';
import { forBatch } from './batch-memory.ts';
import { type IngestDelivery, type IngestResults, SMALL_BYTES } from './ingest-delivery.ts';
import { removeDuplicateRaw } from './ingest-duplicates.ts';
import { holdOne } from './ingest-hold.ts';
import { lookupKnown } from './ingest-known.ts';
import { placeGroup } from './ingest-place.ts';
import { type Prepared, prepare } from './ingest-prepare.ts';
import { traceIngested } from './ingest-trace.ts';
import { ingestJob } from './jobs.ts';
import { acceptJobs, type QueueBatch, retryLater } from './settle.ts';

/** From this delivery on a message is placed without being parsed. */
const UNPARSED_FROM = 4;
/** A raw whose bytes do not come must not hold up its batch-mates until the platform ends the invocation (I11). */
const READ_DEADLINE_MS = 60_000;

export async function consumeIngest(all: Services, batch: QueueBatch): Promise<void> {
  const services = forBatch(all);
  const deliveries = acceptJobs(batch, ingestJob, services.log);
  await ingestRound(
    services,
    deliveries.filter(({ message }) => message.attempts < 2),
  );
  const again = deliveries.filter(({ message }) => message.attempts >= 2);
  if ((again[0]?.message.attempts ?? 1) % 2 === 0) again.reverse();
  // Each to its very end: should the next one be deadly, nothing of this one is left to do.
  for (const delivery of again) await ingestRound(services, [delivery]);
}

async function ingestRound(services: Services, deliveries: IngestDelivery[]): Promise<void> {
  const results: IngestResults = new Map();
  await ingestTogether(services, deliveries, results);
  await announce(services, results);
  settle(services, results);
  await removeDuplicateRaw(services, results);
}

async function ingestTogether(
  services: Services,
  deliveries: IngestDelivery[],
  results: IngestResults,
): Promise<void> {
  // A first delivery is as good as never known; if it is, the write will say so.
  const repeated = deliveries.filter(({ message }) => message.attempts >= 2);
  if (repeated.length > 0) await lookupKnown(services, repeated, results);
  const unknown = deliveries.filter((delivery) => !results.has(delivery));
  const prepared: Prepared[] = [];
  const attempt = async (delivery: IngestDelivery) => {
    try {
      const unparsed = delivery.message.attempts >= UNPARSED_FROM;
      const one = await withDeadline(READ_DEADLINE_MS, () => prepare(services, delivery, unparsed));
      if (one === 'done') results.set(delivery, { kind: 'done' });
      else if (one.noted.held !== undefined) results.set(delivery, await holdOne(services, one));
      else prepared.push(one);
    } catch (error) {
      results.set(delivery, { kind: 'failed', error });
    }
  };
  await mapBounded(
    unknown.filter(({ job }) => job.size <= SMALL_BYTES),
    FAN_OUT,
    attempt,
  );
  for (const delivery of unknown.filter(({ job }) => job.size > SMALL_BYTES)) await attempt(delivery);
  // In the order of the batch again: siblings of a conversation find each other by it.
  const order = new Map(deliveries.map((delivery, n) => [delivery, n]));
  prepared.sort((a, b) => (order.get(a.delivery) ?? 0) - (order.get(b.delivery) ?? 0));
  const mailboxes = groupBy(prepared, ({ delivery: { job } }) => `${job.tenantId}\0${job.mailboxId}`);
  await mapBounded([...mailboxes.values()], FAN_OUT, (group) => placeGroup(services, group, results));
}

/**
 * Tells the search index and whoever waits. This comes before the acknowledgement: if it fails, or nothing after it
 * happens, the message comes again and everything is told once more, which harms nobody (I8, I14).
 */
async function announce(services: Services, results: IngestResults): Promise<void> {
  const traced = traceIngested(services, results);
  const placed = [...results].flatMap(([{ job }, result]) =>
    result.kind === 'placed' ? [{ job, result }] : [],
  );
  if (placed.length === 0) return traced;
  try {
    await Promise.all([
      services.queues.index(
        placed.map(({ job: { tenantId, mailboxId, shard, correlationId }, result: { itemId } }) => ({
          v: 1,
          ...{ tenantId, mailboxId, shard, itemId, arrival: true, correlationId },
        })),
      ),
      services.queues.arrived(
        placed.flatMap(({ job: { tenantId, mailboxId, shard, correlationId, key }, result }) =>
          result.duplicate
            ? []
            : [{ v: 1, tenantId, mailboxId, shard, itemId: result.itemId, rawKey: key, correlationId }],
        ),
      ),
      services.queues.notify(
        placed.map(
          ({ job: { tenantId, mailboxId, shard, correlationId }, result: { itemId, folderId, modseq } }) => ({
            v: 1,
            ...{ tenantId, mailboxId, shard, folderId, modseq, originDevice: null, itemId, correlationId },
          }),
        ),
      ),
      traced,
    ]);
  } catch (error) {
    for (const [delivery, { kind }] of results) {
      if (kind === 'placed') results.set(delivery, { kind: 'failed', error });
    }
  }
}

function settle(services: Services, results: IngestResults): void {
  for (const [delivery, result] of results) {
    const { message, job } = delivery;
    if (result.kind === 'failed') {
      retryLater(services.log, delivery, 'ingest.failed', result.error);
      continue;
    }
    message.ack();
    if (result.kind === 'placed') {
      services.log.info('mail.placed', {
        correlationId: job.correlationId,
        tenantId: job.tenantId,
        mailboxId: job.mailboxId,
        itemId: result.itemId,
        modseq: result.modseq,
        duplicate: result.duplicate,
        own: result.noted?.envelope?.role !== undefined,
      });
    }
  }
}
