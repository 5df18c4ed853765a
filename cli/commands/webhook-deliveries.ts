import type { Page, WebhookDeliveryView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable, shorten, shortTime } from '../output.ts';
import { webhookPath } from './webhook.ts';

const STATES = ['waiting', 'delivered', 'failed'];
const domain = {
  type: 'string',
  value: 'DOMAIN',
  help: 'a domain of the tenant that it is of; without it the installation',
} as const;

export const webhookDeliveries = defineCommand({
  name: 'webhook deliveries',
  summary: 'list the events of an address, with the last attempt at each',
  details: 'Newest first. What was delivered or given up is kept for seven days.',
  positionals: [{ name: 'id', help: 'the webhook' }],
  flags: {
    state: { type: 'string', value: 'STATE', help: 'waiting, delivered or failed' },
    limit: { type: 'string', value: 'N', help: 'at most this many (50)' },
    domain,
  },
  async run({ args: [webhookId = ''], flags, out }) {
    const { state } = flags;
    const limit = Number(flags.limit ?? '50');
    if (!Number.isInteger(limit) || limit < 1 || limit > 500)
      throw new UsageError('--limit is a number up to 500', 'webhook deliveries');
    if (state !== undefined && !STATES.includes(state))
      throw new UsageError(`--state is one of ${STATES.join(', ')}`, 'webhook deliveries');
    const { items } = await withLocalServer(async ({ admin }) => {
      const path = await webhookPath(admin, { webhookId, domain: flags.domain }, '/deliveries');
      const query = new URLSearchParams({ limit: String(limit), ...(state === undefined ? {} : { state }) });
      return admin.get<Page<WebhookDeliveryView>>(`${path}${path.includes('?') ? '&' : '?'}${query}`);
    });
    out.result(items, () => {
      const rows = items.map((one) => [
        shortTime(one.createdAt),
        one.eventId,
        one.type,
        one.state,
        one.attempts,
        one.statusCode,
        one.durationMs,
        one.nextAttemptAt === null ? '-' : shortTime(one.nextAttemptAt),
        shorten(printable(one.error ?? ''), 40),
      ]);
      const columns = ['time', 'event', 'type', 'state', 'tries', 'status', 'ms', 'next', 'error'];
      out.table(columns, rows, 'There are no events.');
    });
  },
});

export const webhookReplay = defineCommand({
  name: 'webhook replay',
  summary: 'send an event to an address again',
  positionals: [
    { name: 'id', help: 'the webhook' },
    { name: 'event', help: 'as `webhook deliveries` lists it' },
  ],
  flags: { domain },
  async run({ args: [webhookId = '', eventId = ''], flags, out }) {
    const delivery = await withLocalServer(async ({ admin }) => {
      const below = `/deliveries/${encodeURIComponent(eventId)}/replay`;
      return admin.post<WebhookDeliveryView>(
        await webhookPath(admin, { webhookId, domain: flags.domain }, below),
      );
    });
    out.result(delivery, () => out.line(`${delivery.type} ${eventId} is on its way.`));
  },
});
