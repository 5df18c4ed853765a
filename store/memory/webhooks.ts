import { ConflictError } from '../../core/errors.ts';
import type {
  DeliveryRef,
  Webhook,
  WebhookDelivery,
  WebhookDirectory,
  WebhookRef,
} from '../../core/ports/webhooks.ts';
import { compareText } from '../text.ts';
import { cleanDelivery, cleanError, cleanWebhook, cleanWebhookValues } from '../webhooks.ts';

/** Webhooks and their deliveries in memory. */
export function createMemoryWebhooks(): WebhookDirectory {
  const webhooks = new Map<string, Webhook>();
  const deliveries = new Map<string, WebhookDelivery>();
  const keyOf = ({ tenantId, webhookId }: WebhookRef) => JSON.stringify([tenantId, webhookId]);
  const deliveryKey = ({ tenantId, webhookId, eventId }: DeliveryRef) =>
    JSON.stringify([tenantId, webhookId, eventId]);
  const ofWebhook = (ref: WebhookRef) => [...deliveries.values()].filter((one) => keyOf(one) === keyOf(ref));
  const waiting = (ref: DeliveryRef, nextAttemptAt: number) => {
    const one = deliveries.get(deliveryKey(ref));
    return one?.state === 'waiting' && one.nextAttemptAt === nextAttemptAt ? one : undefined;
  };

  return {
    async putWebhook(webhook) {
      if (webhooks.has(keyOf(webhook))) throw new ConflictError('there is such a webhook');
      webhooks.set(keyOf(webhook), structuredClone(cleanWebhook(webhook)));
    },
    getWebhook: async (ref) => structuredClone(webhooks.get(keyOf(ref)) ?? null),
    listWebhooks: async (tenantId) =>
      structuredClone(
        [...webhooks.values()]
          .filter((one) => one.tenantId === tenantId)
          .sort((a, b) => a.createdAt - b.createdAt || compareText(a.webhookId, b.webhookId)),
      ),
    webhookSubscriptions: async () =>
      structuredClone(
        [...webhooks.values()]
          .filter(({ status }) => status === 'on')
          .map(({ tenantId, webhookId, events }) => ({ tenantId, webhookId, events }))
          .sort(
            (a, b) =>
              compareText(a.tenantId ?? '', b.tenantId ?? '') || compareText(a.webhookId, b.webhookId),
          ),
      ),
    async updateWebhook(ref, values) {
      const webhook = webhooks.get(keyOf(ref));
      if (webhook !== undefined) Object.assign(webhook, structuredClone(cleanWebhookValues(values)));
      return webhook !== undefined;
    },
    async replaceWebhookSecret(ref, from, to) {
      const webhook = webhooks.get(keyOf(ref));
      if (webhook === undefined) return false;
      const { secret, previousSecret } = webhook;
      if (secret === from) webhook.secret = to;
      if (previousSecret === from) webhook.previousSecret = to;
      return secret === from || previousSecret === from;
    },
    async noteWebhookFailing(ref, at) {
      const webhook = webhooks.get(keyOf(ref));
      if (webhook !== undefined) webhook.failingSince ??= at;
    },
    async removeWebhook(ref) {
      for (const one of ofWebhook(ref)) deliveries.delete(deliveryKey(one));
      return webhooks.delete(keyOf(ref));
    },

    async addDeliveries(added) {
      const fresh: DeliveryRef[] = [];
      for (const one of added) {
        const { tenantId, webhookId, eventId } = one;
        if (deliveries.has(deliveryKey(one))) continue;
        deliveries.set(deliveryKey(one), cleanDelivery(one));
        fresh.push({ tenantId, webhookId, eventId });
      }
      return fresh;
    },
    getDelivery: async (ref) => structuredClone(deliveries.get(deliveryKey(ref)) ?? null),
    listDeliveries: async (ref, { state, after, limit }) =>
      structuredClone(
        ofWebhook(ref)
          .filter((one) => state === undefined || one.state === state)
          .sort((a, b) => b.createdAt - a.createdAt || compareText(b.eventId, a.eventId))
          .filter(
            (one) =>
              after === null ||
              one.createdAt < after.createdAt ||
              (one.createdAt === after.createdAt && compareText(one.eventId, after.eventId) < 0),
          )
          .slice(0, limit),
      ),
    async claimDelivery(ref, { nextAttemptAt }, leaseUntil) {
      const one = waiting(ref, nextAttemptAt);
      if (one !== undefined) Object.assign(one, { nextAttemptAt: leaseUntil, attempts: one.attempts + 1 });
      return one !== undefined;
    },
    async endAttempt(ref, leaseUntil, outcome) {
      const one = waiting(ref, leaseUntil);
      if (one !== undefined) Object.assign(one, outcome, { error: cleanError(outcome.error) });
      return one !== undefined;
    },
    async replayDelivery(ref, at) {
      const one = deliveries.get(deliveryKey(ref));
      if (one !== undefined) Object.assign(one, { state: 'waiting', attempts: 0, nextAttemptAt: at });
      return one !== undefined;
    },
    dueDeliveries: async (ref, before, limit) =>
      structuredClone(
        ofWebhook(ref)
          .filter(({ state, nextAttemptAt }) => state === 'waiting' && nextAttemptAt < before)
          .sort((a, b) => a.nextAttemptAt - b.nextAttemptAt || compareText(a.eventId, b.eventId))
          .slice(0, limit),
      ),
    async giveUpDeliveries(ref, error) {
      const open = ofWebhook(ref).filter(({ state }) => state === 'waiting');
      for (const one of open) {
        const row = deliveries.get(deliveryKey(one));
        if (row !== undefined) Object.assign(row, { state: 'failed', error: cleanError(error) });
      }
      return open.length;
    },
    async forgetDeliveries(tenantId, { done, waiting: longest }) {
      const old = [...deliveries.values()].filter(
        (one) => one.tenantId === tenantId && one.createdAt < (one.state === 'waiting' ? longest : done),
      );
      for (const one of old) deliveries.delete(deliveryKey(one));
      return old.length;
    },
  };
}
