import type { D1Database } from '@cloudflare/workers-types/experimental';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { el } from '../../codecs/wbxml/index.ts';
import type {
  AuditView,
  NewWebhookView,
  Page,
  WebhookDeliveryView,
  WebhookView,
} from '../../shared/admin-api.ts';
import { type HookReceiver, signaturesBy, startHookReceiver } from '../support/hook-receiver.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';
import { Phone } from './phone.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

describe('webhooks', () => {
  let server: InProcess;
  let receiver: HookReceiver;
  let one: string;
  let other: string;
  let ahead = 0;
  const { now } = Date;

  beforeAll(async () => {
    Date.now = () => now() + ahead;
    receiver = await startHookReceiver();
    server = await startInProcess({ vars: { RELAY_ALLOW_PRIVATE: '1' } });
    await server.addUser('ann@one.example', 'password-1');
    await server.addUser('bob@other.example', 'password-1');
    const tenantOf = async (domain: string) =>
      (await server.admin<{ tenantId: string }>('GET', `/domains/${domain}`)).tenantId;
    [one, other] = [await tenantOf('one.example'), await tenantOf('other.example')];
    await server.drain();
  });
  afterEach(async () => {
    for (const tenantId of [one, other, undefined]) {
      for (const { webhookId } of (await list(tenantId)).items)
        await server.admin('DELETE', `/webhooks/${webhookId}${query(tenantId)}`);
    }
    await server.drain();
    receiver.received.length = 0;
    receiver.answer((response) => response.writeHead(204).end());
  });
  afterAll(async () => {
    await server.stop();
    await receiver.stop();
    Date.now = now;
  });

  const query = (tenantId: string | undefined) => (tenantId === undefined ? '' : `?tenantId=${tenantId}`);
  const list = (tenantId: string | undefined) =>
    server.admin<Page<WebhookView>>('GET', `/webhooks${query(tenantId)}`);
  const add = (events: string[], tenantId?: string, url = receiver.url) =>
    server.admin<NewWebhookView>('POST', '/webhooks', {
      ...{ url, events },
      ...(tenantId === undefined ? {} : { tenantId }),
    });
  const below = ({ webhookId, tenantId }: WebhookView, path = '') =>
    `/webhooks/${webhookId}${path}${query(tenantId ?? undefined)}`;
  const deliveries = async (hook: WebhookView) =>
    (await server.admin<Page<WebhookDeliveryView>>('GET', below(hook, '/deliveries'))).items;

  it('a test sends a ping at once, with a signature that the receiver can check', async () => {
    const hook = await add(['mail.*'], one, `${receiver.url}?key=1`);
    expect(hook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const sent = await server.admin<WebhookDeliveryView>('POST', below(hook, '/test'));
    expect(sent).toMatchObject({
      type: 'ping',
      state: 'delivered',
      statusCode: 204,
      attempts: 1,
      error: null,
    });
    const ping = receiver.last('ping');
    expect([ping.path, ping.headers['content-type']]).toEqual(['/hook?key=1', 'application/json']);
    expect(ping.headers['webhook-id']).toBe(sent.eventId);
    const age = Date.now() / 1000 - Number(ping.headers['webhook-timestamp']);
    expect(Math.abs(age)).toBeLessThan(60);
    expect(ping.event.data).toEqual({ tenantId: one, webhookId: hook.webhookId });
    expect(signaturesBy(hook.secret, ping)).toBe(1);
    expect(signaturesBy(hook.secret, { ...ping, text: `${ping.text} ` })).toBe(0);
    // The secret is shown once, and lies there sealed.
    const shown = JSON.stringify([await list(one), await server.admin('GET', below(hook))]);
    expect(shown).not.toContain('whsec_');
    const { DIRECTORY } = await server.bindings<{ DIRECTORY: D1Database }>();
    const { results } = await DIRECTORY.prepare('SELECT * FROM webhooks').all();
    expect(JSON.stringify(results)).not.toContain(hook.secret.slice(6));
  });

  it('are listed in the order in which they were made, page by page', async () => {
    const made: string[] = [];
    for (let n = 0; n < 3; n++) made.push((await add(['mail.*'], one)).webhookId);
    const first = await server.admin<Page<WebhookView>>('GET', `/webhooks?tenantId=${one}&limit=2`);
    const rest = await server.admin<Page<WebhookView>>(
      'GET',
      `/webhooks?tenantId=${one}&limit=2&cursor=${first.cursor}`,
    );
    expect([...first.items, ...rest.items].map(({ webhookId }) => webhookId)).toEqual(made);
    expect([first.items.length, rest.cursor]).toEqual([2, null]);
    await expect(server.admin('GET', `/webhooks?tenantId=${one}&cursor=x`)).rejects.toThrow('400');
  });

  it('mail that comes in is told of, without what is in it', async () => {
    await add(['mail.received'], one);
    await add(['mail.received'], other);
    const raw = buildMail({ from: 'x@far.example', subject: 'Confidential plans', text: 'the body' });
    await server.email('bounce@far.example', 'ann@one.example', raw);
    await server.drain();
    expect(receiver.types()).toEqual(['mail.received']);
    const { event, text } = receiver.last('mail.received');
    expect(event.data).toMatchObject({
      ...{ tenantId: one, envelopeFrom: 'bounce@far.example', recipient: 'ann@one.example' },
      ...{ from: 'x@far.example', size: expect.any(Number), messageId: expect.any(String) },
    });
    expect(text).not.toMatch(/Confidential|the body/);
  });

  it('mail that is sent is told of, whom it reached and whom not, and the device that is new', async () => {
    await add(['mail.*', 'device.*'], one);
    const phone = await new Phone(server, 'ann@one.example', 'password-1').start();
    const mime = buildMail({
      ...{ from: 'ann@one.example', to: 'bob@other.example, far@far.example', subject: 'Secret plans' },
    });
    const request = [el('ComposeMail:ClientId', 'c1'), el('ComposeMail:Mime', mime)];
    expect((await phone.post('SendMail', el('ComposeMail:SendMail', ...request))).status).toBe(200);
    await server.drain();
    const { mailboxId, submissionId, ...sent } = receiver.last('mail.sent').event.data;
    expect(sent).toMatchObject({ from: 'ann@one.example', recipientCount: 2, automatic: false });
    const of = { mailboxId, submissionId, recipientCount: 1 };
    expect(receiver.last('mail.delivered').event.data).toMatchObject({
      ...{ ...of, recipients: [{ address: 'bob@other.example', carrier: 'local' }] },
    });
    // There is no way to other hosts here.
    expect(receiver.last('mail.bounced').event.data).toMatchObject({
      ...{ ...of, recipients: [{ address: 'far@far.example', status: expect.stringMatching(/^5\./) }] },
    });
    expect(receiver.types().filter((type) => type === 'mail.sent')).toHaveLength(1);
    expect(receiver.last('device.registered').event.data).toMatchObject({ deviceId: phone.deviceId });
    expect(receiver.received.map(({ text }) => text).join()).not.toContain('Secret');
  });

  it('what happens to users is told to the webhooks of their tenant and of the installation', async () => {
    const mine = await add(['user.*', 'audit.user.create'], one);
    const theirs = await add(['*'], other, `${receiver.url}/other`);
    const all = await add(['*'], undefined, `${receiver.url}/all`);
    await server.admin('POST', '/users', { address: 'new@one.example' });
    await server.admin('PUT', '/users/new@one.example/status', { status: 'disabled' });
    await server.drain();
    const at = (path: string) =>
      receiver.received.filter((r) => r.path === path).map(({ event }) => event.type);
    expect(at('/hook').sort()).toEqual(['audit.user.create', 'user.created', 'user.suspended']);
    expect(at('/hook/all').sort()).toEqual(['user.created', 'user.suspended']);
    expect(at('/hook/other')).toEqual([]);
    expect(await deliveries(theirs)).toEqual([]);
    const created = receiver.received.filter(({ event }) => event.type === 'user.created');
    expect(new Set(created.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(created.map((r) => signaturesBy(r.path === '/hook' ? mine.secret : all.secret, r))).toEqual([
      1, 1,
    ]);
    expect(created[0]?.event.data).toMatchObject({ address: 'new@one.example', tenantId: one });
  });

  it('comes again with the same id until it is taken, later each time', async () => {
    const hook = await add(['user.created'], one);
    receiver.answer((response) => response.writeHead(500).end('x'.repeat(100_000)));
    await server.admin('POST', '/users', { address: 'again@one.example' });
    await server.drain();
    const tries = receiver.received.length;
    expect(tries).toBeGreaterThan(0);
    const [waits] = await deliveries(hook);
    expect(waits).toMatchObject({ state: 'waiting', statusCode: 500, error: 'HTTP 500', attempts: tries });
    expect((waits?.nextAttemptAt ?? 0) - Date.now()).toBeGreaterThan(MINUTE_MS);
    expect((await server.admin<WebhookView>('GET', below(hook))).failingSince).not.toBeNull();
    receiver.answer((response) => response.writeHead(200).end());
    await server.scheduled();
    await server.drain();
    expect(receiver.received).toHaveLength(tries);
    ahead += 11 * MINUTE_MS;
    await server.scheduled();
    await server.drain();
    expect(receiver.received).toHaveLength(tries + 1);
    const [first, ...rest] = receiver.received;
    if (first === undefined) throw new Error('one');
    for (const later of rest) {
      expect([later.headers['webhook-id'], later.text]).toEqual([first.headers['webhook-id'], first.text]);
      expect(signaturesBy(hook.secret, later)).toBe(1);
    }
    expect((await deliveries(hook))[0]).toMatchObject({
      state: 'delivered',
      attempts: tries + 1,
      error: null,
    });
    expect((await server.admin<WebhookView>('GET', below(hook))).failingSince).toBeNull();
  });

  it('is signed with both secrets while one takes over from the other', async () => {
    const hook = await add(['*'], one);
    const next = await server.admin<NewWebhookView>('POST', below(hook, '/rotate'), { hours: 1 });
    expect(next.previousSecretUntil).toBeGreaterThan(Date.now());
    await server.admin('POST', below(hook, '/test'));
    const both = receiver.last('ping');
    expect([signaturesBy(hook.secret, both), signaturesBy(next.secret, both)]).toEqual([1, 1]);
    ahead += 61 * MINUTE_MS;
    await server.admin('POST', below(hook, '/test'));
    const later = receiver.last('ping');
    expect([signaturesBy(hook.secret, later), signaturesBy(next.secret, later)]).toEqual([0, 1]);
    const atOnce = await server.admin<NewWebhookView>('POST', below(hook, '/rotate'), { hours: 0 });
    await server.admin('POST', below(hook, '/test'));
    const last = receiver.last('ping');
    expect([signaturesBy(next.secret, last), signaturesBy(atOnce.secret, last)]).toEqual([0, 1]);
  });

  it('A60 follows no redirection, and waits for no answer without end', async () => {
    const hook = await add(['*'], one);
    const test = () => server.admin<WebhookDeliveryView>('POST', below(hook, '/test'));
    receiver.answer((response) => response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end());
    expect(await test()).toMatchObject({ state: 'waiting', statusCode: 307, error: 'HTTP 307' });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
    receiver.answer((response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write('x'.repeat(10_000)), 1);
      response.on('close', () => clearInterval(more));
    });
    expect(await test()).toMatchObject({ state: 'delivered', statusCode: 200 });
  });

  it('is switched off by itself after days without success, which the audit log says, and back on by a person', async () => {
    const hook = await add(['user.created', 'audit.webhook.*'], one);
    const witness = await add(['audit.webhook.switch-off'], undefined, `${receiver.url}/witness`);
    receiver.answer((response) => response.writeHead(503, { 'retry-after': '3600' }).end());
    await server.admin('POST', '/users', { address: 'off@one.example' });
    await server.drain();
    const [put] = await deliveries(hook);
    expect((put?.nextAttemptAt ?? 0) - Date.now()).toBeGreaterThan(50 * MINUTE_MS);
    for (let n = 0; n < 12 && (await status()) === 'on'; n++) {
      ahead += DAY_MS / 2;
      await server.scheduled();
      await server.drain();
    }
    expect(await status()).toBe('failed');
    const { items } = await server.admin<Page<AuditView>>(
      'GET',
      `/audit?tenantId=${one}&action=webhook.switch-off`,
    );
    expect(items).toMatchObject([
      { actor: 'webhooks', resource: `webhook/${hook.webhookId}`, outcome: 'error' },
    ]);
    const [failed] = await deliveries(hook);
    expect(failed).toMatchObject({ state: 'failed', statusCode: 503 });
    const again = await server.fetch(`/admin/v1${below(hook, `/deliveries/${failed?.eventId}/replay`)}`, {
      ...{ method: 'POST', headers: { authorization: `Bearer ${server.adminToken}` } },
    });
    expect(again.status).toBe(409);
    receiver.answer((response) => response.writeHead(204).end());
    receiver.received.length = 0;
    await server.admin('POST', '/users', { address: 'unheard@one.example' });
    await server.drain();
    expect(receiver.types()).not.toContain('user.created');
    expect(await server.admin('PATCH', below(hook), { status: 'on' })).toMatchObject({
      status: 'on',
      failingSince: null,
    });
    await server.admin('POST', '/users', { address: 'heard@one.example' });
    await server.drain();
    expect(receiver.last('user.created').event.data).toMatchObject({ address: 'heard@one.example' });
    expect(witness.status).toBe('on');

    async function status() {
      return (await server.admin<WebhookView>('GET', below(hook))).status;
    }
  });

  it('a receiver that is gone is told nothing more', async () => {
    const hook = await add(['user.created'], one);
    receiver.answer((response) => response.writeHead(410).end());
    await server.admin('POST', '/users', { address: 'gone@one.example' });
    await server.drain();
    expect(await server.admin('GET', below(hook))).toMatchObject({ status: 'failed' });
    expect(await deliveries(hook)).toMatchObject([{ state: 'failed', statusCode: 410, attempts: 1 }]);
  });

  it('an event can be sent again, and another tenant has no part in it', async () => {
    const hook = await add(['user.created'], one);
    await server.admin('POST', '/users', { address: 'replay@one.example' });
    await server.drain();
    const [done] = await deliveries(hook);
    const path = `/deliveries/${done?.eventId}/replay`;
    expect(await server.admin('POST', below(hook, path))).toMatchObject({ state: 'waiting', attempts: 0 });
    await server.drain();
    expect(receiver.types()).toEqual(['user.created', 'user.created']);
    expect(receiver.received[0]?.text).toBe(receiver.received[1]?.text);
    const { token } = await server.admin<{ token: string }>('POST', '/tokens', {
      ...{ name: 't', role: 'admin', tenantId: other },
    });
    const headers = { authorization: `Bearer ${token}` };
    for (const [method, at] of [
      ['GET', below(hook)],
      ['POST', below(hook, path)],
      ['POST', below({ ...hook, tenantId: other }, path)],
      ['GET', `/webhooks/${hook.webhookId}`],
      ['DELETE', below({ ...hook, tenantId: null })],
    ] as const) {
      expect((await server.fetch(`/admin/v1${at}`, { method, headers })).status, `${method} ${at}`).toBe(404);
    }
  });

  it('what waits when somebody switches it off is not sent when it is on again', async () => {
    const hook = await add(['user.created'], one);
    receiver.answer((response) => response.writeHead(500).end());
    await server.admin('POST', '/users', { address: 'waits@one.example' });
    await server.drain();
    await server.admin('PATCH', below(hook), { status: 'off' });
    const error = 'the webhook was switched off';
    expect(await deliveries(hook)).toMatchObject([{ state: 'failed', error, nextAttemptAt: null }]);
    await server.admin('PATCH', below(hook), { status: 'on' });
    receiver.answer((response) => response.writeHead(204).end());
    receiver.received.length = 0;
    ahead += DAY_MS;
    await server.scheduled();
    await server.drain();
    expect(receiver.received).toEqual([]);
    ahead += 8 * DAY_MS;
    await server.scheduled('7-59/15 * * * *');
    expect(await deliveries(hook)).toEqual([]);
  });

  it('A60 an event that comes back to the installation ends there', async () => {
    const headers = { 'user-agent': 'Waypost-Webhooks/1', authorization: `Bearer ${server.adminToken}` };
    for (const path of ['/auth/login', '/EWS/Exchange.asmx', '/Microsoft-Server-ActiveSync'])
      expect((await server.fetch(path, { method: 'POST', headers, body: '{}' })).status).toBe(508);
  });

  it('A39 takes no address that is not one of a receiver, and no event that there is not', async () => {
    const refused = async (body: object) => {
      const answer = await server.fetch('/admin/v1/webhooks', {
        method: 'POST',
        headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ url: receiver.url, events: ['*'], ...body }),
      });
      return answer.status;
    };
    for (const url of [
      ...['', 'hook', 'ftp://127.0.0.1/', 'file:///etc/passwd', 'javascript:alert(1)', 'http://far.example/'],
      ...['https://user:secret@far.example/', 'https://far.example/#part', 'https://far.example:8443/'],
      ...[`https://${server.url.host}/hook`, `https://far.example/${'x'.repeat(2000)}`],
    ]) {
      expect(await refused({ url }), url).toBe(400);
    }
    for (const events of [[], ['mail'], ['mail.opened'], ['ping']])
      expect(await refused({ events })).toBe(400);
    expect(await refused({ status: 'failed' })).toBe(400);
    expect(await refused({ tenantId: 'nobody' })).toBe(404);
  });
});
