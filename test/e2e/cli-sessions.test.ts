import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  NewWebhookView,
  UserSessionView,
  WebhookDeliveryView,
  WebhookView,
} from '../../shared/admin-api.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { type HookReceiver, signaturesBy, startHookReceiver } from '../support/hook-receiver.ts';
import { buildMail } from '../support/mail.ts';

const USER = 'ann@browsers.test';

let server: Waypost;
let cli: CommandLine;
beforeAll(async () => {
  server = await startWaypost();
  cli = await commandLine(server);
  await server.addUser(USER, 'a-password-1');
});
afterAll(async () => {
  cli?.end();
  await server?.stop();
});

describe('waypost user sessions', () => {
  const login = () =>
    server.fetch('/auth/login', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: server.url.origin,
        'user-agent': 'Browser/1.0',
      },
      body: JSON.stringify({ address: USER, password: 'a-password-1' }),
    });

  it('lists where a user is signed in, and ends it', async () => {
    expect((await cli.waypost('user', 'sessions', USER)).out).toBe('There are none.\n');
    const { status, headers } = await login();
    expect(status).toBe(200);
    const cookie = headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    expect((await server.fetch('/auth/me', { headers: { cookie } })).status).toBe(200);
    const [session] = await cli.json<UserSessionView[]>('user', 'sessions', USER);
    expect(session).toMatchObject({ method: 'password', userAgent: 'Browser/1.0' });
    expect((await cli.waypost('user', 'sessions', USER)).out).toContain('Browser/1.0');
    expect((await cli.waypost('user', 'sessions', USER, '--end')).code).toBe(0);
    expect((await server.fetch('/auth/me', { headers: { cookie } })).status).toBe(401);
  });

  it('ends the codes of a user', async () => {
    expect((await cli.waypost('user', 'end-codes', USER)).out).toBe(`${USER} signs in without codes.\n`);
    expect((await login()).status).toBe(200);
    expect((await cli.waypost('user', 'end-codes', 'nobody@browsers.test')).err).toContain('no user');
  });
});

describe('waypost webhook, on the whole platform', () => {
  let receiver: HookReceiver;
  beforeAll(async () => {
    receiver = await startHookReceiver();
    await server.addUser('ann@hooks.example', 'password-1');
  });
  afterAll(() => receiver?.stop());

  it('makes a webhook, which mail that comes in is told to', async () => {
    const domain = ['--domain', 'hooks.example'];
    const added = await cli.waypost('webhook', 'add', receiver.url, '--events', 'mail.received', ...domain);
    expect([added.code, added.err]).toEqual([0, '']);
    const [, id = '', secret = ''] = /^Webhook (\S+)\. .*\n(whsec_\S+)\n$/.exec(added.out) ?? [];
    const tested = await cli.waypost('webhook', 'test', id, ...domain);
    expect(tested.out).toMatch(/^Taken \(HTTP 204\) after \d+ ms\.\n$/);
    expect(signaturesBy(secret, receiver.last('ping'))).toBe(1);

    await server.email('x@far.example', 'ann@hooks.example', buildMail({ subject: 'Hello' }));
    await expect.poll(() => receiver.types()).toContain('mail.received');
    expect(signaturesBy(secret, receiver.last('mail.received'))).toBe(1);
    const listed = await cli.waypost('webhook', 'deliveries', id, ...domain);
    expect(listed.out).toMatch(/mail\.received +delivered +1 +204/);
    const [newest] = await cli.json<WebhookDeliveryView[]>('webhook', 'deliveries', id, ...domain);
    const event = newest?.eventId ?? '';
    expect((await cli.waypost('webhook', 'replay', id, event, ...domain)).code).toBe(0);
    await expect.poll(() => receiver.types().filter((type) => type === 'mail.received').length).toBe(2);
  });

  it('changes, shows, rotates, switches off and removes it', async () => {
    const made = await cli.json<NewWebhookView>(
      'webhook',
      'add',
      receiver.url,
      '--events',
      'user.*, mail.sent',
    );
    expect(made).toMatchObject({ tenantId: null, events: ['user.*', 'mail.sent'], status: 'on' });
    const { webhookId } = made;
    const set = ['webhook', 'set', webhookId, '--events', '*', '--description', 'all of it'];
    expect((await cli.waypost(...set)).out).toMatch(/events +\*\ndescription +all of it\n/);
    const rotated = await cli.json<NewWebhookView>('webhook', 'rotate', webhookId, '--hours', '2');
    expect(rotated.secret).not.toBe(made.secret);
    expect(await cli.json<WebhookView>('webhook', 'disable', webhookId)).toMatchObject({ status: 'off' });
    expect((await cli.waypost('webhook', 'list')).out).toMatch(new RegExp(`${webhookId} +off`));
    expect(await cli.json<WebhookView>('webhook', 'enable', webhookId)).toMatchObject({ status: 'on' });
    receiver.answer((response) => response.writeHead(500).end());
    const failed = await cli.waypost('webhook', 'test', webhookId);
    expect([failed.code, failed.err]).toEqual([1, 'waypost: not taken: HTTP 500\n']);
    expect((await cli.waypost('webhook', 'remove', webhookId)).code).toBe(0);
    const gone = await cli.waypost('webhook', 'show', webhookId);
    expect([gone.code, gone.err]).toEqual([1, 'waypost: no such webhook\n']);
    const refused = await cli.waypost('webhook', 'add', 'http://far.example/', '--events', '*');
    expect(refused.err).toMatch(/https:\/\//);
  });
});
