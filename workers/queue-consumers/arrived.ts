/**
 * Queue `arrived`: what follows from a message that came in. It is in its mailbox already, and what is done here may
 * be done again, so every follow-up must know what it did before (I8).
 */
import type { MailboxRef, Message } from '../../core/mail/types.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import type { ArrivedJob } from '../../core/ports/queues.ts';
import { groupBy } from '../../platform/bounded.ts';
import type { Services } from '../../platform/services.ts';
import { followRules } from './arrived/follow-rules.ts';
import { journal } from './arrived/journal.ts';
import { matchReports } from './arrived/match-reports.ts';
import { outOfOffice } from './arrived/out-of-office.ts';
import { schedule } from './arrived/scheduling.ts';
import { tellWebhooks } from './arrived/tell-webhooks.ts';
import { warnOfQuota } from './arrived/warn-of-quota.ts';
import { forBatch } from './batch-memory.ts';
import { arrivedJob } from './jobs.ts';
import { acceptJobs, type QueueBatch, retryLater } from './settle.ts';

export interface Arrived {
  job: ArrivedJob;
  /**
   * How it came; asked once, and only by those who need it. null when its raw is gone with it (by retention, or as a
   * duplicate whose first copy is followed up itself), and for what its owner put there, which is no arrival.
   */
  envelope(): Promise<RawEnvelope | null>;
  /** null when its owner has removed it for good in the meantime. */
  message: Message | null;
}

/** Rejects on faults that another attempt may not meet. */
type FollowUp = (services: Services, arrived: Arrived) => Promise<void>;

/** The journal first: what fails for good in another one must not keep a message out of it. */
const FOLLOW_UPS: readonly FollowUp[] = [
  journal,
  tellWebhooks,
  matchReports,
  schedule,
  outOfOffice,
  followRules,
  warnOfQuota,
];

export async function consumeArrived(all: Services, batch: QueueBatch): Promise<void> {
  const services = forBatch(all);
  const deliveries = acceptJobs(batch, arrivedJob, services.log);
  const mailboxes = groupBy(deliveries, ({ job }) =>
    JSON.stringify([job.shard, job.tenantId, job.mailboxId]),
  );
  for (const group of mailboxes.values()) {
    const messages = messagesOf(
      services,
      group.map(({ job }) => job),
    );
    for (const delivery of group) {
      try {
        const message = (await messages).get(delivery.job.itemId) ?? null;
        await followUp(services, delivery.job, message);
        delivery.message.ack();
      } catch (error) {
        retryLater(services.log, delivery, 'arrived.failed', error);
      }
    }
  }
}

/** Messages of one mailbox, by their ids. */
async function messagesOf(services: Services, jobs: readonly ArrivedJob[]): Promise<Map<string, Message>> {
  const [job] = jobs;
  if (job === undefined) return new Map();
  const { tenantId, mailboxId, shard } = job;
  const ref: MailboxRef = { tenantId, mailboxId, shard };
  const messages = await services.mail.mailbox(ref).messages(jobs.map(({ itemId }) => itemId));
  return new Map(messages.map((message) => [message.itemId, message]));
}

async function followUp(services: Services, job: ArrivedJob, message: Message | null): Promise<void> {
  let asked: Promise<RawEnvelope | null> | null = null;
  const envelope = () => {
    asked ??= envelopeOf(services, job);
    return asked;
  };
  for (const one of FOLLOW_UPS) await one(services, { job, envelope, message });
}

async function envelopeOf(services: Services, job: ArrivedJob): Promise<RawEnvelope | null> {
  const raw = await services.blobs.head(job.rawKey);
  const envelope = raw?.envelope ?? null;
  if (envelope === null) return null;
  if (envelope.tenantId !== job.tenantId || envelope.mailboxId !== job.mailboxId) {
    throw new Error('the raw belongs to another mailbox');
  }
  return envelope.role === undefined ? envelope : null;
}
