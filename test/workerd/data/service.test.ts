/** The data service in workerd: over a service binding, and by the client over HTTP. */
import { env, exports } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDataClient, type DataMethods } from '../../../data-client/index.ts';
import type { Env } from '../../../platform/env.ts';
import { OPERATIONS } from '../../../shared/data/operations.ts';
import { buildServices } from '../../../workers/index.ts';
import { createClient } from '../../support/client.ts';
import { bytesOf, TOKEN } from '../../support/data-client.ts';
import { walk } from '../../support/data-walk.ts';
import { migrateD1 } from '../support.ts';

/** Awaited first: the double of the entrypoint that the test runner puts before it knows no calls ahead. */
interface Bound {
  v1: PromiseLike<DataMethods>;
}
const { DATA, DATA_OF_ONE } = env as unknown as { DATA: Bound; DATA_OF_ONE: Bound };
const worker = (exports as unknown as { default: Fetcher }).default;
const ORIGIN = 'http://127.0.0.1';

const request = (path: string, init?: RequestInit) => worker.fetch(new URL(path, ORIGIN).href, init);
const { admin, addUser } = createClient(request, () => []);
const overHttp = createDataClient({
  baseUrl: ORIGIN,
  token: TOKEN,
  fetch: (url, init) => worker.fetch(url, init),
});
const text = (body: ReadableStream<Uint8Array>) => new Response(body).text();

async function world(address: string) {
  const { tenantId, userId } = await addUser(address, 'secret-ann-1');
  await admin('PUT', `/tenants/${tenantId}/carrier`, { kind: 'external' });
  const { directory } = buildServices(env as unknown as Env, { waitUntil: () => undefined });
  const device = {
    tenantId,
    userId,
    deviceId: 'PHONE1',
    deviceType: 'Test',
    userAgent: '',
    protocolVersion: '16.1',
  };
  await directory.registerDevice({ ...device, firstSeenAt: 1, lastSeenAt: 1 }, 10);
  const about = {
    ann: { tenant: tenantId, user: userId },
    address,
    password: 'secret-ann-1',
    device: 'PHONE1',
  };
  return { ...about, text, settle: async () => undefined };
}

/** A promise of a binding is awaited, and nothing else: it is no promise like others. */
async function fault(call: PromiseLike<unknown>) {
  try {
    await call;
  } catch (error) {
    const { code, status, message } = error as Record<string, unknown>;
    return { code, status, message };
  }
  return null;
}

beforeAll(() => migrateD1());

describe.each([
  ['a service binding', () => DATA.v1, 'ann@rpc.example'],
  ['HTTP', async () => overHttp, 'ann@client.example'],
] as [string, () => PromiseLike<DataMethods>, string][])('the data service over %s', (_, open, address) => {
  let client: DataMethods;
  beforeEach(async () => {
    client = await open();
  });

  it('does everything of its contract', async () => {
    const { called } = await walk({ client, ...(await world(address)) });
    expect([...called].sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it('fails by a code that a program can look at', async () => {
    const { user } = await client.lookupUser({ address });
    const ann = { tenant: user.tenant, user: user.id };
    expect(await fault(client.getEmail({ ...ann, id: 'none' }))).toEqual({
      ...{ code: 'NOT_FOUND', status: 404, message: 'there is no such thing' },
    });
    expect(await fault(client.listEmails({ ...ann, limit: 0 }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    const { id, modseq } = await client.createContact({
      ...ann,
      document: { '@type': 'Card', name: { full: 'A' } },
    });
    const stale = { ...ann, id, ifMatch: modseq + 1, patch: {} };
    expect(await fault(client.changeContact(stale))).toMatchObject({ code: 'ABORTED', status: 412 });
    expect(await fault(client.login({ address, password: 'wrong' }))).toMatchObject({
      code: 'PERMISSION_DENIED',
    });
  });

  it('streams what is large', async () => {
    const { user } = await client.lookupUser({ address });
    const ann = { tenant: user.tenant, user: user.id };
    const raw = bytesOf(
      `From: a@far.example\r\nSubject: Large\r\n\r\n${'0123456789abcdef'.repeat(250_000)}\r\n`,
    );
    const { id } = await client.importEmail({ ...ann, raw });
    const { body, size } = await client.getEmailRaw({ ...ann, id });
    expect(size).toBe(raw.length);
    const got = new Uint8Array(await new Response(body).arrayBuffer());
    expect(got.length === raw.length && got.every((byte, n) => byte === raw[n])).toBe(true);
    const part = await client.getEmailRaw({ ...ann, id, range: 'bytes=2000000-2000015' });
    expect((await text(part.body)).length).toBe(16);
  });
});

describe('a service binding of one tenant', () => {
  it('knows no other', async () => {
    const [all, one] = [await DATA.v1, await DATA_OF_ONE.v1];
    const { user } = await all.lookupUser({ address: 'ann@rpc.example' });
    const ann = { tenant: user.tenant, user: user.id };
    expect(await fault(one.listFolders(ann))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await fault(one.lookupUser({ address: user.address }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('has no methods but those of the contract', async () => {
    const v1 = (await DATA.v1) as unknown as Record<string, (input: unknown) => PromiseLike<unknown>>;
    for (const name of ['run', 'call', 'other']) {
      expect((await fault(v1[name]?.({}) ?? Promise.resolve()))?.message).toMatch(/does not implement/);
    }
  });
});
