import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../platform/config.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryStores, createQueueRecorder } from '../../store/memory/index.ts';
import { checkedApp } from '../../test/support/admin-contract.ts';
import type { AdminHooks } from './context.ts';
import { createAdmin } from './index.ts';

const TOKEN = 'test-token-0123456789';

async function api() {
  const stores = createMemoryStores(['MAIL_1']);
  const queues = createQueueRecorder();
  const services = {
    config: parseConfig({ ADMIN_TOKEN: TOKEN }),
    ...stores,
    queues,
    log: { error: () => undefined },
    now: () => 1000,
    trail: { record: () => undefined },
  } as unknown as Services;
  const app = createAdmin(services, {} as AdminHooks);
  checkedApp(app);
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await app.request(`/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const tenant = await call('POST', '/tenants', { name: 'T' });
  const tenantId = String(tenant.body['tenantId']);
  await call('POST', '/domains', { domain: 'example.test', tenantId });
  await call('POST', '/users', { address: 'ann@example.test' });
  return { call, tenantId, queues };
}

describe('the admin API of trust', () => {
  it('keeps lists of tenant and user apart, in canonical form', async () => {
    const { call, tenantId, queues } = await api();
    const tenantPath = `/tenants/${tenantId}/senders`;
    expect(await call('PATCH', tenantPath, { block: ['Shop.Example', '192.0.2.9/24'] })).toEqual({
      status: 200,
      body: { allow: [], block: ['@shop.example', '192.0.2.0/24'] },
    });
    expect(
      (await call('PATCH', '/users/ann@example.test/senders', { allow: ['bob@shop.example'] })).body,
    ).toEqual({
      allow: ['bob@shop.example'],
      block: [],
    });
    await call('PATCH', tenantPath, { remove: ['@shop.example'] });
    expect((await call('GET', tenantPath)).body).toEqual({ allow: [], block: ['192.0.2.0/24'] });
    expect((await call('GET', '/users/ann@example.test/senders')).body).toMatchObject({
      allow: ['bob@shop.example'],
    });
    expect(queues.sent.audit.map((job) => job.action)).toContain('user.senders');
  });

  it('changes the filter, and says what it does not take', async () => {
    const { call, tenantId } = await api();
    expect(
      (await call('PATCH', `/tenants/${tenantId}/spam`, { threshold: 0.8, suspectTlds: ['zip'] })).body,
    ).toMatchObject({
      ...{ enabled: true, threshold: 0.8, suspectTlds: ['zip'] },
    });
    expect((await call('GET', `/tenants/${tenantId}/spam`)).body).toMatchObject({ threshold: 0.8 });
    for (const [path, body] of [
      [`/tenants/${tenantId}/spam`, { threshold: 2 }],
      [`/tenants/${tenantId}/spam`, { treshold: 0.5 }],
      [`/tenants/${tenantId}/senders`, { block: ['no entry'] }],
    ] as const) {
      expect((await call('PATCH', path, body)).status).toBe(400);
    }
  });

  it('answers 404 for tenants, users and messages that are not there', async () => {
    const { call } = await api();
    for (const path of [
      '/tenants/nobody/senders',
      '/tenants/nobody/spam',
      '/users/nobody@example.test/senders',
      '/users/ann@example.test/messages/nothing/verdict',
    ]) {
      expect((await call('GET', path)).status).toBe(404);
    }
  });
});
