import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewWebhookView, WebhookDeliveryView } from '../../shared/admin-api.ts';
import { type DnsServer, startDnsServer } from '../support/dns-server.ts';
import { type HookReceiver, startHookReceiver } from '../support/hook-receiver.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('A60 webhooks of an installation on the Internet', () => {
  let dns: DnsServer;
  let server: InProcess;
  let receiver: HookReceiver;

  beforeAll(async () => {
    receiver = await startHookReceiver();
    dns = await startDnsServer({
      'public.example': { A: ['93.184.216.34'] },
      'private.example.net': { A: ['10.0.0.7'] },
      'half.example.net': { A: ['93.184.216.34', '127.0.0.1'] },
      'turns.example.net': { A: ['93.184.216.34'] },
    });
    server = await startInProcess({
      vars: {
        ...{ DNS_OVER_HTTPS_URL: dns.url, RELAY_ALLOW_PRIVATE: '0', PUBLIC_URL: 'https://mail.example.net' },
        WEBHOOK_PORTS: '443,8443',
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    await dns.stop();
    await receiver.stop();
  });

  const add = async (url: string) => {
    const answer = await server.fetch('/admin/v1/webhooks', {
      method: 'POST',
      headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url, events: ['*'] }),
    });
    return { status: answer.status, body: (await answer.json()) as NewWebhookView };
  };

  it.each([
    ...[
      'http://127.0.0.1:80/',
      'https://127.0.0.1/',
      'https://localhost/',
      'https://[::1]/',
      'https://10.0.0.1/',
    ],
    ...[
      'https://169.254.169.254/latest/meta-data',
      'https://100.64.0.1/',
      'https://0.0.0.0/',
      'https://[fd00::1]/',
    ],
    ...[
      'https://[::ffff:127.0.0.1]/',
      'https://[64:ff9b::7f00:1]/',
      'https://2130706433/',
      'https://0x7f.1/',
    ],
    ...[
      'https://0177.0.0.1/',
      'https://127.1/',
      'https://waypost.someone.workers.dev/',
      'https://service.internal/',
    ],
    ...['https://private.example.net/', 'https://half.example.net/', 'https://mail.example.net/hook'],
    ...['https://mail.example.net./hook', 'https://turns.example.net:22/', 'https://nowhere.example.net/'],
  ])('%s is refused', async (url) => {
    const { status, body } = await add(url);
    expect([status, (body as { code?: string }).code]).toEqual([400, 'invalid-input']);
  });

  it('a name that stands for another host by now is not asked (DNS rebinding)', async () => {
    const made = await add('https://turns.example.net:8443/hook');
    expect(made.status).toBe(201);
    dns.zone.set('turns.example.net', { A: ['127.0.0.1'] });
    const sent = await server.admin<WebhookDeliveryView>('POST', `/webhooks/${made.body.webhookId}/test`);
    expect(sent).toMatchObject({
      state: 'waiting',
      statusCode: null,
      error: expect.stringContaining('private'),
    });
  });
});
