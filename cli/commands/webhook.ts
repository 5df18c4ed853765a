import type {
  ChangeWebhook,
  CreateWebhook,
  NewWebhookView,
  RotateWebhook,
  WebhookDeliveryView,
  WebhookView,
} from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { type Output, printable, shortTime } from '../output.ts';
import { listed } from '../paging.ts';
import { tenantOf } from './tenant-of.ts';

const domain = {
  type: 'string',
  value: 'DOMAIN',
  help: 'a domain of the tenant that it is of; without it the installation',
} as const;
const events = {
  type: 'string',
  value: 'LIST',
  help: 'types of events with commas between, e.g. mail.received,user.* or * or audit.*',
} as const;
const id = { name: 'id', help: 'the webhook' } as const;

/** Path of a webhook, or of something below it. */
export async function webhookPath(
  admin: AdminClient,
  { webhookId, domain }: { webhookId: string; domain: string | undefined },
  below = '',
): Promise<string> {
  const tenantId = domain === undefined ? null : await tenantOf(admin, domain);
  const query = tenantId === null ? '' : `?${new URLSearchParams({ tenantId })}`;
  return `/webhooks/${encodeURIComponent(webhookId)}${below}${query}`;
}

export const webhookList = defineCommand({
  name: 'webhook list',
  summary: 'list the addresses that are told of events',
  positionals: [],
  flags: { domain },
  async run({ flags, out }) {
    const items = await withLocalServer(async ({ admin }) =>
      listed<WebhookView>(
        admin,
        '/webhooks',
        flags.domain === undefined ? {} : { tenantId: await tenantOf(admin, flags.domain) },
      ),
    );
    out.result(items, () => {
      const rows = items.map((one) => [
        one.webhookId,
        one.status,
        one.failingSince === null ? '-' : shortTime(one.failingSince),
        one.events.join(','),
        printable(one.url),
      ]);
      out.table(['id', 'status', 'failing since', 'events', 'address'], rows, 'There are no webhooks.');
    });
  },
});

export const webhookShow = defineCommand({
  name: 'webhook show',
  summary: 'show an address that is told of events',
  positionals: [id],
  flags: { domain },
  async run({ args: [webhookId = ''], flags, out }) {
    const webhook = await withLocalServer(async ({ admin }) =>
      admin.get<WebhookView>(await webhookPath(admin, { webhookId, domain: flags.domain })),
    );
    show(out, webhook);
  },
});

export const webhookAdd = defineCommand({
  name: 'webhook add',
  summary: 'tell an address of events',
  details:
    'Events are sent as POST requests, signed as Standard Webhooks has it (docs/webhooks.md). The secret is shown once.',
  positionals: [{ name: 'url', help: 'https://…' }],
  flags: {
    events: { ...events, required: true },
    domain,
    description: { type: 'string', value: 'TEXT', help: 'what it is for' },
  },
  examples: ["waypost webhook add https://crm.example.org/hooks/mail --events 'mail.*' --domain example.org"],
  async run({ args: [url = ''], flags, out }) {
    const made = await withLocalServer(async ({ admin }) => {
      const body: CreateWebhook = {
        ...{ url, events: listOf(flags.events) },
        ...(flags.description === undefined ? {} : { description: flags.description }),
        ...(flags.domain === undefined ? {} : { tenantId: await tenantOf(admin, flags.domain) }),
      };
      return admin.post<NewWebhookView>('/webhooks', body);
    });
    showSecret(out, made);
  },
});

export const webhookSet = defineCommand({
  name: 'webhook set',
  summary: 'change the address, the events or the description of a webhook',
  positionals: [id],
  flags: {
    url: { type: 'string', value: 'URL', help: 'https://…' },
    events,
    description: { type: 'string', value: 'TEXT', help: 'what it is for' },
    domain,
  },
  async run({ args: [webhookId = ''], flags, out }) {
    const { url, description, domain } = flags;
    const body: ChangeWebhook = {
      ...(url === undefined ? {} : { url }),
      ...(flags.events === undefined ? {} : { events: listOf(flags.events) }),
      ...(description === undefined ? {} : { description }),
    };
    if (Object.keys(body).length === 0)
      throw new UsageError('one of --url, --events and --description', 'webhook set');
    show(out, await change(webhookId, domain, body));
  },
});

const switching = (name: string, status: 'on' | 'off', summary: string) =>
  defineCommand({
    ...{ name, summary, positionals: [id], flags: { domain } },
    async run({ args: [webhookId = ''], flags, out }) {
      show(out, await change(webhookId, flags.domain, { status }));
    },
  });

export const webhookEnable = switching('webhook enable', 'on', 'send events to an address again');
export const webhookDisable = switching('webhook disable', 'off', 'send no events to an address');

export const webhookRotate = defineCommand({
  name: 'webhook rotate',
  summary: 'give a webhook another secret',
  details: 'For a while events are signed with both, so that the receiver can change to the new one.',
  positionals: [id],
  flags: {
    hours: {
      type: 'string',
      value: 'N',
      help: 'how long the old one holds: 24 without it, 0 for not any more',
    },
    domain,
  },
  async run({ args: [webhookId = ''], flags, out }) {
    const hours = flags.hours === undefined ? undefined : Number(flags.hours);
    if (hours !== undefined && !Number.isSafeInteger(hours)) throw new CommandError('--hours is a number');
    const body: RotateWebhook = hours === undefined ? {} : { hours };
    const changed = await withLocalServer(async ({ admin }) =>
      admin.post<NewWebhookView>(
        await webhookPath(admin, { webhookId, domain: flags.domain }, '/rotate'),
        body,
      ),
    );
    showSecret(out, changed);
  },
});

export const webhookRemove = defineCommand({
  name: 'webhook remove',
  summary: 'tell an address nothing any more, and forget what it was told',
  positionals: [id],
  flags: { domain },
  async run({ args: [webhookId = ''], flags, out }) {
    await withLocalServer(async ({ admin }) =>
      admin.delete(await webhookPath(admin, { webhookId, domain: flags.domain })),
    );
    out.result({ webhookId }, () => out.line(`Webhook ${webhookId} is gone.`));
  },
});

export const webhookTest = defineCommand({
  name: 'webhook test',
  summary: 'send an event of type ping to an address now, and say what it answered',
  positionals: [id],
  flags: { domain },
  async run({ args: [webhookId = ''], flags, out }) {
    const delivery = await withLocalServer(async ({ admin }) =>
      admin.post<WebhookDeliveryView>(await webhookPath(admin, { webhookId, domain: flags.domain }, '/test')),
    );
    const { error, statusCode, durationMs } = delivery;
    out.result(delivery, () => {
      if (error === null) out.line(`Taken (HTTP ${statusCode}) after ${durationMs} ms.`);
    });
    if (error !== null) throw new CommandError(`not taken: ${printable(error)}`);
  },
});

function change(webhookId: string, domain: string | undefined, body: ChangeWebhook): Promise<WebhookView> {
  return withLocalServer(async ({ admin }) =>
    admin.patch<WebhookView>(await webhookPath(admin, { webhookId, domain }), body),
  );
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function show(out: Output, webhook: WebhookView): void {
  out.result(webhook, () => {
    const { url, events, description, status, createdBy, createdAt, failingSince } = webhook;
    out.line(`address      ${printable(url)}`);
    out.line(`events       ${events.join(', ')}`);
    if (description !== '') out.line(`description  ${printable(description)}`);
    out.line(`status       ${status}`);
    if (failingSince !== null) out.line(`failing      since ${shortTime(failingSince)}`);
    out.line(`made         ${shortTime(createdAt)} by ${printable(createdBy)}`);
  });
}

function showSecret(out: Output, webhook: NewWebhookView): void {
  out.result(webhook, () => {
    out.line(`Webhook ${webhook.webhookId}. Its secret (shown once):`);
    out.line(webhook.secret);
  });
}
