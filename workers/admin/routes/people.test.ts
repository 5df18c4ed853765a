import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../platform/config.ts';
import type { Services } from '../../../platform/services.ts';
import {
  createMemoryPhotoStore,
  createMemoryStores,
  createQueueRecorder,
} from '../../../store/memory/index.ts';
import { checkedApp } from '../../../test/support/admin-contract.ts';
import { makeCertificate } from '../../../test/support/certificates.ts';
import { createAdmin } from '../index.ts';

const TOKEN = 'test-token-0123456789';
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 9]);

/** The API over memory stores, with ann@example.test in it. */
async function world() {
  const stores = createMemoryStores(['MAIL_1']);
  const photos = createMemoryPhotoStore();
  const queues = createQueueRecorder();
  const log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log };
  const services = {
    config: parseConfig({ ADMIN_TOKEN: TOKEN }),
    ...stores,
    photos,
    queues,
    log,
    now: () => Date.now(),
    trail: { record: () => undefined },
  } as unknown as Services;
  const app = createAdmin(services, {
    reconcile: async () => undefined,
    replayDeadLetter: async () => undefined,
    hashPassword: async (password) => `hashed:${password}`,
  });
  checkedApp(app);
  const send = (method: string, path: string, type: string | null, body?: Uint8Array | string) =>
    app.request(`/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, ...(type === null ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
    });
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await send(
      method,
      path,
      'application/json',
      body === undefined ? undefined : JSON.stringify(body),
    );
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  const domain = await call('POST', '/domains', { domain: 'example.test' });
  await call('POST', '/users', { address: 'ann@example.test', displayName: 'Ann' });
  const tenantId = domain.body.tenantId as string;
  return { stores, photos, queues, send, call, tenantId };
}

describe('attributes of a user', () => {
  const path = '/users/ann@example.test/attributes';

  it('are set one by one, and found in the address list', async () => {
    const { call, stores, tenantId, queues } = await world();
    expect((await call('PUT', path, { title: 'Chef', office: 'Tower' })).body).toMatchObject({
      title: 'Chef',
    });
    expect((await call('PUT', path, { title: '' })).body).toMatchObject({ title: '', office: 'Tower' });
    expect((await call('GET', path)).body).toMatchObject({
      address: 'ann@example.test',
      office: 'Tower',
      hidden: false,
      photo: null,
    });
    const found = async () => (await stores.directory.searchPeople(tenantId, 'tower', 9, null)).total;
    expect(await found()).toBe(1);
    await call('PUT', path, { hidden: true });
    expect(await found()).toBe(0);
    expect(queues.sent.audit.at(-1)).toMatchObject({
      action: 'user.attributes',
      details: { fields: 'hidden' },
    });
  });

  it('are refused when they are unknown, too long or of nobody', async () => {
    const { call } = await world();
    expect((await call('PUT', path, { nickname: 'x' })).status).toBe(400);
    expect((await call('PUT', path, { title: 'x'.repeat(201) })).status).toBe(400);
    expect((await call('PUT', '/users/bob@example.test/attributes', {})).status).toBe(404);
  });
});

describe('the photo of a user', () => {
  const path = '/users/ann@example.test/photo';

  it('is kept as it is, replaced and removed, with nothing left behind', async () => {
    const { send, call, photos, stores, tenantId } = await world();
    const { body } = await call('GET', '/users/ann@example.test');
    const key = async () => (await stores.directory.getPerson(tenantId, body.userId))?.photo?.key ?? '';
    expect((await send('PUT', path, 'image/png', PNG)).status).toBe(200);
    const first = await key();
    const got = await send('GET', path, null);
    expect(got.headers.get('content-type')).toBe('image/png');
    expect(new Uint8Array(await got.arrayBuffer())).toEqual(PNG);
    // What the client calls it does not count.
    expect((await send('PUT', path, 'image/png', JPEG)).status).toBe(200);
    expect((await call('GET', '/users/ann@example.test/attributes')).body.photo).toEqual({
      mediaType: 'image/jpeg',
      size: JPEG.length,
    });
    expect(await photos.get(first)).toBeNull();
    const second = await key();
    expect(second.startsWith(`photos/${tenantId}/${body.userId}/`)).toBe(true);
    expect((await send('DELETE', path, null)).status).toBe(204);
    expect(await photos.get(second)).toBeNull();
    expect((await send('GET', path, null)).status).toBe(404);
  });

  it('is a JPEG or PNG of at most 500 KB', async () => {
    const { send } = await world();
    const put = async (bytes: Uint8Array) => (await send('PUT', path, 'image/png', bytes)).status;
    expect(await put(new TextEncoder().encode('<svg onload="x"/>'))).toBe(400);
    expect(await put(new Uint8Array())).toBe(400);
    const large = (size: number) => {
      const bytes = new Uint8Array(size);
      bytes.set(PNG);
      return bytes;
    };
    expect(await put(large(512_000))).toBe(200);
    expect(await put(large(512_001))).toBe(413);
    expect(await put(large(600_000))).toBe(413);
  });
});

describe('certificates', () => {
  const path = '/users/ann@example.test/certificates';
  const day = 86_400_000;

  it('of a user are added from PEM or base64, listed and removed', async () => {
    const { call } = await world();
    const one = makeCertificate({ name: 'Ann' });
    const two = makeCertificate({ name: 'Ann Two', notAfter: Date.now() + 5000 * day });
    const pem = `-----BEGIN CERTIFICATE-----\n${two.base64}\n-----END CERTIFICATE-----\n`;
    expect((await call('POST', path, { certificate: one.base64 })).status).toBe(201);
    const added = await call('POST', path, { certificate: pem });
    expect(added.body).toMatchObject({
      subject: 'CN=Ann Two',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await call('GET', path)).body.items.map((c: { subject: string }) => c.subject)).toEqual([
      'CN=Ann Two',
      'CN=Ann',
    ]);
    expect((await call('DELETE', `${path}/${added.body.fingerprint}`)).status).toBe(204);
    expect((await call('DELETE', `${path}/${added.body.fingerprint}`)).status).toBe(404);
    expect((await call('GET', path)).body.items).toHaveLength(1);
  });

  it('of a user are neither expired nor those of an authority, and roots are authorities', async () => {
    const { call, tenantId } = await world();
    const roots = `/tenants/${tenantId}/trusted-roots`;
    const root = makeCertificate({ name: 'Root', ca: true });
    const old = makeCertificate({ name: 'Old', notBefore: Date.now() - 9 * day, notAfter: Date.now() - day });
    const user = makeCertificate({ name: 'Ann' });
    for (const certificate of [root.base64, old.base64, 'AAAA', 'no certificate']) {
      expect((await call('POST', path, { certificate })).status).toBe(400);
    }
    expect((await call('POST', roots, { certificate: user.base64 })).status).toBe(400);
    const added = await call('POST', roots, { certificate: root.base64 });
    expect(added.status).toBe(201);
    expect((await call('GET', roots)).body.items).toEqual([added.body]);
    expect((await call('DELETE', `${roots}/${added.body.fingerprint}`)).status).toBe(204);
    expect((await call('GET', roots)).body.items).toEqual([]);
    expect((await call('GET', '/tenants/none/trusted-roots')).status).toBe(404);
  });
});

describe('groups', () => {
  it('are made, listed, given members and removed', async () => {
    const { call, tenantId } = await world();
    const made = await call('POST', '/groups', {
      address: 'Team@example.test',
      displayName: 'Team',
      members: ['ann@example.test', 'X@elsewhere.test'],
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        address: 'team@example.test',
        tenantId,
        members: ['X@elsewhere.test'.toLowerCase(), 'ann@example.test'].sort(),
      },
    });
    expect((await call('GET', '/groups')).body.items).toEqual([made.body]);
    expect((await call('GET', '/groups/team@example.test')).body).toEqual(made.body);
    const members = (list: string[]) => call('PUT', '/groups/team@example.test/members', { members: list });
    expect((await members(['ann@example.test'])).body.members).toEqual(['ann@example.test']);
    expect((await members(['no address'])).status).toBe(400);
    expect((await call('DELETE', '/groups/team@example.test')).status).toBe(204);
    expect((await call('GET', '/groups/team@example.test')).status).toBe(404);
  });

  it('need an address that is free, in a domain that is there', async () => {
    const { call } = await world();
    expect((await call('POST', '/groups', { address: 'ann@example.test' })).status).toBe(409);
    expect((await call('POST', '/groups', { address: 'x@nowhere.test' })).status).toBe(400);
    await call('POST', '/groups', { address: 'team@example.test' });
    expect((await call('POST', '/groups', { address: 'team@example.test' })).status).toBe(409);
    expect((await call('POST', '/users', { address: 'team@example.test' })).status).toBe(409);
  });
});
