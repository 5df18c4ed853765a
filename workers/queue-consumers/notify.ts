import type { NotifyJob } from '../../core/ports/queues.ts';
import type { TraceStep } from '../../core/ports/trace.ts';
import { incomingStep } from '../../core/trace/incoming.ts';
import { FAN_OUT, groupBy, mapBounded } from '../../platform/bounded.ts';
import { describeError } from '../../platform/log.ts';
import type { ChangeNotice, Services } from '../../platform/services.ts';
import { recordTrace } from '../../platform/trace.ts';
import { notifyJob } from './jobs.ts';
import { acceptJobs, type Delivery, type QueueBatch, retryLater } from './settle.ts';

/**
 * Queue `notify`: tells whoever waits for a mailbox that its folders changed. Telling twice is harmless: the
 * listener compares with what it knows (I14).
 */
export async function consumeNotify(services: Services, batch: QueueBatch): Promise<void> {
  const deliveries = acceptJobs(batch, notifyJob, services.log);
  const mailboxes = [...groupBy(deliveries, ({ job }) => `${job.tenantId}\0${job.mailboxId}`).values()];
  const steps: TraceStep[] = [];
  await mapBounded(mailboxes, FAN_OUT, async (group) => {
    try {
      const devices = await wake(services, group);
      steps.push(...wokenSteps(services, group, devices));
      for (const { message } of group) message.ack();
    } catch (error) {
      for (const delivery of group) retryLater(services.log, delivery, 'notify.failed', error);
    }
  });
  await Promise.all([
    haveWrittenDown(
      services,
      mailboxes.flatMap((group) => group[0]?.job ?? []),
    ),
    recordTrace(services, { messages: [], steps }),
  ]);
}

function wokenSteps({ now }: Services, group: Delivery<NotifyJob>[], devices: number): TraceStep[] {
  return group.flatMap(({ job: { tenantId, itemId } }) =>
    itemId === undefined
      ? []
      : [incomingStep({ tenantId, traceId: itemId, at: now() }, 'notify', 'told', { details: { devices } })],
  );
}

/** What changed is written down soon (I28). Whose turn is lost here, the cron finds. */
async function haveWrittenDown(services: Services, jobs: readonly NotifyJob[]): Promise<void> {
  if (jobs.length === 0) return;
  try {
    await services.queues.actions(
      jobs.map(({ tenantId, mailboxId, shard, correlationId }) => ({
        ...{ v: 1, tenantId, mailboxId, shard, correlationId },
      })),
    );
  } catch (error) {
    services.log.warn('notify.not-written-down', { error: describeError(error) });
  }
}

/** Number of devices that waited. */
async function wake(services: Services, group: Delivery<NotifyJob>[]): Promise<number> {
  const last = group.at(-1)?.job;
  if (last === undefined) return 0;
  const { tenantId, mailboxId, shard } = last;
  const changes = noticesOf(group.map(({ job }) => job));
  const devices = await services.wake.hub(tenantId, mailboxId, changes);
  await mapBounded(devices, FAN_OUT, (deviceId) =>
    services.wake.device({ tenantId, mailboxId, shard }, deviceId, changes, last.correlationId),
  );
  for (const { job } of group) {
    services.log.info('notify.woken', {
      correlationId: job.correlationId,
      tenantId,
      mailboxId,
      folderId: job.folderId,
      modseq: job.modseq,
      devices: devices.length,
    });
  }
  return devices.length;
}

/** One notice for each folder: its highest modseq; an origin only if that one device made all the changes. */
export function noticesOf(jobs: readonly NotifyJob[]): ChangeNotice[] {
  const notices = new Map<string, ChangeNotice>();
  for (const { folderId, modseq, originDevice, hierarchy } of jobs) {
    const seen = notices.get(folderId);
    if (seen === undefined) {
      notices.set(folderId, { folderId, modseq, originDevice, hierarchy });
    } else {
      seen.modseq = Math.max(seen.modseq, modseq);
      seen.hierarchy ??= hierarchy;
      if (seen.originDevice !== originDevice) seen.originDevice = null;
    }
  }
  return [...notices.values()];
}
