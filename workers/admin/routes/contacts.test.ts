import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../platform/config.ts';
import type { Services } from '../../../platform/services.ts';
import {
  createMemoryPhotoStore,
  createMemoryStores,
  createQueueRecorder,
} from '../../../store/memory/index.ts';
import { checkedApp } from '../../../test/support/admin-contract.ts';
import { createAdmin } from '../index.ts';

const TOKEN = 'test-token-0123456789';
const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 9]);

async function world() {
  const stores = createMemoryStores(['MAIL_1']);
  const photos = createMemoryPhotoStore();
  const log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log };
  const services = {
    config: parseConfig({ ADMIN_TOKEN: TOKEN }),
    ...stores,
    photos,
    queues: createQueueRecorder(),
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
  const call = async (method: string, path: string, body?: unknown) => {
    const isBytes = body instanceof Uint8Array;
    const response = await app.request(`/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': isBytes ? 'application/octet-stream' : 'application/json',
      },
      ...(body === undefined
        ? {}
        : { body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  const domain = await call('POST', '/domains', { domain: 'example.test' });
  await call('POST', '/users', { address: 'ann@example.test', displayName: 'Ann' });
  const path = `/tenants/${domain.body.tenantId}/contacts`;
  const found = async (text: string) =>
    (await stores.directory.searchPeople(domain.body.tenantId, text, 9, null)).people;
  return { photos, call, path, found };
}

describe('shared contacts', () => {
  it('are added, changed field by field, found, and removed with their photo', async () => {
    const { call, path, found, photos } = await world();
    const zoe = `${path}/Zoe@Partner.test`;
    expect(await call('PUT', zoe, { displayName: 'Zoe Roe', company: 'Partner' })).toMatchObject({
      status: 201,
      body: { address: 'zoe@partner.test', displayName: 'Zoe Roe', company: 'Partner', photo: null },
    });
    expect(await call('PUT', `${zoe}/photo`, JPEG)).toMatchObject({
      status: 200,
      body: { photo: { mediaType: 'image/jpeg', size: 5 } },
    });
    expect(await call('PUT', zoe, { title: 'Chef' })).toMatchObject({
      status: 200,
      body: { company: 'Partner', title: 'Chef', photo: { size: 5 } },
    });
    const [person] = await found('zoe');
    expect(person).toMatchObject({ kind: 'contact', displayName: 'Zoe Roe', title: 'Chef' });
    expect(await photos.get(person?.photo?.key ?? '')).toEqual(JPEG);
    expect((await call('DELETE', zoe)).status).toBe(204);
    expect(await found('zoe')).toEqual([]);
    expect(await photos.get(person?.photo?.key ?? '')).toBeNull();
    expect((await call('DELETE', zoe)).status).toBe(404);
  });

  it('are listed in pages', async () => {
    const { call, path } = await world();
    for (const name of ['c', 'a', 'b']) await call('PUT', `${path}/${name}@partner.test`, {});
    const first = await call('GET', `${path}?limit=2`);
    expect(first.body.items.map((c: { address: string }) => c.address)).toEqual([
      'a@partner.test',
      'b@partner.test',
    ]);
    const second = await call('GET', `${path}?limit=2&cursor=${first.body.cursor}`);
    expect(second.body).toMatchObject({ items: [{ address: 'c@partner.test' }], cursor: null });
  });

  it('are refused for an address of the tenant itself, for no address, and for another tenant', async () => {
    const { call, path } = await world();
    expect((await call('PUT', `${path}/ann@example.test`, {})).status).toBe(409);
    expect((await call('PUT', `${path}/nobody`, {})).status).toBe(400);
    expect((await call('PUT', `${path}/a@b.test`, { nickname: 'x' })).status).toBe(400);
    expect((await call('PUT', '/tenants/absent/contacts/a@b.test', {})).status).toBe(404);
    expect((await call('PUT', `${path}/a@b.test/photo`, JPEG)).status).toBe(404);
    await call('PUT', `${path}/a@b.test`, {});
    expect((await call('PUT', `${path}/a@b.test/photo`, new Uint8Array(9))).status).toBe(400);
  });
});
