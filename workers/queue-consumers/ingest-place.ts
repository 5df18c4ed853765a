import { joinConversations } from '../../core/mail/join-conversation.ts';
import type { NewMessage } from '../../core/mail/types.ts';
import type { InsertResult, MailboxStore } from '../../core/ports/mail.ts';
import type { Services } from '../../platform/services.ts';
import type { Ingested, IngestResults } from './ingest-delivery.ts';
import type { Prepared } from './ingest-prepare.ts';

/**
 * Writes the prepared messages of one mailbox: together, and one by one when that fails, so that a message which
 * the store refuses keeps none of the others out (I11).
 */
export async function placeGroup(
  services: Services,
  group: Prepared[],
  results: IngestResults,
): Promise<void> {
  const job = group[0]?.delivery.job;
  if (job === undefined) return;
  try {
    // Within the try: a shard that does not exist is the fault of this job alone.
    const mailbox = services.mail.mailbox({
      tenantId: job.tenantId,
      mailboxId: job.mailboxId,
      shard: job.shard,
    });
    const messages = await joinConversations(mailbox, group);
    const inserted = await insertTogether(services, mailbox, messages);
    for (const [n, one] of group.entries()) {
      const result = inserted[n];
      results.set(one.delivery, result === undefined ? noResult() : ingested(one, result));
    }
  } catch (error) {
    if (error instanceof ErasedError) {
      await dropErased(services, group, results);
      return;
    }
    if (group.length === 1) {
      for (const { delivery } of group) results.set(delivery, { kind: 'failed', error });
      return;
    }
    for (const one of group) await placeGroup(services, [one], results);
  }
}

/** The mailbox is of a user who is erased: no mail makes it anew. */
class ErasedError extends Error {}

async function isErased(
  { directory }: Pick<Services, 'directory'>,
  { tenantId, mailboxId }: MailboxStore['ref'],
): Promise<boolean> {
  const erasure = await directory.getErasure(tenantId, mailboxId);
  return erasure !== null && erasure.state !== 'deleted';
}

/** What was on its way to an erased mailbox goes with it (I27). */
async function dropErased(services: Services, group: Prepared[], results: IngestResults): Promise<void> {
  try {
    await services.blobs.delete(...group.map(({ delivery }) => delivery.job.key));
    for (const { delivery } of group) {
      services.log.info('mail.erased', {
        mailboxId: delivery.job.mailboxId,
        correlationId: delivery.job.correlationId,
      });
      results.set(delivery, { kind: 'done' });
    }
  } catch (error) {
    for (const { delivery } of group) results.set(delivery, { kind: 'failed', error });
  }
}

async function insertTogether(
  services: Services,
  mailbox: MailboxStore,
  messages: NewMessage[],
): Promise<InsertResult[]> {
  try {
    return await mailbox.insertMany(messages);
  } catch (error) {
    // A mailbox that was never created, e.g. because its user was made by hand: mail creates it.
    const { exists } = await mailbox.usage();
    if (exists) throw error;
    if (await isErased(services, mailbox.ref)) throw new ErasedError();
    await mailbox.create(services.now());
    return mailbox.insertMany(messages);
  }
}

function ingested({ delivery, noted }: Prepared, result: InsertResult): Ingested {
  const { itemId, folderId, modseq } = result;
  const duplicate = result.outcome === 'duplicate' && result.rawKey !== delivery.job.key;
  return { kind: 'placed', itemId, folderId, modseq, duplicate, noted };
}

function noResult(): Ingested {
  return { kind: 'failed', error: new Error('the store gave no result for the message') };
}
