import { beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../platform/config.ts';
import type { Logger } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryStores, createQueueRecorder } from '../../store/memory/index.ts';
import { checkedApp } from '../../test/support/admin-contract.ts';
import { ACCESS, type Subject } from './access-table.ts';
import { createAdmin } from './index.ts';

const TOKEN = 'test-token-0123456789';

/** Two tenants: one with the domains a.example and b.example, and another. */
async function world() {
  const stores = createMemoryStores(['MAIL_1']);
  const queues = createQueueRecorder();
  const clock = { now: 1000 };
  const log: Logger = { debug() {}, info() {}, warn() {}, error() {}, with: () => log };
  const services = {
    config: parseConfig({ ADMIN_TOKEN: TOKEN }),
    ...{ ...stores, queues, now: () => clock.now },
    log,
    wake: { revoke: async () => undefined },
    limits: { admit: async () => 0 },
    defer: (work: Promise<unknown>) => void work,
    trail: { record: () => undefined },
  } as unknown as Services;
  const hooks = { hashPassword: async (password: string) => `hashed:${password}` };
  const app = createAdmin(services, hooks as never);
  checkedApp(app);
  const call = async (token: string, method: string, path: string, body?: unknown) => {
    const response = await app.request(`/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text), text };
  };
  const one = (await call(TOKEN, 'POST', '/domains', { domain: 'a.example' })).body.tenantId as string;
  await call(TOKEN, 'POST', '/domains', { domain: 'b.example', tenantId: one });
  const other = (await call(TOKEN, 'POST', '/domains', { domain: 'other.example' })).body.tenantId as string;
  for (const address of ['ann@a.example', 'bob@b.example', 'eve@other.example'])
    await call(TOKEN, 'POST', '/users', { address });
  const token = async (body: object) =>
    (await call(TOKEN, 'POST', '/tokens', { name: 't', role: 'admin', ...body })).body as {
      token: string;
      tokenId: string;
    };
  return { app, call, token, one, other, queues, clock, directory: stores.directory };
}

type World = Awaited<ReturnType<typeof world>>;

/** The request of a route about this tenant and user. */
function requestOf(route: string, of: Subject, tenantId: string, address: string) {
  const [method = '', path = ''] = route.split(' ');
  const filled = path
    .replace(':tenantId', tenantId)
    .replace(':domain', address.slice(address.indexOf('@') + 1))
    .replace(':address', of === 'tenant' ? 'x@elsewhere.example' : address)
    .replace(':alias', address)
    .replace(/:\w+/g, 'id-1');
  const query = typeof of === 'object' && 'query' in of;
  const values = { tenantId, address, alias: address };
  const area = `?domain=${address.slice(address.indexOf('@') + 1)}`;
  const named = query ? of.query : null;
  const body =
    typeof of === 'object' && 'body' in of ? Object.fromEntries(of.body.map((n) => [n, values[n]])) : {};
  return {
    method,
    path:
      of === 'area'
        ? filled + area
        : named === null
          ? filled
          : `${filled}?${named}=${encodeURIComponent(values[named])}`,
    body: method === 'GET' || method === 'DELETE' ? undefined : body,
  };
}

describe('the routes of the admin API', () => {
  it('are those of the table, and the other way round', async () => {
    const { app } = await world();
    const routes = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.endsWith('*'))
      // What the API says of itself is for everybody who is let in at all.
      .filter(({ path }) => !['/admin/v1/openapi.json', '/admin/v1/docs'].includes(path))
      .map(({ method, path }) => `${method} ${path.replace('/admin/v1', '')}`);
    expect([...new Set(routes)].sort()).toEqual(Object.keys(ACCESS).sort());
  });
});

describe.each(Object.entries(ACCESS))('A30 A39 %s', (route, [topic, right, of]) => {
  let w: World;
  let tenantAdmin: string;
  let support: string;
  let domainAdmin: string;
  let narrow: string;
  beforeAll(async () => {
    w = await world();
    tenantAdmin = (await w.token({ tenantId: w.one })).token;
    support = (await w.token({ tenantId: w.one, role: 'support' })).token;
    domainAdmin = (await w.token({ tenantId: w.one, domain: 'a.example' })).token;
    narrow = (await w.token({ topics: [topic === 'users' ? 'groups' : 'users'] })).token;
  });
  const ask = (token: string, tenantId: string, address: string) => {
    const { method, path, body } = requestOf(route, of, tenantId, address);
    return w.call(token, method, path, body);
  };

  it('is closed to strangers and to tokens for something else', async () => {
    for (const token of ['nobody', 'wps_'.padEnd(47, 'A')])
      expect((await ask(token, w.one, 'ann@a.example')).status).toBe(401);
    expect((await ask(narrow, w.one, 'ann@a.example')).status).toBe(403);
  });

  it.skipIf(of === 'own')('looks to an admin of another tenant as if there were nothing', async () => {
    const [theirs, nothing] = [
      await ask(tenantAdmin, w.other, 'eve@other.example'),
      await ask(tenantAdmin, 'no-tenant', 'no@nowhere.example'),
    ];
    expect(theirs.status).toBe(404);
    const bare = ({ body }: typeof theirs) => ({ ...body, correlationId: '' });
    expect(bare(theirs)).toEqual(bare(nothing));
  });

  it.skipIf(of === 'own')('is open to those whose role includes it, and to nobody else', async () => {
    const open = ({ status, body }: Awaited<ReturnType<typeof ask>>) =>
      status !== 403 && !(status === 404 && body.detail === 'not found');
    const inTenant = of !== 'installation';
    expect(open(await ask(TOKEN, w.one, 'ann@a.example'))).toBe(true);
    expect(open(await ask(support, w.one, 'ann@a.example'))).toBe(
      inTenant && (right === 'read' || right === 'help'),
    );
    const ofTenant = of === 'tenant' || JSON.stringify(of).includes('tenantId');
    expect(open(await ask(domainAdmin, w.one, 'bob@b.example'))).toBe(false);
    expect(open(await ask(domainAdmin, w.one, 'ann@a.example'))).toBe(inTenant && !ofTenant);
  });
});

describe('tokens of programs', () => {
  it('open what they are for until they end or are taken back', async () => {
    const w = await world();
    const made = await w.token({ tenantId: w.one, days: 1 });
    expect(made.token).toMatch(/^wps_[\w-]{43}$/);
    expect((await w.call(made.token, 'GET', `/users?tenantId=${w.one}`)).body.items).toHaveLength(2);
    const [listed] = (await w.call(TOKEN, 'GET', `/tokens?tenantId=${w.one}`)).body.items;
    expect(listed).toMatchObject({ tokenId: made.tokenId, tenantId: w.one, lastUsedAt: 1000 });
    expect(JSON.stringify(listed)).not.toContain(made.token);
    w.clock.now += 86_400_000;
    expect((await w.call(made.token, 'GET', `/users?tenantId=${w.one}`)).status).toBe(401);
    const second = await w.token({ tenantId: w.one });
    expect((await w.call(TOKEN, 'DELETE', `/tokens/${second.tokenId}`)).status).toBe(404);
    expect((await w.call(TOKEN, 'DELETE', `/tokens/${second.tokenId}?tenantId=${w.one}`)).status).toBe(204);
    expect((await w.call(second.token, 'GET', '/tenants')).status).toBe(401);
  });

  it('show the tenants that they are for', async () => {
    const w = await world();
    const { token } = await w.token({ tenantId: w.one, domain: 'b.example', role: 'support' });
    const ids = (await w.call(token, 'GET', '/tenants')).body.items.map(
      (t: { tenantId: string }) => t.tenantId,
    );
    expect(ids).toEqual([w.one]);
    expect((await w.call(TOKEN, 'GET', '/tenants')).body.items).toHaveLength(2);
  });

  it('A39 make no tokens that may do more than they', async () => {
    const w = await world();
    const { token } = await w.token({ tenantId: w.one, topics: ['administrators', 'users'] });
    const make = (body: object) => w.call(token, 'POST', '/tokens', { name: 'x', role: 'admin', ...body });
    expect((await make({ tenantId: w.one, topics: ['users'] })).status).toBe(201);
    expect((await make({ tenantId: w.one })).status).toBe(403);
    expect((await make({ tenantId: w.one, topics: ['mail'] })).status).toBe(403);
    expect((await make({})).status).toBe(404);
    expect((await make({ tenantId: w.other, topics: ['users'] })).status).toBe(404);
    expect((await make({ tenantId: w.one, topics: ['users'], domain: 'other.example' })).status).toBe(400);
    expect((await make({ tenantId: w.one, topics: ['users'], secretHash: 'x' })).status).toBe(400);
  });

  it('end with their tenant', async () => {
    const w = await world();
    const { token } = await w.token({ tenantId: w.one });
    await w.call(TOKEN, 'PUT', `/tenants/${w.one}/status`, { status: 'disabled' });
    expect((await w.call(token, 'GET', '/tenants')).status).toBe(401);
  });
});

describe('roles of users', () => {
  it('are given and taken by admins of at least the same area', async () => {
    const w = await world();
    const { token } = await w.token({ tenantId: w.one });
    const put = (by: string, address: string, body: object) =>
      w.call(by, 'PUT', `/users/${address}/role`, body);
    expect((await put(token, 'ann@a.example', { role: 'admin', in: 'domain' })).body).toMatchObject({
      address: 'ann@a.example',
      domain: 'a.example',
    });
    expect((await put(token, 'ann@a.example', { role: 'support', in: 'tenant' })).status).toBe(200);
    expect((await put(token, 'ann@a.example', { role: 'support', in: 'installation' })).status).toBe(403);
    expect((await put(token, 'eve@other.example', { role: 'support', in: 'tenant' })).status).toBe(404);
    expect(
      (await put(token, 'ann@a.example', { role: 'admin', in: 'domain', domain: 'other.example' })).status,
    ).toBe(400);
    expect((await put(TOKEN, 'ann@a.example', { role: 'admin', in: 'installation' })).status).toBe(200);
    const items = (await w.call(token, 'GET', `/tenants/${w.one}/roles`)).body.items;
    expect(items.map((r: { role: string; in: string }) => `${r.role} ${r.in}`)).toEqual([
      'support tenant',
      'admin domain',
      'admin installation',
    ]);
    const drop = (by: string, where: string) => w.call(by, 'DELETE', `/users/ann@a.example/role?in=${where}`);
    expect((await drop(token, 'installation')).status).toBe(403);
    expect((await drop(TOKEN, 'installation')).status).toBe(204);
    expect((await drop(token, 'domain')).status).toBe(204);
    expect((await drop(token, 'domain')).status).toBe(404);
    const audited = w.queues.sent.audit.filter(({ action }) => action.startsWith('role.'));
    expect(audited.map(({ actor }) => actor.split('/')[0])).toEqual([
      'token',
      'token',
      'admin-token',
      'admin-token',
      'token',
    ]);
  });
});
