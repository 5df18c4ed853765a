import * as z from 'zod';
import { parseRawKey } from '../../core/mail/place-key.ts';
import type {
  ActionsJob,
  ArrivedJob,
  AuditJob,
  IndexJob,
  IngestJob,
  NotifyJob,
  OutboundJob,
  RetentionJob,
  RetentionProgress,
  SchedulingJob,
  WebhookJob,
} from '../../core/ports/queues.ts';
import type { TraceJob } from '../../core/ports/trace.ts';

const id = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/);
/** Name of a binding; whether it is one of mail, the mail store knows. */
const shard = z.string().regex(/^[A-Z][A-Z0-9_]{0,39}$/);
const correlationId = z.string().max(64);
const whole = z.number().int().min(0);

/** Schemas of what the queues carry: whatever else lies in a queue is refused before anything acts on it (A65). */
export const ingestJob: z.ZodType<IngestJob> = z
  .object({
    v: z.literal(1),
    key: z.string().max(300),
    tenantId: id,
    mailboxId: id,
    shard,
    size: whole,
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    released: z.literal(true).optional(),
    correlationId,
  })
  .refine((job) => parseRawKey(job.key)?.tenantId === job.tenantId, 'key is not of the tenant');

export const indexJob: z.ZodType<IndexJob> = z.object({
  v: z.literal(1),
  tenantId: id,
  mailboxId: id,
  shard,
  itemId: id,
  arrival: z.literal(true).optional(),
  correlationId,
});

export const notifyJob: z.ZodType<NotifyJob> = z.object({
  v: z.literal(1),
  tenantId: id,
  mailboxId: id,
  shard,
  folderId: id,
  modseq: whole,
  originDevice: z.string().max(256).nullable(),
  hierarchy: z.literal(true).optional(),
  itemId: id.optional(),
  correlationId,
});

export const outboundJob: z.ZodType<OutboundJob> = z.object({
  v: z.literal(1),
  tenantId: id,
  mailboxId: id,
  shard,
  submissionId: z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/),
  correlationId,
});

export const arrivedJob: z.ZodType<ArrivedJob> = z
  .object({
    v: z.literal(1),
    tenantId: id,
    mailboxId: id,
    shard,
    itemId: id,
    rawKey: z.string().max(300),
    correlationId,
  })
  .refine((job) => parseRawKey(job.rawKey)?.tenantId === job.tenantId, 'key is not of the tenant');

const progress: z.ZodType<RetentionProgress> = z.object({
  at: z
    .union([
      z.literal('purge'),
      z.object({ folderId: z.string().max(64), receivedAt: z.number(), itemId: z.string().max(64) }),
    ])
    .nullable(),
  removed: whole,
  archived: whole,
  purged: whole,
});

export const retentionJob: z.ZodType<RetentionJob> = z
  .object({
    ...{ v: z.literal(1), tenantId: id, mailboxId: id, shard, correlationId },
    ...{ run: progress.optional(), erase: z.literal(true).optional() },
  })
  .transform(({ run, erase, ...job }) => ({
    ...job,
    ...(run === undefined ? {} : { run }),
    ...(erase === undefined ? {} : { erase }),
  }));

export const actionsJob: z.ZodType<ActionsJob> = z.object({
  v: z.literal(1),
  tenantId: id,
  mailboxId: id,
  shard,
  correlationId,
});

export const schedulingJob: z.ZodType<SchedulingJob> = z
  .object({
    v: z.literal(1),
    tenantId: id,
    mailboxId: id,
    shard,
    itemId: id,
    correlationId,
    uncopied: z.literal(true).optional(),
    onlyChanged: z.literal(true).optional(),
  })
  .transform(({ uncopied, onlyChanged, ...job }) => ({
    ...job,
    ...(uncopied === undefined ? {} : { uncopied }),
    ...(onlyChanged === undefined ? {} : { onlyChanged }),
  }));

export const webhookJob: z.ZodType<WebhookJob> = z.object({
  v: z.literal(1),
  tenantId: id.nullable(),
  webhookId: id,
  eventId: id,
  correlationId,
});

export const auditJob: z.ZodType<AuditJob> = z.object({
  v: z.literal(1),
  eventId: id,
  at: whole,
  tenantId: id.nullable(),
  actor: z.string().max(512),
  // Absent in what an older version queued.
  address: z.string().max(64).nullable().default(null),
  protocol: z.string().max(32).nullable().default(null),
  deviceId: z.string().max(256).nullable().default(null),
  action: z.string().max(64),
  resource: z.string().max(512),
  outcome: z.enum(['ok', 'denied', 'error']),
  details: z.record(z.string().max(64), z.union([z.string().max(2000), z.number(), z.boolean(), z.null()])),
  correlationId,
});

const short = z.string().max(1024);

export const traceJob: z.ZodType<TraceJob> = z.object({
  v: z.literal(1),
  trace: z.object({
    messages: z
      .array(
        z.object({
          ...{ tenantId: id, traceId: id, recipient: short, at: whole, direction: z.enum(['in', 'out']) },
          ...{ sender: short, domain: short, messageId: short, correlationId, mailboxId: short, size: whole },
        }),
      )
      .max(1000),
    steps: z
      .array(
        z.object({
          ...{ tenantId: id, traceId: id, key: short, at: whole, recipient: short, step: id, verdict: short },
          details: z.record(
            z.string().max(64),
            z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]),
          ),
        }),
      )
      .max(1000),
  }),
  correlationId,
});
