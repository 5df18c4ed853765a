import * as z from 'zod';
import { at, count } from './common.ts';

export const traceStatus = z.enum([
  ...['accepted', 'held', 'refused', 'expanded', 'nobody', 'retrying', 'stuck', 'quarantined'],
  ...['removed', 'delivered', 'junk', 'duplicate', 'sent', 'uncertain', 'failed', 'cancelled'],
] as const);

/** One message on its way to one recipient. */
export const traceView = z.object({
  traceId: z.string(),
  at,
  direction: z.enum(['in', 'out']),
  sender: z.string().describe('Of the envelope; empty for a report.'),
  recipient: z.string().describe('Of the envelope; empty when none is known.'),
  messageId: z.string().describe('Without angle brackets; empty when it is not known.'),
  correlationId: z.string(),
  size: count,
  status: traceStatus,
});
export type TraceView = z.infer<typeof traceView>;

export const traceStepView = z.object({
  at,
  recipient: z.string().nullable().describe('null: it holds for all recipients.'),
  step: z.string(),
  verdict: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type TraceStepView = z.infer<typeof traceStepView>;

/** The way of one message, station by station. */
export const traceDetailView = z.object({
  messages: z.array(traceView).describe('One for each recipient.'),
  steps: z.array(traceStepView).describe('In order of time.'),
  related: z
    .array(traceView)
    .describe('What else came of the same request: copies for members, replies, what was sent on.'),
});
export type TraceDetailView = z.infer<typeof traceDetailView>;

/** How long a tenant's trace is kept. */
export const traceKeepingView = z.object({ days: z.int().min(1) });
export type TraceKeepingView = z.infer<typeof traceKeepingView>;
