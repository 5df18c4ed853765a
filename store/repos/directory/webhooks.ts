import { and, asc, eq, isNull } from 'drizzle-orm';
import { ConflictError } from '../../../core/errors.ts';
import type { Webhook, WebhookDirectory, WebhookRef } from '../../../core/ports/webhooks.ts';
import type { DirectoryTables } from '../../schema/directory.ts';
import { askedId } from '../../text.ts';
import { cleanWebhook, cleanWebhookValues } from '../../webhooks.ts';
import type { DirectoryContext } from './tenants.ts';
import { createDeliveries } from './webhook-deliveries.ts';

/** Tenant of what belongs to the installation. */
const NONE = '';

export function createWebhooks(context: DirectoryContext): WebhookDirectory {
  const { executor, tables } = context;
  const { build } = executor;
  const { webhooks, webhookDeliveries } = tables;
  const fields = webhookFields(webhooks);
  const isWebhook = ({ tenantId, webhookId }: WebhookRef) =>
    and(eq(webhooks.tenantId, tenantId ?? NONE), eq(webhooks.webhookId, askedId(webhookId)));

  return {
    async putWebhook(webhook) {
      const { events, tenantId, ...values } = cleanWebhook(webhook);
      const [made] = await executor.atomic([
        build
          .insert(webhooks)
          .values({ ...values, tenantId: tenantId ?? NONE, events: JSON.stringify(events) })
          .onConflictDoNothing(),
      ]);
      if (made?.changes !== 1) throw new ConflictError('there is such a webhook');
    },
    async getWebhook(ref) {
      const [row] = await executor.all(build.select(fields).from(webhooks).where(isWebhook(ref)));
      return row === undefined ? null : webhookOf(row);
    },
    async listWebhooks(tenantId) {
      const rows = await executor.all(
        build
          .select(fields)
          .from(webhooks)
          .where(eq(webhooks.tenantId, tenantId ?? NONE))
          .orderBy(asc(webhooks.createdAt), asc(webhooks.webhookId)),
      );
      return rows.map(webhookOf);
    },
    async webhookSubscriptions() {
      const { tenantId, webhookId, events } = webhooks;
      const rows = await executor.all(
        build
          .select({ tenantId, webhookId, events })
          .from(webhooks)
          .where(eq(webhooks.status, 'on'))
          .orderBy(asc(tenantId), asc(webhookId)),
      );
      return rows.map((row) => ({
        tenantId: row.tenantId === NONE ? null : row.tenantId,
        webhookId: row.webhookId,
        events: JSON.parse(row.events) as string[],
      }));
    },
    async updateWebhook(ref, values) {
      const { events, ...rest } = cleanWebhookValues(values);
      const set = { ...rest, ...(events === undefined ? {} : { events: JSON.stringify(events) }) };
      const [done] = await executor.atomic([build.update(webhooks).set(set).where(isWebhook(ref))]);
      return done?.changes === 1;
    },
    async replaceWebhookSecret(ref, from, to) {
      const results = await executor.atomic([
        build
          .update(webhooks)
          .set({ secret: to })
          .where(and(isWebhook(ref), eq(webhooks.secret, from))),
        build
          .update(webhooks)
          .set({ previousSecret: to })
          .where(and(isWebhook(ref), eq(webhooks.previousSecret, from))),
      ]);
      return results.some(({ changes }) => changes > 0);
    },
    async noteWebhookFailing(ref, at) {
      await executor.atomic([
        build
          .update(webhooks)
          .set({ failingSince: at })
          .where(and(isWebhook(ref), isNull(webhooks.failingSince))),
      ]);
    },
    async removeWebhook(ref) {
      const [, gone] = await executor.atomic([
        build
          .delete(webhookDeliveries)
          .where(
            and(
              eq(webhookDeliveries.tenantId, ref.tenantId ?? NONE),
              eq(webhookDeliveries.webhookId, askedId(ref.webhookId)),
            ),
          ),
        build.delete(webhooks).where(isWebhook(ref)),
      ]);
      return gone?.changes === 1;
    },
    ...createDeliveries(context),
  };
}

type Row = Omit<Webhook, 'tenantId' | 'events' | 'status'> & {
  tenantId: string;
  events: string;
  status: string;
};

function webhookOf({ tenantId, events, status, ...row }: Row): Webhook {
  return {
    ...row,
    tenantId: tenantId === NONE ? null : tenantId,
    events: JSON.parse(events) as string[],
    status: status as Webhook['status'],
  };
}

function webhookFields(t: DirectoryTables['webhooks']) {
  return {
    tenantId: t.tenantId,
    webhookId: t.webhookId,
    url: t.url,
    events: t.events,
    description: t.description,
    status: t.status,
    secret: t.secret,
    previousSecret: t.previousSecret,
    previousUntil: t.previousUntil,
    createdBy: t.createdBy,
    createdAt: t.createdAt,
    failingSince: t.failingSince,
  };
}
