import { beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../platform/config.ts';
import type { Logger } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryStores, createQueueRecorder } from '../../store/memory/index.ts';
import { checkedApp } from '../../test/support/admin-contract.ts';
import { createAdmin } from './index.ts';
import { writeCursor } from './paging.ts';

const TOKEN = 'test-token-0123456789';

async function world() {
  const stores = createMemoryStores(['MAIL_1']);
  const log: Logger = { debug() {}, info() {}, warn() {}, error() {}, with: () => log };
  let now = 1000;
  const services = {
    config: parseConfig({ ADMIN_TOKEN: TOKEN }),
    ...{ ...stores, queues: createQueueRecorder(), log, now: () => now++ },
    wake: { revoke: async () => undefined },
    limits: { admit: async () => 0 },
    defer: (work: Promise<unknown>) => void work,
    trail: { record: () => undefined },
  } as unknown as Services;
  const app = createAdmin(services, { hashPassword: async (text: string) => text } as never);
  checkedApp(app);
  const call = async (token: string, method: string, path: string, body?: unknown) => {
    const response = await app.request(`/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse((await response.text()) || 'null') };
  };
  const get = (path: string, token = TOKEN) => call(token, 'GET', path);
  const make = async (path: string, body: object) => (await call(TOKEN, 'POST', path, body)).body;
  /** Every row of a list, page by page. */
  const all = async (path: string, token = TOKEN, limit = 2): Promise<Record<string, unknown>[]> => {
    const rows: Record<string, unknown>[] = [];
    for (let cursor: string | null = '', turn = 0; cursor !== null; turn++) {
      if (turn > 200) throw new Error(`${path} does not end`);
      const query = new URLSearchParams({ limit: String(limit), ...(cursor === '' ? {} : { cursor }) });
      const page = await get(`${path}${path.includes('?') ? '&' : '?'}${query}`, token);
      expect(page.status, JSON.stringify(page.body)).toBe(200);
      expect(page.body.items.length).toBeLessThanOrEqual(limit);
      rows.push(...page.body.items);
      cursor = page.body.cursor;
    }
    return rows;
  };
  const one = (await make('/domains', { domain: 'a.example' })).tenantId as string;
  await make('/domains', { domain: 'b.example', tenantId: one });
  const other = (await make('/domains', { domain: 'other.example' })).tenantId as string;
  for (const [address, displayName] of [
    ['ann@a.example', 'Žofie'],
    ['bob@b.example', 'Zofie'],
    ['cid@a.example', 'Zo'],
    ['dan@b.example', ''],
    ['eve@other.example', 'Zofie'],
  ])
    await make('/users', { address, displayName });
  for (const address of ['g1@a.example', 'g2@b.example', 'g3@a.example', 'g4@other.example'])
    await make('/groups', { address, members: Array.from({ length: 25 }, (_, i) => `m${i}@x.test`) });
  const token = async (body: object) =>
    (await make('/tokens', { name: 't', role: 'admin', ...body })).token as string;
  const tokens = {
    tenant: await token({ tenantId: one }),
    support: await token({ tenantId: one, role: 'support' }),
    domain: await token({ tenantId: one, domain: 'a.example' }),
  };
  return { ...stores, call, get, make, all, one, other, tokens };
}

let w: Awaited<ReturnType<typeof world>>;
beforeAll(async () => {
  w = await world();
});

const LISTS: Record<string, string> = {
  '/users': 'address',
  '/users?name=zo': 'address',
  '/groups': 'address',
  '/domains': 'domain',
};

describe.each(Object.keys(LISTS))('the list %s', (path) => {
  const names = async (where: string, token?: string, limit?: number) =>
    (await w.all(`${path}${path.includes('?') ? '&' : '?'}${where}`, token, limit)).map((row) =>
      String(row[LISTS[path] ?? '']),
    );

  it('comes page by page with nothing twice and nothing left out', async () => {
    const whole = await names('', TOKEN, 500);
    expect(whole.length).toBeGreaterThanOrEqual(3);
    expect(new Set(whole).size).toBe(whole.length);
    for (const limit of [1, 2, 3]) expect(await names('', TOKEN, limit)).toEqual(whole);
  });

  it('shows each caller what lies in their area, without a word of where', async () => {
    const [tenant, part] = [await names('', w.tokens.tenant), await names('', w.tokens.domain)];
    expect(tenant.toSorted()).toEqual((await names(`tenantId=${w.one}`)).toSorted());
    expect(await names('', w.tokens.support)).toEqual(tenant);
    expect(await names(`tenantId=${w.one}`, w.tokens.domain)).toEqual(part);
    expect(part.length).toBeGreaterThan(0);
    expect(part).toEqual(tenant.filter((name) => name.endsWith('a.example')));
    expect(await names('domain=b.example')).toEqual(tenant.filter((name) => name.endsWith('b.example')));
  });

  it('I22 looks the same for what is of others and for what is not there', async () => {
    const ask = async (where: string, token: string) => {
      const { status, body } = await w.get(`${path}${path.includes('?') ? '&' : '?'}${where}`, token);
      return { status, ...body, correlationId: '' };
    };
    for (const token of [w.tokens.tenant, w.tokens.domain]) {
      const nothing = await ask('domain=nowhere.example', token);
      expect(nothing.status).toBe(404);
      expect(await ask('domain=other.example', token)).toEqual(nothing);
      expect(await ask(`tenantId=${w.other}`, token)).toEqual(nothing);
      expect(await ask(`tenantId=${w.other}&domain=a.example`, token)).toEqual(nothing);
    }
    expect(await ask('domain=b.example', w.tokens.domain)).toEqual(
      await ask('domain=x.example', w.tokens.domain),
    );
  });

  it('refuses a cursor that is none, and none opens what is of others', async () => {
    const { status: _, ...first } = await w.get(`${path}${path.includes('?') ? '&' : '?'}limit=1`);
    const cursor = String(first.body.cursor);
    for (const broken of [
      'x',
      '!',
      `${cursor}A`,
      cursor.slice(0, -3),
      writeCursor('users of elsewhere', ['a', null, '']),
    ]) {
      const { status, body } = await w.get(
        `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(broken)}`,
      );
      expect([status, body.detail]).toEqual([400, 'the cursor is not one of this list']);
    }
    const list = path === '/users?name=zo' ? 'users by name' : path.slice(1);
    const foreign = writeCursor(list, [w.other, null, '']);
    const { body } = await w.get(
      `${path}${path.includes('?') ? '&' : '?'}cursor=${foreign}`,
      w.tokens.tenant,
    );
    expect(JSON.stringify(body)).not.toContain('other.example');
  });
});

describe('lists', () => {
  it('find users by how address and name begin, and by their state', async () => {
    await w.call(TOKEN, 'PUT', '/users/cid@a.example/status', { status: 'disabled' });
    const found = async (query: string, token?: string) =>
      (await w.all(`/users?${query}`, token, 1)).map(({ address }) => String(address)).toSorted();
    expect(await found('address=AN')).toEqual(['ann@a.example']);
    expect(await found('name=zof')).toEqual(['ann@a.example', 'bob@b.example', 'eve@other.example']);
    expect(await found('name=Žo&domain=a.example&status=active')).toEqual(['ann@a.example']);
    expect(await found('name=zo&address=c')).toEqual(['cid@a.example']);
    expect(await found('status=disabled')).toEqual(['cid@a.example']);
    expect(await found('status=active', w.tokens.domain)).toEqual(['ann@a.example']);
    expect((await w.get('/users?status=lost')).status).toBe(400);
    expect((await w.get('/users?limit=501')).status).toBe(400);
    await w.call(TOKEN, 'PUT', '/users/cid@a.example/status', { status: 'active' });
  });

  it('show some members of a group, and how many there are', async () => {
    const [group] = (await w.get('/groups?address=g1')).body.items;
    expect([group.members.length, group.memberCount]).toEqual([20, 25]);
    expect((await w.get('/groups/g1@a.example')).body.members).toHaveLength(25);
  });

  it('of devices know what each may do now', async () => {
    const users = await w.directory.usersAfter(w.one, {}, '', 9);
    for (const [i, { tenantId, userId }] of users.entries())
      await w.directory.touchDevice({
        ...{
          tenantId,
          userId,
          deviceId: `D${i}`,
          deviceType: i % 2 === 0 ? 'Phone' : 'Tablet',
          userAgent: 'ua',
        },
        ...{ protocolVersion: '16.1', firstSeenAt: 1, lastSeenAt: 100 + i },
      });
    await w.call(TOKEN, 'PUT', `/tenants/${w.one}/device-settings`, {
      rules: [{ deviceType: 'tablet', access: 'quarantined' }],
    });
    const found = async (query: string, token?: string) =>
      (await w.all(`/devices?${query}`, token, 1))
        .map((row) => `${row['deviceId']} ${row['address']}`)
        .toSorted();
    expect(await found('')).toHaveLength(4);
    expect(await found('', w.tokens.domain)).toEqual(['D0 ann@a.example', 'D2 cid@a.example']);
    expect(await found('access=quarantined')).toEqual(['D1 bob@b.example', 'D3 dan@b.example']);
    expect(await found('access=quarantined&seenBefore=102', w.tokens.tenant)).toEqual(['D1 bob@b.example']);
    expect(await found('deviceType=PHONE&domain=a.example')).toHaveLength(2);
    const cursor = writeCursor('devices', [w.one, null, 'no pair']);
    expect((await w.get(`/devices?cursor=${cursor}`)).body.detail).toBe('the cursor is not one of this list');
  });

  it('of tenants are the caller’s own', async () => {
    const ids = async (token?: string) => (await w.all('/tenants', token, 1)).map(({ tenantId }) => tenantId);
    expect(await ids()).toEqual([w.one, w.other].toSorted());
    expect(await ids(w.tokens.domain)).toEqual([w.one]);
    const cursor = writeCursor('tenants', ['']);
    expect((await w.get(`/tenants?cursor=${cursor}`, w.tokens.tenant)).body.items).toHaveLength(1);
  });

  it('of tokens are those of the installation, of the tenant, or of the domain', async () => {
    const names = async (token?: string, query = '') =>
      (await w.all(`/tokens${query}`, token, 1)).map((row) => `${row['role']} ${row['domain']}`).toSorted();
    await w.make('/tokens', { name: 'global', role: 'support' });
    expect(await names()).toEqual(['support null']);
    expect(await names(w.tokens.tenant)).toEqual(['admin a.example', 'admin null', 'support null']);
    expect(await names(TOKEN, `?tenantId=${w.one}`)).toEqual([
      'admin a.example',
      'admin null',
      'support null',
    ]);
    expect(await names(w.tokens.domain)).toEqual(['admin a.example']);
  });

  it('of one tenant need no tenantId from who is for one', async () => {
    const audit = async (token: string, query = '') => (await w.get(`/audit${query}`, token)).status;
    expect(await audit(w.tokens.tenant)).toBe(200);
    expect(await audit(w.tokens.domain)).toBe(404);
    expect(await audit(w.tokens.tenant, `?tenantId=${w.other}`)).toBe(404);
  });

  it('of what a user, a tenant or the installation has come page by page as well', async () => {
    for (const alias of ['x1@a.example', 'x2@a.example', 'x3@a.example'])
      await w.make('/aliases', { alias, address: 'ann@a.example' });
    for (const label of ['l1', 'l2', 'l3']) await w.make('/users/ann@a.example/app-passwords', { label });
    for (const address of ['ann', 'cid']) {
      await w.call(TOKEN, 'PUT', `/users/${address}@a.example/role`, { role: 'support', in: 'tenant' });
      await w.call(TOKEN, 'PUT', `/users/${address}@a.example/role`, { role: 'admin', in: 'domain' });
    }
    for (const reason of ['r1', 'r2', 'r3'])
      await w.make(`/tenants/${w.one}/holds`, { reason, address: 'ann@a.example' });
    for (const name of ['c1', 'c2', 'c3'])
      await w.call(TOKEN, 'PUT', `/tenants/${w.one}/contacts/${name}@x.test`, { displayName: name });
    for (const grantee of ['bob@b.example', 'cid@a.example', 'dan@b.example'])
      await w.call(TOKEN, 'PUT', `/users/ann@a.example/send-grants/${grantee}`, { kind: 'as' });
    for (const [i, queue] of ['q1', 'q2', 'q1'].entries())
      await w.directory.putDeadLetter({
        ...{
          deadLetterId: `d${i}`,
          queue,
          body: 'x',
          error: 'e'.repeat(5000),
          attempts: 1,
          correlationId: '',
        },
        ...{ failedAt: 7, replayedAt: null, discardedAt: null },
      });
    for (const path of [
      '/users/ann@a.example/aliases',
      '/users/ann@a.example/app-passwords',
      `/tenants/${w.one}/roles`,
      `/tenants/${w.one}/holds`,
      `/tenants/${w.one}/contacts`,
      '/users/ann@a.example/send-grants',
      '/dead-letters?state=waiting',
    ]) {
      const whole = (await w.get(path)).body.items;
      expect(whole.length, path).toBeGreaterThanOrEqual(3);
      expect(await w.all(path, TOKEN, 1), path).toEqual(whole);
      const broken = await w.get(`${path}${path.includes('?') ? '&' : '?'}cursor=x`);
      expect([broken.status, broken.body.detail], path).toEqual([400, 'the cursor is not one of this list']);
    }
    expect(await w.all('/dead-letters?queue=q1', TOKEN, 1)).toHaveLength(2);
    expect((await w.get('/dead-letters')).body.items[0].error).toHaveLength(1000);
    expect((await w.get('/dead-letters/d1')).body.error).toHaveLength(5000);
  });

  it('of numbers are of a tenant, and of the installation in steps', async () => {
    const many = await world();
    const ann = await many.directory.usersAfter(many.one, { prefix: 'ann' }, '', 1);
    await many.directory.touchDevice({
      ...{
        tenantId: many.one,
        userId: ann[0]?.userId ?? '',
        deviceId: 'D',
        deviceType: 'Phone',
        userAgent: '',
      },
      ...{ protocolVersion: '16.1', firstSeenAt: 1, lastSeenAt: 1000 },
    });
    await many.call(TOKEN, 'PUT', '/users/bob@b.example/status', { status: 'noMail' });
    const path = `/tenants/${many.one}/stats`;
    const { body } = await many.get(path, many.tokens.support);
    expect(body).toEqual({
      users: { active: 3, noMail: 1, disabled: 0, deleted: 0 },
      ...{ domains: 2, groups: 3, mailboxes: { count: 4, messages: 0, sizeBytes: 0 } },
      devices: {
        ...{ count: 1, seen: 1, access: { allowed: 0, quarantined: 0, blocked: 0, default: 1 } },
        protocols: [{ version: '16.1', count: 1, seen: 1 }],
      },
      ...{ sent: [], mail: [], outbox: { due: 0, scheduled: 0 } },
    });
    expect((await many.get('/stats', many.tokens.tenant)).status).toBe(404);
    expect((await many.get(`${path}?days=401`)).status).toBe(400);
    const first = (await many.get('/stats?limit=1')).body;
    expect([first.tenants, first.deadLetters]).toEqual([1, { waiting: 0, replayed: 0, discarded: 0 }]);
    const second = (await many.get(`/stats?limit=1&cursor=${first.cursor}`)).body;
    expect([second.tenants, second.deadLetters, second.cursor]).toEqual([1, null, null]);
    expect(first.users.active + second.users.active).toBe(4);
    expect((await many.get('/stats?cursor=x')).status).toBe(400);
  });

  it('over many tenants look at a bounded number of them in one request', async () => {
    const many = await world();
    for (let i = 0; i < 80; i++) {
      const tenantId = `m${String(i).padStart(3, '0')}`;
      await many.directory.createTenant({ tenantId, name: '', status: 'active', mailShard: 'MAIL_1' });
    }
    let reads = 0;
    const { usersAfter } = many.directory;
    many.directory.usersAfter = (...args) => {
      reads++;
      return usersAfter(...args);
    };
    const page = await many.get('/users?address=none&limit=500');
    expect([page.status, page.body.items]).toEqual([200, []]);
    expect(page.body.cursor).not.toBeNull();
    expect(reads).toBeLessThanOrEqual(33);
    expect(await many.all('/users', TOKEN, 3)).toHaveLength(5);
  });
});
