import { describe, expect, it } from 'vitest';
import type { AuditFacts } from '../../platform/audit/trail.ts';
import { parseConfig } from '../../platform/config.ts';
import type { Logger } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import {
  createMemoryObjectStore,
  createMemoryStores,
  createQueueRecorder,
} from '../../store/memory/index.ts';
import { checkedApp } from '../../test/support/admin-contract.ts';
import { createAdmin } from './index.ts';

const TOKEN = 'test-token-0123456789';

/** The API over memory stores; `call` sends JSON with the token. */
function api({ token = TOKEN as string | null, shards = ['MAIL_1', 'MAIL_2'] } = {}) {
  const stores = createMemoryStores(shards);
  const queues = createQueueRecorder();
  const hooks = {
    reconciled: 0,
    replayed: [] as string[],
    reconcile: async () => {
      hooks.reconciled++;
      return { recent: { listed: 1 }, sweep: { complete: true } };
    },
    replayDeadLetter: async (id: string) => {
      hooks.replayed.push(id);
      await stores.directory.markReplayed(id, 77);
    },
    hashPassword: async (password: string) => `hashed:${password}`,
  };
  const lines: unknown[] = [];
  const told: AuditFacts[] = [];
  const log: Logger = {
    debug() {},
    info() {},
    warn() {},
    error: (event, fields) => lines.push([event, fields]),
    with: () => log,
  };
  // The API uses nothing of the services but these.
  const services = {
    config: parseConfig(token === null ? {} : { ADMIN_TOKEN: token }),
    ...stores,
    queues,
    objects: createMemoryObjectStore(),
    wake: { revoke: async () => undefined },
    throttle: { begin: async () => ({ waitSeconds: 0 }) },
    defer: () => undefined,
    log,
    now: () => 1000,
    trail: { record: (facts: AuditFacts[]) => void told.push(...facts) },
  } as unknown as Services;
  const app = createAdmin(services, hooks);
  checkedApp(app);
  const fetch = (path: string, init: RequestInit = {}) => app.request(`/admin/v1${path}`, init);
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(path, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  };
  return { stores, queues, hooks, lines, told, fetch, call };
}

/** An API with the domain example.test and the user ann@example.test in it. */
async function withAnn(options?: Parameters<typeof api>[0]) {
  const world = api(options);
  const domain = await world.call('POST', '/domains', { domain: 'example.test' });
  await world.call('POST', '/users', {
    address: 'ann@example.test',
    password: 'correct horse',
    displayName: 'Ann',
  });
  return { ...world, tenantId: domain.body.tenantId as string };
}

describe('what the audit log is told of besides', () => {
  it('a caller who is refused, and a change that noted nothing by itself', async () => {
    const { told, queues, fetch, call } = await withAnn();
    queues.sent.audit.length = 0;
    expect(told).toEqual([]);
    await fetch('/users', { headers: { authorization: 'Bearer wrong', 'cf-connecting-ip': '192.0.2.1' } });
    expect(told).toMatchObject([
      { action: 'sign-in.fail', actor: 'nobody', outcome: 'denied', address: '192.0.2.1', protocol: 'admin' },
    ]);
    await call('GET', '/users');
    await call('POST', '/audit/verify', { tenantId: 't-nobody' });
    expect(told).toHaveLength(1);
    await call('POST', '/reindex', { address: 'ann@example.test', cursor: 'after:' });
    expect(told).toHaveLength(2);
    expect(told[1]).toMatchObject({
      action: 'admin.request',
      resource: 'POST /reindex',
      actor: 'admin-token',
    });
  });
});

describe('who may use the admin API', () => {
  it('nobody, when the installation has no token: it does not exist', async () => {
    const { fetch } = api({ token: null });
    for (const authorization of ['', `Bearer ${TOKEN}`, 'Bearer null']) {
      const response = await fetch('/tenants', { headers: { authorization } });
      expect(response.status).toBe(404);
    }
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
  ])('not one who says %j', async (authorization) => {
    const { fetch } = api();
    const response = await fetch('/tenants', authorization === '' ? {} : { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('tells a stranger nothing of which paths exist', async () => {
    const { fetch } = api();
    expect((await fetch('/no-such-thing')).status).toBe(401);
    expect((await fetch('/users/ann@example.test')).status).toBe(401);
  });
});

describe('requests', () => {
  it('are answered with problem documents when they are wrong (RFC 9457)', async () => {
    const { call } = api();
    const { status, headers, body } = await call('POST', '/tenants', { nme: 'x' });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-correlation-id')).toBe(body.correlationId);
    expect(body).toMatchObject({
      type: 'about:blank',
      status: 400,
      code: 'invalid-input',
      title: 'Bad Request',
    });
    expect(body.detail).toContain('nme');
  });

  it('keep the correlation id of their caller', async () => {
    const { fetch } = api();
    const headers = { authorization: `Bearer ${TOKEN}`, 'x-correlation-id': 'caller-12345' };
    expect((await fetch('/tenants', { headers })).headers.get('x-correlation-id')).toBe('caller-12345');
  });

  it('must be JSON, and not much of it', async () => {
    const { fetch, call } = api();
    const authorization = `Bearer ${TOKEN}`;
    const post = (body: string, type: string) =>
      fetch('/tenants', { method: 'POST', headers: { authorization, 'content-type': type }, body });
    expect((await post('{"name":"x"}', 'text/plain')).status).toBe(415);
    expect((await post('{"name":', 'application/json')).status).toBe(400);
    expect((await call('POST', '/tenants', { name: 'x'.repeat(70_000) })).status).toBe(413);
  });

  it('are 404 for what does not exist', async () => {
    const { call } = api();
    for (const path of ['/no-such-thing', '/users/ann@example.test', '/dead-letters/x']) {
      expect((await call('GET', path)).status).toBe(404);
    }
  });

  it('tell no inner error to the caller, but log it', async () => {
    const { call, stores, lines } = api();
    stores.directory.tenantsAfter = () => Promise.reject(new Error('D1_ERROR: secret detail'));
    const { status, headers, body } = await call('GET', '/tenants');
    expect(status).toBe(503);
    expect(headers.get('retry-after')).not.toBeNull();
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(JSON.stringify(lines)).toContain('secret detail');
  });
});

describe('tenants and domains', () => {
  it('spreads tenants over the mail shards', async () => {
    const { call } = api({ shards: ['MAIL_1', 'MAIL_2', 'MAIL_3'] });
    const shards: string[] = [];
    for (let i = 0; i < 6; i++)
      shards.push((await call('POST', '/tenants', { name: `T${i}` })).body.mailShard);
    expect(shards.toSorted()).toEqual(['MAIL_1', 'MAIL_1', 'MAIL_2', 'MAIL_2', 'MAIL_3', 'MAIL_3']);
  });

  it('gives a domain a tenant of its own unless told otherwise, and refuses it twice', async () => {
    const { call } = api();
    const first = await call('POST', '/domains', { domain: 'Bücher.Example.' });
    expect(first).toMatchObject({ status: 201, body: { domain: 'xn--bcher-kva.example', catchAll: null } });
    const second = await call('POST', '/domains', { domain: 'b.test', tenantId: first.body.tenantId });
    expect(second.body.tenantId).toBe(first.body.tenantId);
    const again = await call('POST', '/domains', { domain: 'xn--bcher-kva.example' });
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await call('GET', '/tenants')).body.items).toHaveLength(1);
    expect((await call('GET', '/domains')).body.items.map((d: { domain: string }) => d.domain)).toEqual([
      'b.test',
      'xn--bcher-kva.example',
    ]);
  });

  it.each([
    '',
    'no spaces.test',
    'a@b.test',
    '-x.test',
    '127.0.0.1',
  ])('refuses %j as a domain', async (domain) => {
    expect((await api().call('POST', '/domains', { domain })).status).toBe(400);
  });

  it('sets and clears the catch-all, within the tenant only', async () => {
    const { call } = await withAnn();
    await call('POST', '/domains', { domain: 'other.test' });
    await call('POST', '/users', { address: 'eve@other.test' });
    const put = (address: string | null) => call('PUT', '/domains/example.test/catch-all', { address });
    expect((await put('ann@example.test')).body.catchAll).toBe('ann@example.test');
    expect((await call('GET', '/route?address=any@example.test')).body).toEqual({
      kind: 'mailbox',
      address: 'ann@example.test',
      via: 'catch-all',
    });
    expect((await put('eve@other.test')).status).toBe(400);
    expect((await put('nobody@example.test')).status).toBe(404);
    expect((await put(null)).body.catchAll).toBeNull();
    expect((await call('GET', '/route?address=any@example.test')).body).toEqual({ kind: 'unknown' });
  });

  it('puts a domain with a catch-all into the tenant of that user', async () => {
    const { call, tenantId } = await withAnn();
    const added = await call('POST', '/domains', { domain: 'second.test', catchAll: 'ann@example.test' });
    expect(added.body).toMatchObject({ tenantId, catchAll: 'ann@example.test' });
  });

  it('switches a tenant off and on', async () => {
    const { call, tenantId } = await withAnn();
    await call('PUT', `/tenants/${tenantId}/status`, { status: 'disabled' });
    expect((await call('GET', '/route?address=ann@example.test')).body).toEqual({
      kind: 'disabled',
      what: 'tenant',
    });
    expect((await call('PUT', '/tenants/none/status', { status: 'active' })).status).toBe(404);
  });
});

describe('users', () => {
  it('are made with a mailbox and a hashed password, under their canonical address', async () => {
    const { call, stores } = await withAnn();
    const made = await call('POST', '/users', { address: 'Bob@EXAMPLE.test', password: 'correct horse' });
    expect(made).toMatchObject({
      status: 201,
      body: { address: 'bob@example.test', status: 'active', quotaBytes: null },
    });
    expect(JSON.stringify(made.body)).not.toMatch(/hash|horse/);
    const login = await stores.directory.findLogin('bob@example.test');
    expect(login?.credentials.map((c) => c.secretHash)).toEqual(['hashed:correct horse']);
    expect((await call('GET', '/users/bob@example.test/stats')).body).toMatchObject({
      messages: 0,
      sizeBytes: 0,
    });
  });

  it('need a domain that exists, an address that is free, and a password of some length', async () => {
    const { call } = await withAnn();
    const add = (address: string, password = 'correct horse') =>
      call('POST', '/users', { address, password });
    expect(await add('x@nowhere.test')).toMatchObject({ status: 400, body: { code: 'invalid-input' } });
    expect((await add('ann@example.test')).status).toBe(409);
    expect((await add('no address')).status).toBe(400);
    expect((await add('x@example.test', 'short')).status).toBe(400);
  });

  it('come in pages over all tenants', async () => {
    const { call } = await withAnn();
    await call('POST', '/domains', { domain: 'other.test' });
    for (const local of ['a', 'b', 'c']) await call('POST', '/users', { address: `${local}@other.test` });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await call(
        'GET',
        `/users?limit=2${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.body.items.map((u: { address: string }) => u.address));
      cursor = page.body.cursor;
    } while (cursor !== null);
    expect(seen.toSorted()).toEqual(['a@other.test', 'ann@example.test', 'b@other.test', 'c@other.test']);
    expect((await call('GET', '/users?cursor=elsewhere/x')).status).toBe(400);
  });

  it('can be switched off, limited, and given a new password', async () => {
    const { call, stores } = await withAnn();
    expect((await call('PUT', '/users/ann@example.test/status', { status: 'noMail' })).body.status).toBe(
      'noMail',
    );
    expect((await call('PUT', '/users/ann@example.test/quota', { quotaBytes: 1000 })).body.quotaBytes).toBe(
      1000,
    );
    expect((await call('PUT', '/users/ann@example.test/quota', { quotaBytes: -1 })).status).toBe(400);
    expect(
      (await call('PUT', '/users/ann@example.test/password', { password: 'battery staple' })).status,
    ).toBe(204);
    const login = await stores.directory.findLogin('ann@example.test');
    expect(login?.user).toMatchObject({ status: 'noMail', quotaBytes: 1000 });
    expect(login?.credentials.map((c) => c.secretHash)).toEqual(['hashed:battery staple']);
  });

  it('get app passwords that are shown once and kept as a hash', async () => {
    const { call, stores } = await withAnn();
    const { status, body } = await call('POST', '/users/ann@example.test/app-passwords', { label: 'phone' });
    expect(status).toBe(201);
    expect(body.appPassword).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    const login = await stores.directory.findLogin('ann@example.test');
    const kept = login?.credentials.find((c) => c.kind === 'app');
    expect(kept?.secretHash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(kept)).not.toContain(body.appPassword);
  });
});

describe('aliases', () => {
  it('lead to their user and can be switched off', async () => {
    const { call } = await withAnn();
    const added = await call('POST', '/aliases', {
      alias: 'Sales@example.test',
      address: 'ann@example.test',
    });
    expect(added).toMatchObject({
      status: 201,
      body: { alias: 'sales@example.test', address: 'ann@example.test' },
    });
    expect((await call('GET', '/users/ann@example.test/aliases')).body.items).toHaveLength(1);
    await call('PUT', '/aliases/sales@example.test/status', { enabled: false });
    expect((await call('GET', '/route?address=sales@example.test')).body).toEqual({
      kind: 'disabled',
      what: 'address',
    });
  });

  it('take neither an address in use nor one of another tenant', async () => {
    const { call } = await withAnn();
    await call('POST', '/domains', { domain: 'other.test' });
    const add = (alias: string) => call('POST', '/aliases', { alias, address: 'ann@example.test' });
    expect((await add('ann@example.test')).status).toBe(409);
    expect((await add('ann@other.test')).status).toBe(400);
    expect((await add('ann@nowhere.test')).status).toBe(400);
    expect((await call('PUT', '/aliases/ann@example.test/status', { enabled: false })).status).toBe(404);
  });
});

describe('dead letters and operations', () => {
  it('lists, shows and replays dead letters', async () => {
    const { call, stores, hooks } = api();
    const letter = {
      deadLetterId: 'mail-ingest:1',
      queue: 'mail-ingest',
      body: '{"v":1}',
      error: 'e',
      attempts: 5,
      correlationId: 'c',
      failedAt: 50,
      replayedAt: null,
      discardedAt: null,
    };
    await stores.directory.putDeadLetter(letter);
    expect((await call('GET', '/dead-letters?queue=mail-ingest')).body.items).toHaveLength(1);
    expect((await call('GET', '/dead-letters?queue=index')).body.items).toHaveLength(0);
    expect((await call('GET', '/dead-letters/mail-ingest%3A1')).body).toMatchObject({
      body: { v: 1 },
      attempts: 5,
    });
    expect((await call('POST', '/dead-letters/mail-ingest%3A1/replay')).body.replayedAt).toBe(77);
    expect(hooks.replayed).toEqual(['mail-ingest:1']);
    expect((await call('POST', '/dead-letters/none/replay')).status).toBe(404);
    expect(hooks.replayed).toHaveLength(1);
  });

  it('runs the reconciler', async () => {
    const { call, hooks } = api();
    expect((await call('POST', '/reconcile')).body).toEqual({
      status: 'done',
      recent: { listed: 1 },
      sweep: { complete: true },
    });
    expect(hooks.reconciled).toBe(1);
  });

  it('rebuilds the search index of a mailbox step by step', async () => {
    const { call, queues } = await withAnn();
    const first = await call('POST', '/reindex', { address: 'ann@example.test' });
    expect(first.body).toEqual({ removed: 0, enqueued: 0, cursor: 'after:' });
    const last = await call('POST', '/reindex', { address: 'ann@example.test', cursor: first.body.cursor });
    expect(last.body).toEqual({ removed: 0, enqueued: 0, cursor: null });
    expect(queues.sent.audit.filter((a) => a.action === 'search.reindex')).toHaveLength(1);
    expect((await call('POST', '/reindex', { address: 'nobody@example.test' })).status).toBe(404);
    expect((await call('POST', '/reindex', { address: 'ann@example.test', cursor: 'x' })).status).toBe(400);
  });

  it('audits every change, without secrets, and survives a queue that is down', async () => {
    const { call, queues } = await withAnn();
    await call('POST', '/users/ann@example.test/app-passwords', {});
    await call('PUT', '/users/ann@example.test/password', { password: 'battery staple' });
    expect(queues.sent.audit.map((a) => a.action)).toEqual([
      'domain.create',
      'user.create',
      'app-password.create',
      'user.password',
    ]);
    expect(JSON.stringify(queues.sent.audit)).not.toMatch(/horse|staple|hashed/);
    queues.audit = () => Promise.reject(new Error('down'));
    expect((await call('POST', '/domains', { domain: 'b.test' })).status).toBe(201);
  });

  it('shows the audit trail', async () => {
    const { call, stores, queues } = await withAnn();
    await stores.audit.append(queues.sent.audit);
    const { items } = (await call('GET', '/audit?action=user.create')).body;
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      actor: 'admin-token',
      outcome: 'ok',
      details: { address: 'ann@example.test' },
    });
    expect(items[0]).not.toHaveProperty('v');
  });
});
