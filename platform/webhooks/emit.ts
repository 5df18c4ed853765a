import type { DirectoryStore } from '../../core/ports/directory.ts';
import type { QueuePort, WebhookJob } from '../../core/ports/queues.ts';
import type { DeliveryRef, WebhookDelivery, WebhookSubscription } from '../../core/ports/webhooks.ts';
import { type HookEvent, matches } from '../../core/webhooks/events.ts';
import type { Config } from '../config.ts';

/** What is known of who wants what may be so old. */
const FRESH_MS = 30_000;
const ROWS_AT_ONCE = 50;

export interface EmitServices {
  config: Config;
  directory: Pick<DirectoryStore, 'webhookSubscriptions' | 'addDeliveries'>;
  queues: Pick<QueuePort, 'webhooks'>;
  now(): number;
}

interface Known {
  at: number;
  subscriptions: Promise<WebhookSubscription[]>;
}

/** One for each installation that this isolate serves. */
const known = new WeakMap<Config, Known>();

/** What this isolate knows of who wants what is asked again: somebody has changed it here. */
export function forgetSubscriptions({ config }: Pick<EmitServices, 'config'>): void {
  known.delete(config);
}

async function subscriptions({ config, directory, now }: EmitServices): Promise<WebhookSubscription[]> {
  const at = now();
  const kept = known.get(config);
  if (kept !== undefined && at >= kept.at && at - kept.at < FRESH_MS) return kept.subscriptions;
  const asked = directory.webhookSubscriptions();
  known.set(config, { at, subscriptions: asked });
  try {
    return await asked;
  } catch (error) {
    known.delete(config);
    throw error;
  }
}

/** Whether anybody wants to be told of this: asked before work is put into an event. */
export async function isWanted(
  services: EmitServices,
  tenantId: string | null,
  type: HookEvent['type'],
): Promise<boolean> {
  return (await wanting(services, { tenantId, type })).length > 0;
}

async function wanting(services: EmitServices, { tenantId, type }: Pick<HookEvent, 'tenantId' | 'type'>) {
  return (await subscriptions(services)).filter(
    (one) => (one.tenantId === null || one.tenantId === tenantId) && matches(one.events, type),
  );
}

/**
 * Tells webhooks of events: durable when it resolves. The same event (by its id) goes to each address once, however often
 * it comes here, so that whoever brings it may do so again after a fault. Rejects when a store or the queue fails.
 */
export async function emitEvents(services: EmitServices, events: readonly HookEvent[]): Promise<void> {
  const deliveries: WebhookDelivery[] = [];
  for (const event of events) {
    for (const { tenantId, webhookId } of await wanting(services, event)) {
      deliveries.push(newDelivery({ tenantId, webhookId }, event, services.now()));
    }
  }
  const byId = new Map(events.map((event) => [event.eventId, event.correlationId]));
  const fresh: DeliveryRef[] = [];
  for (let n = 0; n < deliveries.length; n += ROWS_AT_ONCE)
    fresh.push(...(await services.directory.addDeliveries(deliveries.slice(n, n + ROWS_AT_ONCE))));
  // Those that were there before have their job, or the cron finds them.
  const jobs = fresh.map((ref): WebhookJob => ({ v: 1, ...ref, correlationId: byId.get(ref.eventId) ?? '' }));
  if (jobs.length > 0) await services.queues.webhooks(jobs);
}

export function newDelivery(
  ref: Pick<WebhookDelivery, 'tenantId' | 'webhookId'>,
  { eventId, type, at, tenantId, data, correlationId }: HookEvent,
  now: number,
): WebhookDelivery {
  const body = { type, timestamp: new Date(at).toISOString(), data: { tenantId, ...data } };
  return {
    ...{ ...ref, eventId, type, body: JSON.stringify(body), state: 'waiting', attempts: 0 },
    ...{ createdAt: now, nextAttemptAt: now, attemptedAt: null, statusCode: null, durationMs: null },
    ...{ error: '', correlationId: correlationId.slice(0, 64) },
  };
}
