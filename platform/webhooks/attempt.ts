import { webhookOwner } from '../../core/keys/owners.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import type { Dns } from '../../core/ports/dns.ts';
import { MAX_QUEUE_DELAY_S, type QueuePort } from '../../core/ports/queues.ts';
import type { Seal } from '../../core/ports/seal.ts';
import type { AttemptOutcome, DeliveryRef, Webhook, WebhookDelivery } from '../../core/ports/webhooks.ts';
import { GIVE_UP_MS, nextDelaySeconds } from '../../core/webhooks/schedule.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { Config } from '../config.ts';
import { HostRefused } from '../host-check.ts';
import { describeError, type Logger } from '../log.ts';
import { forgetSubscriptions } from './emit.ts';
import { WEBHOOK_AGENT } from './loop.ts';
import { signatureOf } from './signature.ts';
import { checkTarget } from './target.ts';

/** A receiver answers at once and works afterwards. */
const TIMEOUT_MS = 10_000;
/** After this time an attempt counts as dead: further than a message of the queue may be early. */
const LEASE_MS = 120_000;
/** A queue may be a little early. What is due later has a message of its own, or is found by the cron. */
const EARLY_MS = 60_000;
/** What hangs is not tried for every event: others wait in the same batches. */
const REST_MS = 60_000;

/** Why an event is given up that was waiting then. */
export const SWITCHED_OFF = 'the webhook was switched off';

export interface AttemptServices {
  config: Config;
  directory: DirectoryStore;
  queues: Pick<QueuePort, 'webhooks'>;
  dns: Dns;
  seal: Seal | null;
  trail: AuditTrail;
  log: Logger;
  now(): number;
}

/** Addresses that did not answer at all, until when they are left alone; for each installation. */
const resting = new WeakMap<Config, Map<string, number>>();

/**
 * One attempt at telling an address of an event, if it is due and nobody else is at it. Rejects when a store does not
 * answer: it is tried again then.
 * @param asked a person wants it now and waits for it: whether the webhook is on does not matter
 */
export async function attemptDelivery(
  services: AttemptServices,
  ref: DeliveryRef,
  { asked = false }: { asked?: boolean } = {},
): Promise<void> {
  const { directory, now } = services;
  const [delivery, webhook] = await Promise.all([directory.getDelivery(ref), directory.getWebhook(ref)]);
  if (delivery === null || webhook === null || delivery.state !== 'waiting') return;
  if (delivery.nextAttemptAt - now() > EARLY_MS) return;
  if (!asked && delivery.attempts === 0 && isResting(services, webhook)) return;
  const leaseUntil = now() + LEASE_MS;
  if (!(await directory.claimDelivery(ref, delivery, leaseUntil))) return;
  if (webhook.status !== 'on' && !asked) {
    const over = { state: 'failed', nextAttemptAt: 0, attemptedAt: delivery.attemptedAt } as const;
    const { statusCode, durationMs } = delivery;
    await directory.endAttempt(ref, leaseUntil, { ...over, statusCode, durationMs, error: SWITCHED_OFF });
    return;
  }
  const attemptedAt = now();
  const answer = await send(services, webhook, delivery);
  const durationMs = Math.max(0, now() - attemptedAt);
  const { statusCode, error } = answer;
  const delay = error === '' ? null : nextDelaySeconds(delivery.attempts + 1, answer.retryAfter);
  const outcome: AttemptOutcome = {
    state: error === '' ? 'delivered' : delay === null || answer.gone ? 'failed' : 'waiting',
    nextAttemptAt: attemptedAt + (delay ?? 0) * 1000,
    ...{ attemptedAt, statusCode, durationMs, error },
  };
  await directory.endAttempt(ref, leaseUntil, outcome);
  const { correlationId, type } = delivery;
  services.log.info('webhook.attempt', {
    ...ref,
    type,
    correlationId,
    status: statusCode,
    error,
    durationMs,
  });
  if (outcome.state === 'waiting' && delay !== null) await again(services, delivery, delay);
  await noteHealth(services, webhook, { ok: error === '', silent: statusCode === null, gone: answer.gone });
}

/** A queue that fails loses nothing: the cron finds what is due. */
async function again(
  { queues, log }: AttemptServices,
  delivery: WebhookDelivery,
  delay: number,
): Promise<void> {
  if (delay > MAX_QUEUE_DELAY_S) return;
  const { tenantId, webhookId, eventId, correlationId } = delivery;
  try {
    await queues.webhooks([{ v: 1, tenantId, webhookId, eventId, correlationId }], delay);
  } catch (error) {
    log.warn('webhook.not-queued', { webhookId, eventId, correlationId, error: describeError(error) });
  }
}

interface Answer {
  statusCode: number | null;
  /** '' when it was taken. */
  error: string;
  /** Seconds that the receiver asks for. */
  retryAfter: number | null;
  /** It wants no more of it. */
  gone: boolean;
}

async function send(services: AttemptServices, webhook: Webhook, delivery: WebhookDelivery): Promise<Answer> {
  const failed = (error: string): Answer => ({ statusCode: null, error, retryAfter: null, gone: false });
  try {
    const secrets = await secretsOf(services, webhook);
    const url = await checkTarget(webhook.url, services.config, services.dns);
    const { eventId: id, body } = delivery;
    const at = Math.floor(services.now() / 1000);
    const response = await fetch(url.href, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': WEBHOOK_AGENT,
        'webhook-id': id,
        'webhook-timestamp': String(at),
        'webhook-signature': await signatureOf(secrets, { id, at, body }),
      },
      body,
      // A redirection could lead to a host that nobody has checked.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // What the receiver says is of no use to anybody here, and could be without end.
    await response.body?.cancel();
    const { status, ok } = response;
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    return {
      statusCode: status,
      error: ok ? '' : `HTTP ${status}`,
      retryAfter: Number.isInteger(retryAfter) && retryAfter > 0 ? retryAfter : null,
      gone: status === 410,
    };
  } catch (error) {
    if (error instanceof HostRefused) return failed(`refused: ${error.message}`);
    if (error instanceof Error && error.name === 'TimeoutError')
      return failed(`no answer in ${TIMEOUT_MS / 1000} seconds`);
    return failed(describeError(error));
  }
}

async function secretsOf({ seal, now }: AttemptServices, webhook: Webhook): Promise<string[]> {
  if (seal === null) throw new Error('the secret of the webhook needs SECRETS_KEY');
  const { secret, previousSecret, previousUntil } = webhook;
  const both = previousSecret !== null && (previousUntil ?? 0) > now() ? [secret, previousSecret] : [secret];
  const owner = webhookOwner(webhook);
  const opened = await Promise.all(both.map((one) => seal.open(owner, one)));
  return opened.map((bytes) => new TextDecoder().decode(bytes));
}

function isResting({ config, now }: AttemptServices, webhook: Webhook): boolean {
  return (resting.get(config)?.get(webhookOwner(webhook)) ?? 0) > now();
}

async function noteHealth(
  services: AttemptServices,
  webhook: Webhook,
  { ok, silent, gone }: { ok: boolean; silent: boolean; gone: boolean },
): Promise<void> {
  const { config, directory, now } = services;
  const rests = resting.get(config) ?? new Map<string, number>();
  resting.set(config, rests);
  if (silent && !ok) rests.set(webhookOwner(webhook), now() + REST_MS);
  else rests.delete(webhookOwner(webhook));
  if (ok) {
    if (webhook.failingSince !== null) await directory.updateWebhook(webhook, { failingSince: null });
    return;
  }
  const { failingSince } = webhook;
  if (failingSince === null) await directory.noteWebhookFailing(webhook, now());
  if (webhook.status !== 'on') return;
  if (gone || (failingSince !== null && now() - failingSince >= GIVE_UP_MS)) {
    await switchOff(
      services,
      webhook,
      gone ? 'the receiver is gone (HTTP 410)' : 'nothing reached it for days',
    );
  }
}

async function switchOff(services: AttemptServices, webhook: Webhook, reason: string): Promise<void> {
  const { tenantId, webhookId } = webhook;
  await services.directory.updateWebhook(webhook, { status: 'failed' });
  await services.directory.giveUpDeliveries(webhook, SWITCHED_OFF);
  forgetSubscriptions(services);
  services.log.warn('webhook.switched-off', { tenantId, webhookId, reason });
  services.trail.record([
    {
      ...{ tenantId, actor: 'webhooks', protocol: 'webhook', action: 'webhook.switch-off' },
      ...{ resource: `webhook/${webhookId}`, outcome: 'error', details: { reason }, correlationId: '' },
      // Attempts that end side by side find it out together.
      once: 'hour',
    },
  ]);
}
