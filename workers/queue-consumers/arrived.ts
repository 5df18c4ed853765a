/**
 * Queue `arrived`: what follows from a message that came in. It is in its mailbox already, and what is done here may
 * be done again, so every follow-up must know what it did before (I8).
 */
import type { Message } from '../../core/mail/types.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import type { ArrivedJob } from '../../core/ports/queues.ts';
import type { Services } from '../../platform/services.ts';
import { followRules } from './arrived/follow-rules.ts';
import { journal } from './arrived/journal.ts';
import { matchReports } from './arrived/match-reports.ts';
import { outOfOffice } from './arrived/out-of-office.ts';
import { warnOfQuota } from './arrived/warn-of-quota.ts';
import { arrivedJob } from './jobs.ts';
import { forBatch } from './mailbox-rules.ts';
import { acceptJobs, type QueueBatch, retryLater } from './settle.ts';

export interface Arrived {
  job: ArrivedJob;
  envelope: RawEnvelope;
  /** Bytes of the raw. */
  size: number;
  /** null when its owner has removed it for good in the meantime. */
  message: Message | null;
}

/** Rejects on faults that another attempt may not meet. */
type FollowUp = (services: Services, arrived: Arrived) => Promise<void>;

/** The journal first: what fails for good in another one must not keep a message out of it. */
const FOLLOW_UPS: readonly FollowUp[] = [journal, matchReports, outOfOffice, followRules, warnOfQuota];

export async function consumeArrived(all: Services, batch: QueueBatch): Promise<void> {
  const services = forBatch(all);
  for (const delivery of acceptJobs(batch, arrivedJob, services.log)) {
    try {
      await followUp(services, delivery.job);
      delivery.message.ack();
    } catch (error) {
      retryLater(services.log, delivery, 'arrived.failed', error);
    }
  }
}

async function followUp(services: Services, job: ArrivedJob): Promise<void> {
  const raw = await services.blobs.head(job.rawKey);
  // Its raw is gone with it: by retention, or as a duplicate whose first copy is followed up itself.
  if (raw === null || raw.envelope === null) return;
  const { envelope, size } = raw;
  if (envelope.tenantId !== job.tenantId || envelope.mailboxId !== job.mailboxId) {
    throw new Error('the raw belongs to another mailbox');
  }
  // What the user put there is no arrival.
  if (envelope.role !== undefined) return;
  const { tenantId, mailboxId, shard } = job;
  const [message = null] = await services.mail.mailbox({ tenantId, mailboxId, shard }).messages([job.itemId]);
  for (const one of FOLLOW_UPS) await one(services, { job, envelope, size, message });
}
