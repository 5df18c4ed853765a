import { parseRawKey } from '../../core/mail/place-key.ts';
import { FAN_OUT, groupBy, mapBounded } from '../../platform/bounded.ts';
import type { Services } from '../../platform/services.ts';
import type { IngestDelivery, IngestResults } from './ingest-delivery.ts';

/**
 * Finds the deliveries whose message is in its mailbox already and gives them their result: what is still there is
 * announced again, without reading its raw; what its owner has removed since stays removed (I8).
 */
export async function lookupKnown(
  services: Services,
  deliveries: readonly IngestDelivery[],
  results: IngestResults,
): Promise<void> {
  const mailboxes = [...groupBy(deliveries, ({ job }) => `${job.tenantId}\0${job.mailboxId}`).values()];
  await mapBounded(mailboxes, FAN_OUT, async (group) => {
    try {
      await lookupInMailbox(services, group, results);
    } catch (error) {
      for (const delivery of group) results.set(delivery, { kind: 'failed', error });
    }
  });
}

async function lookupInMailbox(
  services: Services,
  group: IngestDelivery[],
  results: IngestResults,
): Promise<void> {
  const job = group[0]?.job;
  if (job === undefined) return;
  const mailbox = services.mail.mailbox({
    tenantId: job.tenantId,
    mailboxId: job.mailboxId,
    shard: job.shard,
  });
  const known = await mailbox.knownRawKeys(group.map((d) => d.job.key));
  const seen = group.filter((d) => known.has(d.job.key));
  if (seen.length === 0) return;
  const states = await mailbox.itemStates(seen.map((d) => itemIdOf(d)));
  for (const delivery of seen) {
    const state = states.find((s) => s.itemId === itemIdOf(delivery));
    results.set(
      delivery,
      state === undefined
        ? { kind: 'done' }
        : {
            kind: 'placed',
            itemId: state.itemId,
            folderId: state.folderId,
            modseq: state.modseq,
            duplicate: false,
          },
    );
  }
}

/** The item that this job's raw message is or becomes (the schema has checked the key). */
export function itemIdOf({ job }: IngestDelivery): string {
  return parseRawKey(job.key)?.itemId ?? job.key;
}
