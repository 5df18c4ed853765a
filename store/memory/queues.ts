import type {
  ActionsJob,
  ArrivedJob,
  AuditJob,
  IndexJob,
  IngestJob,
  NotifyJob,
  OutboundJob,
  QueuePort,
  RetentionJob,
  SchedulingJob,
  WebhookJob,
} from '../../core/ports/queues.ts';
import type { TraceJob } from '../../core/ports/trace.ts';

interface QueueRecorder extends QueuePort {
  /** Everything sent so far, in order. */
  readonly sent: {
    ingest: IngestJob[];
    index: IndexJob[];
    notify: NotifyJob[];
    audit: AuditJob[];
    trace: TraceJob[];
    outbound: OutboundJob[];
    arrived: ArrivedJob[];
    retention: RetentionJob[];
    actions: ActionsJob[];
    scheduling: SchedulingJob[];
    webhooks: WebhookJob[];
  };
}

/** Queues that only remember what was sent to them, as the JSON that a real queue would carry. */
export function createQueueRecorder(): QueueRecorder {
  const sent: QueueRecorder['sent'] = {
    ...{ ingest: [], index: [], notify: [], audit: [], trace: [] },
    ...{ outbound: [], arrived: [], retention: [], actions: [], scheduling: [], webhooks: [] },
  };
  const onto =
    <T>(queue: T[]) =>
    async (jobs: T[]) => {
      queue.push(...(JSON.parse(JSON.stringify(jobs)) as T[]));
    };
  return {
    sent,
    ingest: onto(sent.ingest),
    index: onto(sent.index),
    notify: onto(sent.notify),
    audit: onto(sent.audit),
    trace: onto(sent.trace),
    outbound: onto(sent.outbound),
    arrived: onto(sent.arrived),
    retention: onto(sent.retention),
    actions: onto(sent.actions),
    scheduling: onto(sent.scheduling),
    webhooks: onto(sent.webhooks),
  };
}
