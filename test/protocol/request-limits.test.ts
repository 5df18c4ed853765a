import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewServiceTokenView, UserView } from '../../shared/admin-api.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const EWS = '/EWS/Exchange.asmx';
const EAS = '/Microsoft-Server-ActiveSync';
const POX = '/autodiscover/autodiscover.xml';

/** How many requests are taken: docs/operations/limits.md. */
describe('requests beyond the limit', () => {
  let server: InProcess;
  let ahead = 0;
  const { now } = Date;
  /** Prefixes that the platform's limiter refuses. */
  const refused = new Set<string>();

  beforeAll(async () => {
    Date.now = () => now() + ahead;
    server = await startInProcess({
      vars: {
        ...{ CALLER_REQUESTS_PER_MINUTE: '50', TENANT_REQUESTS_PER_MINUTE: '400' },
        INTERNAL_TOKENS: 'portal:main-token-0123456789-0123456789-0123456789',
      },
      wrap: (env) => ({
        ...env,
        LIMIT_ADDRESS: { limit: async ({ key }: { key: string }) => ({ success: !refused.has(key) }) },
      }),
    });
  });
  afterAll(async () => {
    await server.stop();
    Date.now = now;
  });

  const basic = (address: string) => ({
    authorization: `Basic ${Buffer.from(`${address}:password-1`).toString('base64')}`,
  });
  const ask = (path: string, address: string) =>
    server.fetch(path, { method: path === EAS ? 'OPTIONS' : 'GET', headers: basic(address) });

  /** Asks until it is refused. */
  async function untilRefused(one: () => Promise<Response>, most: number) {
    for (let n = 0; n < most; n++) {
      const response = await one();
      if (response.status === 429 || response.status === 503) return { response, taken: n };
      expect(response.status).toBeLessThan(300);
      await response.arrayBuffer();
      await server.drain();
    }
    throw new Error(`${most} were taken`);
  }

  it('are refused in the terms of each protocol, for who sent them alone, and taken again later', async () => {
    await server.addUser('ann@busy.example', 'password-1');
    await server.addUser('bob@busy.example', 'password-1');
    for (const path of [EAS, EWS, POX]) {
      const { response, taken } = await untilRefused(() => ask(path, 'ann@busy.example'), 120);
      expect(taken).toBeGreaterThanOrEqual(50);
      expect(response.status).toBe(503);
      const wait = Number(response.headers.get('retry-after'));
      expect(wait).toBeGreaterThan(0);
      if (path === EWS) {
        const text = await response.text();
        expect(text).toContain('ErrorServerBusy');
        expect(text).toContain(`<t:Value Name="BackOffMilliseconds">${wait * 1000}</t:Value>`);
      }
      expect((await ask(path, 'bob@busy.example')).status).toBeLessThan(300);
      ahead += (wait + 1) * 1000;
      expect((await ask(path, 'ann@busy.example')).status).toBeLessThan(300);
      ahead += 120_000;
    }
    await server.drain();
    const { items } = await server.admin<{ items: { action: string }[] }>('GET', '/audit?limit=200');
    expect(items.map(({ action }) => action)).toContain('requests.limit');
  });

  it('of a program are refused by the admin API, and never those of the operator', async () => {
    const { token } = await server.admin<NewServiceTokenView>('POST', '/tokens', {
      ...{ name: 'report', role: 'support' },
    });
    const { response } = await untilRefused(
      () => server.fetch('/admin/v1/tenants', { headers: { authorization: `Bearer ${token}` } }),
      120,
    );
    expect(response.status).toBe(429);
    expect(response.headers.get('content-type')).toContain('problem+json');
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    for (let n = 0; n < 120; n++) await server.admin('GET', '/tenants');
  });

  it('of a tenant together are refused, as many as the operator says', async () => {
    const users: UserView[] = [];
    for (let n = 0; n < 6; n++) users.push(await server.addUser(`u${n}@crowd.example`, 'password-1'));
    const other = await server.addUser('eve@calm.example', 'password-1');
    const tenantId = users[0]?.tenantId ?? '';
    const path = `/tenants/${tenantId}/request-limit`;
    expect(await server.admin('GET', path)).toEqual({ perMinute: null, inForce: 400 });
    expect(await server.admin('PUT', path, { perMinute: 150 })).toEqual({ perMinute: 150, inForce: 150 });
    let n = 0;
    const { taken } = await untilRefused(() => ask(EAS, users[n++ % 6]?.address ?? ''), 280);
    expect(taken).toBeGreaterThanOrEqual(150);
    // It is everybody's of the tenant, and nobody else's.
    ahead += 1000;
    expect((await ask(EAS, users[5]?.address ?? '')).status).toBe(503);
    expect((await ask(EAS, other.address)).status).toBe(200);
    await server.admin('PUT', path, { perMinute: null });
    expect(await server.admin('GET', path)).toEqual({ perMinute: null, inForce: 400 });
    await expect(server.admin('PUT', path, { perMinute: -1 })).rejects.toThrow('400');
  });

  it('of an internal service are refused by the data service', async () => {
    const headers = { 'x-internal-auth': 'main-token-0123456789-0123456789-0123456789' };
    const { response } = await untilRefused(() => server.fetch('/internal/openapi.json', { headers }), 700);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('that need no sign-in are refused by the prefix that they come from', async () => {
    refused.add('192.0.2');
    for (const path of [
      '/auth/oidc',
      POX,
      '/autodiscover/autodiscover.json?Email=a@b.example&Protocol=EWS',
      '/files/x',
    ]) {
      const from = (ip: string) => server.fetch(path, { headers: { 'cf-connecting-ip': ip } });
      const response = await from('192.0.2.7');
      expect([path, response.status]).toEqual([path, 429]);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await from('198.51.100.7')).status).not.toBe(429);
    }
  });

  it('sign-ins that are begun are counted in one place: each leaves a row before anybody is known', async () => {
    const begin = () =>
      server.fetch('/auth/login/passkey/options', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: server.url.origin,
          'cf-connecting-ip': '203.0.113.5',
        },
        body: '{}',
      });
    const { response, taken } = await untilRefused(begin, 90);
    expect(taken).toBe(60);
    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({ code: 'too-many-attempts' });
  });
});
