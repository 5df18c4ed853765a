import * as z from 'zod';
import { at } from './common.ts';

/** An address that is told of events. */
export const webhookView = z.object({
  webhookId: z.string(),
  tenantId: z.string().nullable().describe('Whose events it is told of; null: all of the installation.'),
  url: z.string(),
  events: z
    .array(z.string())
    .describe('Types of events, `mail.*` for a kind, `*` for all but the audit log.'),
  description: z.string(),
  status: z
    .enum(['on', 'off', 'failed'])
    .describe('failed: switched off by itself, because nothing had reached it for days.'),
  createdBy: z.string(),
  createdAt: at,
  failingSince: at.nullable().describe('Nothing has reached it since; null: the last attempt did.'),
  previousSecretUntil: at
    .nullable()
    .describe('Until then events are signed with the secret before it as well.'),
});
export type WebhookView = z.infer<typeof webhookView>;

const url = z.string().min(1).max(2000);
const events = z.array(z.string().min(1).max(80)).min(1).max(50);
const description = z.string().trim().max(200);

export const createWebhook = z.strictObject({
  url,
  events,
  description: description.optional(),
  tenantId: z.string().min(1).max(64).optional(),
});
export type CreateWebhook = z.infer<typeof createWebhook>;

/** What is left out stays as it is. `on`: what was waiting when it was switched off is not sent any more. */
export const changeWebhook = z.strictObject({
  url: url.optional(),
  events: events.optional(),
  description: description.optional(),
  status: z.enum(['on', 'off']).optional(),
});
export type ChangeWebhook = z.infer<typeof changeWebhook>;

export const newWebhookView = webhookView.extend({
  secret: z.string().describe('`whsec_…`, shown once: with it the receiver checks signatures.'),
});
export type NewWebhookView = z.infer<typeof newWebhookView>;

/** Another secret. The one before it holds for `hours` (24 without it, 0: not any more). */
export const rotateWebhook = z.strictObject({ hours: z.number().int().min(0).max(720).optional() });
export type RotateWebhook = z.infer<typeof rotateWebhook>;

/** An event on its way to an address, with the last attempt. */
export const webhookDeliveryView = z.object({
  eventId: z.string().describe('As the receiver has it in `webhook-id`.'),
  type: z.string(),
  state: z.enum(['waiting', 'delivered', 'failed']),
  attempts: z.number(),
  createdAt: at,
  nextAttemptAt: at.nullable(),
  attemptedAt: at.nullable(),
  statusCode: z.number().nullable().describe('HTTP status; null: there was no answer.'),
  durationMs: z.number().nullable(),
  error: z.string().nullable(),
  correlationId: z.string(),
});
export type WebhookDeliveryView = z.infer<typeof webhookDeliveryView>;
