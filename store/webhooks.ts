/** What every store keeps of a webhook and of a delivery. */
import type { Webhook, WebhookDelivery } from '../core/ports/webhooks.ts';
import { LIMITS } from './normalise.ts';
import { cleanText, fitText } from './text.ts';

const MAX_URL = 2048;
const MAX_ERROR = 500;

type Changing = Partial<Omit<Webhook, 'tenantId' | 'webhookId' | 'createdBy' | 'createdAt'>>;

export function cleanWebhookValues(values: Changing): Changing {
  const { url, description, events } = values;
  return {
    ...values,
    ...(url === undefined ? {} : { url: fitText(url, MAX_URL) }),
    ...(events === undefined ? {} : { events: events.map(cleanText) }),
    ...(description === undefined ? {} : { description: fitText(description, LIMITS.shortText) }),
  };
}

export function cleanWebhook(webhook: Webhook): Webhook {
  return {
    ...webhook,
    ...cleanWebhookValues(webhook),
    createdBy: fitText(webhook.createdBy, LIMITS.shortText),
  };
}

export function cleanDelivery(delivery: WebhookDelivery): WebhookDelivery {
  return { ...delivery, body: cleanText(delivery.body), error: cleanError(delivery.error) };
}

export function cleanError(error: string): string {
  return fitText(error, MAX_ERROR);
}
