import type { Context } from 'hono';
import * as z from 'zod';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import { webhookOwner } from '../../../core/keys/owners.ts';
import type { Webhook, WebhookDelivery, WebhookRef } from '../../../core/ports/webhooks.ts';
import { type HookEvent, isPattern } from '../../../core/webhooks/events.ts';
import { HostRefused } from '../../../platform/host-check.ts';
import { newId } from '../../../platform/ids.ts';
import { describeError } from '../../../platform/log.ts';
import { readTimeCursor, writeTimeCursor } from '../../../platform/time-cursor.ts';
import { attemptDelivery, SWITCHED_OFF } from '../../../platform/webhooks/attempt.ts';
import { forgetSubscriptions, newDelivery } from '../../../platform/webhooks/emit.ts';
import { newWebhookSecret } from '../../../platform/webhooks/signature.ts';
import { checkTarget, checkTargetForm } from '../../../platform/webhooks/target.ts';
import { changeWebhook, createWebhook, rotateWebhook } from '../../../shared/admin/webhooks.ts';
import type { NewWebhookView, Page, WebhookDeliveryView, WebhookView } from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminEnv, by } from '../context.ts';
import { soleTenant } from '../guard.ts';
import { readJson, readQuery } from '../input.ts';
import { pagedQuery, pageOf } from '../paging.ts';
import { requireTenant } from './devices.ts';

const tenantId = z.string().min(1).max(64).optional();
export const tenantQuery = z.strictObject({ tenantId });
export const webhooksQuery = pagedQuery.extend({ tenantId });
export const deliveriesQuery = z.strictObject({
  tenantId,
  state: z.enum(['waiting', 'delivered', 'failed']).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(500).optional(),
});

type C = Context<AdminEnv>;
type TenantQuery = z.infer<typeof tenantQuery>;

/** A tenant does not need more, and each is looked at for each event. */
const MOST = 50;
const OVERLAP_HOURS = 24;

/** Addresses that are told of events. */
export const addWebhookRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, config, dns, now } = services;

  async function find(c: C, given: TenantQuery = readQuery(c, tenantQuery)): Promise<Webhook> {
    const webhookId = c.req.param('webhookId') ?? '';
    const { tenantId = null } = { ...soleTenant(c.get('caller')), ...given };
    const webhook = await directory.getWebhook({ tenantId, webhookId });
    if (webhook === null) throw new NotFoundError('no such webhook');
    return webhook;
  }

  async function again(ref: WebhookRef): Promise<WebhookView> {
    forgetSubscriptions(services);
    const webhook = await directory.getWebhook(ref);
    if (webhook === null) throw new NotFoundError('no such webhook');
    return view(webhook, now());
  }

  /** What the address is now is asked once more before each event. */
  async function checkUrl(url: string, host: string): Promise<string> {
    try {
      checkTargetForm(url, config, [host]);
      return (await checkTarget(url, config, dns)).href;
    } catch (error) {
      if (error instanceof HostRefused) throw new InvalidInputError(error.message);
      throw new InvalidInputError(`the host of the address cannot be looked up: ${describeError(error)}`);
    }
  }

  async function sealed(ref: WebhookRef): Promise<{ secret: string; plain: string }> {
    if (services.seal === null)
      throw new InvalidInputError('a webhook needs SECRETS_KEY (at least 32 characters) set');
    const plain = newWebhookSecret();
    return { plain, secret: await services.seal.seal(webhookOwner(ref), new TextEncoder().encode(plain)) };
  }

  app.get('/webhooks', async (c) => {
    const { tenantId: asked, ...page } = readQuery(c, webhooksQuery);
    const tenantId = asked ?? soleTenant(c.get('caller')).tenantId ?? null;
    const all = await directory.listWebhooks(tenantId);
    const { items, cursor } = pageOf('webhooks', all, (one) => [one.createdAt, one.webhookId], page);
    return c.json<Page<WebhookView>>({ items: items.map((one) => view(one, now())), cursor });
  });

  app.post('/webhooks', async (c) => {
    const { tenantId = null, description = '', ...body } = await readJson(c, createWebhook);
    if (tenantId !== null) await requireTenant(directory, tenantId);
    const events = patterns(body.events);
    const url = await checkUrl(body.url, hostOf(c.req.url));
    if ((await directory.listWebhooks(tenantId)).length >= MOST)
      throw new InvalidInputError(`there are ${MOST} webhooks already`);
    const ref = { tenantId, webhookId: newId(now()) };
    const { secret, plain } = await sealed(ref);
    const made: Webhook = {
      ...{ ...ref, url, events, description, status: 'on', secret, previousSecret: null },
      ...{ previousUntil: null, createdBy: c.get('caller').actor, createdAt: now(), failingSince: null },
    };
    await directory.putWebhook(made);
    forgetSubscriptions(services);
    await audit({
      ...{ ...by(c), tenantId, action: 'webhook.create', resource: `webhook/${ref.webhookId}` },
      details: { host: new URL(url).host, events: events.join(' ').slice(0, 500) },
    });
    return c.json<NewWebhookView>({ ...view(made, now()), secret: plain }, 201);
  });

  app.get('/webhooks/:webhookId', async (c) => {
    const webhook = await find(c);
    return c.json(view(webhook, now()));
  });

  app.patch('/webhooks/:webhookId', async (c) => {
    const { url, events, description, status } = await readJson(c, changeWebhook);
    const webhook = await find(c);
    await directory.updateWebhook(webhook, {
      ...(url === undefined ? {} : { url: await checkUrl(url, hostOf(c.req.url)) }),
      ...(events === undefined ? {} : { events: patterns(events) }),
      ...(description === undefined ? {} : { description }),
      // Switched on again, it has days again.
      ...(status === undefined ? {} : { status, ...(status === 'on' ? { failingSince: null } : {}) }),
    });
    if (status === 'off') await directory.giveUpDeliveries(webhook, SWITCHED_OFF);
    const changed = await again(webhook);
    await audit({
      ...{ ...by(c), tenantId: webhook.tenantId, action: 'webhook.change' },
      resource: `webhook/${webhook.webhookId}`,
      details: { host: new URL(changed.url).host, status: changed.status },
    });
    return c.json(changed);
  });

  app.delete('/webhooks/:webhookId', async (c) => {
    const webhook = await find(c);
    await directory.removeWebhook(webhook);
    forgetSubscriptions(services);
    await audit({
      ...{ ...by(c), tenantId: webhook.tenantId, action: 'webhook.remove' },
      resource: `webhook/${webhook.webhookId}`,
    });
    return c.body(null, 204);
  });

  app.post('/webhooks/:webhookId/rotate', async (c) => {
    const { hours = OVERLAP_HOURS } = await readJson(c, rotateWebhook);
    const webhook = await find(c);
    const { secret, plain } = await sealed(webhook);
    await directory.updateWebhook(webhook, {
      secret,
      previousSecret: hours === 0 ? null : webhook.secret,
      previousUntil: hours === 0 ? null : now() + hours * 3_600_000,
    });
    const changed = await again(webhook);
    await audit({
      ...{ ...by(c), tenantId: webhook.tenantId, action: 'webhook.rotate' },
      ...{ resource: `webhook/${webhook.webhookId}`, details: { hours } },
    });
    return c.json<NewWebhookView>({ ...changed, secret: plain });
  });

  app.post('/webhooks/:webhookId/test', async (c) => {
    const webhook = await find(c);
    const { tenantId, webhookId } = webhook;
    const ping: HookEvent = {
      ...{ eventId: newId(now()), type: 'ping', at: now(), tenantId, data: { webhookId } },
      correlationId: c.get('correlationId'),
    };
    const delivery = newDelivery(webhook, ping, now());
    await directory.addDeliveries([delivery]);
    await attemptDelivery(services, delivery, { asked: true });
    await audit({
      ...{ ...by(c), tenantId, action: 'webhook.test', resource: `webhook/${webhookId}` },
    });
    return c.json(deliveryView((await directory.getDelivery(delivery)) ?? delivery));
  });

  app.get('/webhooks/:webhookId/deliveries', async (c) => {
    const { state, limit, cursor, ...query } = readQuery(c, deliveriesQuery);
    const webhook = await find(c, query);
    const place = cursor === undefined ? null : readTimeCursor(cursor);
    const after = place === null ? null : { createdAt: place.at, eventId: place.id };
    const rows = await directory.listDeliveries(webhook, { state, after, limit: limit + 1 });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const more = rows.length > limit && last !== undefined;
    return c.json({
      items: items.map(deliveryView),
      cursor: more ? writeTimeCursor({ at: last.createdAt, id: last.eventId }) : null,
    });
  });

  app.post('/webhooks/:webhookId/deliveries/:eventId/replay', async (c) => {
    const webhook = await find(c);
    const { tenantId, webhookId } = webhook;
    const ref = { tenantId, webhookId, eventId: c.req.param('eventId') };
    if (webhook.status !== 'on') throw new ConflictError('the webhook is switched off: enable it first');
    if (!(await directory.replayDelivery(ref, now()))) throw new NotFoundError('no such delivery');
    const delivery = await directory.getDelivery(ref);
    if (delivery === null) throw new NotFoundError('no such delivery');
    await services.queues.webhooks([{ v: 1, ...ref, correlationId: c.get('correlationId').slice(0, 64) }]);
    await audit({
      ...{ ...by(c), tenantId, action: 'webhook.replay', resource: `webhook/${webhookId}` },
      details: { eventId: ref.eventId.slice(0, 64) },
    });
    return c.json(deliveryView(delivery));
  });
};

function hostOf(url: string): string {
  return new URL(url).host;
}

function patterns(events: readonly string[]): string[] {
  const unknown = events.find((one) => !isPattern(one));
  if (unknown !== undefined) throw new InvalidInputError(`there are no events ${JSON.stringify(unknown)}`);
  return [...new Set(events)];
}

function view(webhook: Webhook, now: number): WebhookView {
  const { webhookId, tenantId, url, events, description, status, createdBy, createdAt } = webhook;
  const { failingSince, previousUntil } = webhook;
  const previousSecretUntil = previousUntil !== null && previousUntil > now ? previousUntil : null;
  return {
    ...{ webhookId, tenantId, url, events, description, status, createdBy, createdAt, failingSince },
    previousSecretUntil,
  };
}

function deliveryView(delivery: WebhookDelivery): WebhookDeliveryView {
  const { eventId, type, state, attempts, createdAt, attemptedAt, statusCode, durationMs } = delivery;
  return {
    ...{ eventId, type, state, attempts, createdAt, attemptedAt, statusCode, durationMs },
    nextAttemptAt: state === 'waiting' ? delivery.nextAttemptAt : null,
    error: delivery.error === '' ? null : delivery.error,
    correlationId: delivery.correlationId,
  };
}
