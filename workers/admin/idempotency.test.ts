import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../platform/config.ts';
import type { Logger } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import type { NewServiceTokenView } from '../../shared/admin-api.ts';
import { createMemoryStores, createQueueRecorder } from '../../store/memory/index.ts';
import { checkedApp } from '../../test/support/admin-contract.ts';
import { createAdmin } from './index.ts';

const TOKEN = 'test-token-0123456789';
const DAY = 86_400_000;

async function world() {
  const stores = createMemoryStores(['MAIL_1']);
  const queues = createQueueRecorder();
  const clock = { now: 1000 };
  const lines: string[] = [];
  const log: Logger = {
    debug() {},
    info() {},
    warn() {},
    error: (event) => void lines.push(event),
    with: () => log,
  };
  const services = {
    config: parseConfig({ ADMIN_TOKEN: TOKEN }),
    ...{ ...stores, queues, log, now: () => clock.now },
    wake: { revoke: async () => undefined },
    limits: { admit: async () => 0 },
    defer: (work: Promise<unknown>) => void work,
    trail: { record: () => undefined },
  } as unknown as Services;
  const hooks = { hashPassword: async (password: string) => `hashed:${password}` };
  const app = createAdmin(services, hooks as never);
  checkedApp(app);
  const send = async (key: string | null, method: string, path: string, body?: unknown, token = TOKEN) => {
    const response = await app.request(`/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(key === null ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
      text,
    };
  };
  const post = (key: string | null, path: string, body?: unknown, token = TOKEN) =>
    send(key, 'POST', path, body, token);
  const domain = (await post(null, '/domains', { domain: 'a.example' })).body;
  return { ...stores, queues, clock, lines, send, post, tenantId: domain.tenantId as string };
}

describe('a request with an Idempotency-Key', () => {
  it('acts once: the same request again gets the same answer', async () => {
    const w = await world();
    const first = await w.post('"k-1"', '/users', { address: 'ann@a.example' });
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    // As a string of RFC 8941 or bare, it is the same key.
    const second = await w.post('k-1', '/users', { address: 'ann@a.example' });
    expect([second.status, second.text]).toEqual([201, first.text]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.headers.get('content-type')).toContain('application/json');
    expect(w.queues.sent.audit.filter(({ action }) => action === 'user.create')).toHaveLength(1);
    expect((await w.post('k-2', '/users', { address: 'ann@a.example' })).status).toBe(409);
  });

  it('is refused with the key of another request', async () => {
    const w = await world();
    await w.post('k', '/users', { address: 'ann@a.example' });
    for (const [method, path, body] of [
      ['POST', '/users', { address: 'bob@a.example' }],
      ['POST', '/users?x=1', { address: 'ann@a.example' }],
      ['POST', '/groups', { address: 'ann@a.example' }],
    ] as const) {
      const refused = await w.send('k', method, path, body);
      expect(refused.status).toBe(422);
      expect(refused.body).toMatchObject({ code: 'idempotency-key-reused', title: 'Unprocessable Content' });
    }
    for (const key of ['""', '"open', 'a b', 'x'.repeat(256), '"\\x"'])
      expect((await w.post(key, '/users', { address: 'bob@a.example' })).status).toBe(400);
  });

  it('waits while the first one is being worked on, and takes over from one that broke off', async () => {
    const w = await world();
    const create = w.directory.createUser;
    let crash: (error: Error) => void = () => undefined;
    w.directory.createUser = () => new Promise((_, reject) => (crash = reject));
    const hanging = w.post('k', '/users', { address: 'ann@a.example' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const busy = await w.post('k', '/users', { address: 'ann@a.example' });
    expect([busy.status, busy.body.code, busy.headers.get('retry-after')]).toEqual([409, 'in-progress', '5']);
    expect((await w.post('k', '/users', { address: 'bob@a.example' })).status).toBe(422);
    w.directory.createUser = create;
    w.clock.now += 120_000;
    expect((await w.post('k', '/users', { address: 'ann@a.example' })).status).toBe(201);
    // The first one comes to its end after all: the answer of the second stays.
    crash(new Error('late'));
    expect((await hanging).status).toBe(503);
    expect((await w.post('k', '/users', { address: 'ann@a.example' })).status).toBe(201);
  });

  it('that failed leaves the key free', async () => {
    const w = await world();
    expect((await w.post('k', '/users', { address: 'ann@b.example' })).status).toBe(400);
    await w.post(null, '/domains', { domain: 'b.example' });
    expect((await w.post('k', '/users', { address: 'ann@b.example' })).status).toBe(201);
    const create = w.directory.createUser;
    w.directory.createUser = () => Promise.reject(new Error('down'));
    expect((await w.post('k2', '/users', { address: 'bob@b.example' })).status).toBe(503);
    w.directory.createUser = create;
    expect((await w.post('k2', '/users', { address: 'bob@b.example' })).status).toBe(201);
  });

  it('goes out although its answer could not be kept, and the key frees itself', async () => {
    const w = await world();
    const finish = w.directory.finishAnswer;
    w.directory.finishAnswer = () => Promise.reject(new Error('down'));
    expect((await w.post('k', '/users', { address: 'ann@a.example' })).status).toBe(201);
    expect(w.lines).toEqual(['admin.answer-not-kept']);
    w.directory.finishAnswer = finish;
    expect((await w.post('k', '/users', { address: 'ann@a.example' })).status).toBe(409);
    w.clock.now += 120_000;
    const again = await w.post('k', '/users', { address: 'ann@a.example' });
    expect(again.body.detail).toContain('is taken');
  });

  it('shows a secret once, keeps none, and says so', async () => {
    const w = await world();
    await w.post(null, '/users', { address: 'ann@a.example' });
    for (const [path, body] of [
      ['/tokens', { name: 'nightly', role: 'support' }],
      ['/users/ann@a.example/app-passwords', { label: 'phone' }],
    ] as const) {
      const made = await w.post(`k${path}`.replaceAll('@', '.'), path, body);
      expect(made.status).toBe(201);
      const again = await w.post(`k${path}`.replaceAll('@', '.'), path, body);
      expect([again.status, again.body.code]).toEqual([409, 'already-done']);
    }
    expect((await w.send(null, 'GET', '/tokens')).body.items).toHaveLength(1);
    expect((await w.send(null, 'GET', '/users/ann@a.example/app-passwords')).body.items).toHaveLength(1);
  });

  it('belongs to its caller, who must still be allowed to ask', async () => {
    const w = await world();
    const make = async (body: object) =>
      (await w.post(null, '/tokens', { name: 't', role: 'admin', tenantId: w.tenantId, ...body }))
        .body as NewServiceTokenView;
    const [one, two] = [await make({}), await make({})];
    const body = { address: 'ann@a.example' };
    expect((await w.post('k', '/users', body, one.token)).status).toBe(201);
    expect((await w.post('k', '/users', body, two.token)).body.code).toBe('conflict');
    expect((await w.post('k', '/users', body)).body.code).toBe('conflict');
    expect((await w.post('k', '/users', body, one.token)).status).toBe(201);
    await w.send(null, 'DELETE', `/tokens/${one.tokenId}?tenantId=${w.tenantId}`);
    expect((await w.post('k', '/users', body, one.token)).status).toBe(401);
  });

  it('is remembered for a day', async () => {
    const w = await world();
    await w.post('k', '/users', { address: 'ann@a.example' });
    w.clock.now += DAY;
    expect((await w.post('k', '/users', { address: 'bob@a.example' })).status).toBe(201);
  });

  it('is no other than without one where a method acts once by itself', async () => {
    const w = await world();
    await w.post(null, '/users', { address: 'ann@a.example' });
    for (const status of ['disabled', 'active'])
      expect((await w.send('k', 'PUT', '/users/ann@a.example/status', { status })).status).toBe(200);
    await w.post(null, '/groups', { address: 'g@a.example' });
    for (const displayName of ['One', 'One'])
      expect((await w.send('p', 'PATCH', '/groups/g@a.example', { displayName })).body.displayName).toBe(
        'One',
      );
    expect((await w.send('p', 'PATCH', '/groups/g@a.example', { displayName: 'Two' })).status).toBe(422);
    expect((await w.send('d', 'DELETE', '/groups/g@a.example')).status).toBe(204);
    expect((await w.send('d', 'DELETE', '/groups/g@a.example')).status).toBe(404);
  });
});
