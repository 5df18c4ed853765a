import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryStores, createQueueRecorder } from '../../store/memory/index.ts';
import { checkedApp } from '../../test/support/admin-contract.ts';
import { createAdmin } from './index.ts';

const TOKEN = 'test-token-0123456789';
const ANN = '/users/ann@example.test';

/** The API with ann@example.test, who has the device D/1; `revoked` notes whose held requests were ended. */
async function world() {
  const stores = createMemoryStores(['MAIL_1']);
  const queues = createQueueRecorder();
  const revoked: unknown[] = [];
  const erased: unknown[] = [];
  const deferred: Promise<unknown>[] = [];
  const services = {
    config: parseConfig({ ADMIN_TOKEN: TOKEN }),
    ...stores,
    queues,
    wake: {
      revoke: async (...args: unknown[]) => void revoked.push(args),
      eraseDevices: async (...args: unknown[]) => void erased.push(args),
    },
    log: createLogger('error'),
    now: () => 1000,
    defer: (work: Promise<unknown>) => void deferred.push(work),
    trail: { record: () => undefined },
  } as unknown as Services;
  const app = createAdmin(services, {
    reconcile: async () => undefined,
    replayDeadLetter: async () => undefined,
    hashPassword: async (password) => password,
  });
  checkedApp(app);
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await app.request(`/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await Promise.all(deferred.splice(0));
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  const { body: domain } = await call('POST', '/domains', { domain: 'example.test' });
  const { body: user } = await call('POST', '/users', { address: 'ann@example.test' });
  const tenantId = domain.tenantId as string;
  const userId = user.userId as string;
  const ref = { tenantId, userId, deviceId: 'D/1' };
  await stores.directory.registerDevice(
    {
      ...ref,
      deviceType: 'iPhone',
      userAgent: 'Apple-iPhone/1',
      protocolVersion: '16.1',
      firstSeenAt: 5,
      lastSeenAt: 6,
    },
    9,
  );
  queues.sent.audit.length = 0;
  const mailbox = { tenantId, mailboxId: userId, shard: 'MAIL_1' };
  const actions = () => queues.sent.audit.map((a) => a.action);
  return { stores, call, revoked, erased, ref, tenantId, userId, mailbox, actions, audit: queues.sent.audit };
}

const DEVICE = `${ANN}/devices/D%2F1`;

describe('devices', () => {
  it('are shown with all that is known and decided, but without their keys', async () => {
    const { call, stores, ref } = await world();
    const { directory } = stores;
    await directory.setDeviceInformation(ref.tenantId, ref.userId, ref.deviceId, { model: 'Phone' });
    await directory.offerPolicy(ref, 111_222_333, 'r1');
    const { items } = (await call('GET', `${ANN}/devices`)).body;
    expect(items).toEqual([
      {
        deviceId: 'D/1',
        deviceType: 'iPhone',
        userAgent: 'Apple-iPhone/1',
        protocolVersion: '16.1',
        firstSeenAt: 5,
        lastSeenAt: 6,
        access: 'default',
        effectiveAccess: 'allowed',
        wipe: null,
        wiped: null,
        policy: { state: 'offered', compliance: null, acknowledgedAt: null },
        information: { model: 'Phone' },
      },
    ]);
    await directory.grantPolicy(ref, 111_222_333, {
      key: 444_555_666,
      revision: 'r1',
      compliance: 'full',
      at: 9,
    });
    const shown = (await call('GET', `${ANN}/devices`)).body.items[0];
    expect(shown.policy).toEqual({ state: 'outdated', compliance: 'full', acknowledgedAt: 9 });
    expect(JSON.stringify(shown)).not.toMatch(/111222333|444555666/);
  });

  it('are blocked, told to wipe, and removed; each ends what they hold open and is audited', async () => {
    const { call, revoked, erased, mailbox, actions, stores, ref } = await world();
    expect((await call('PUT', `${DEVICE}/access`, { access: 'blocked' })).body).toMatchObject({
      access: 'blocked',
      effectiveAccess: 'blocked',
    });
    expect((await call('PUT', `${DEVICE}/wipe`, { kind: 'account' })).body.wipe).toEqual({
      kind: 'account',
      requestedAt: 1000,
      sentAt: null,
      failedAt: null,
    });
    expect((await call('PUT', `${DEVICE}/wipe`, { kind: null })).body.wipe).toBeNull();
    expect((await call('DELETE', DEVICE)).status).toBe(204);
    expect(await stores.directory.getDevice(ref)).toBeNull();
    expect(erased).toEqual([[mailbox, ['D/1']]]);
    expect(revoked).toEqual(Array.from({ length: 4 }, () => [mailbox, 'D/1']));
    expect(actions()).toEqual(['device.access', 'device.wipe', 'device.wipe-cancel', 'device.remove']);
  });

  it('are 404 when they are not there, and 400 for what makes no sense', async () => {
    const { call, revoked } = await world();
    const missing = `${ANN}/devices/none`;
    expect((await call('PUT', `${missing}/access`, { access: 'blocked' })).status).toBe(404);
    expect((await call('PUT', `${missing}/wipe`, { kind: 'device' })).status).toBe(404);
    expect((await call('DELETE', missing)).status).toBe(404);
    expect((await call('PUT', `${DEVICE}/access`, { access: 'open' })).status).toBe(400);
    expect((await call('PUT', `${DEVICE}/wipe`, { kind: 'everything' })).status).toBe(400);
    expect((await call('PUT', `${DEVICE}/wipe`, {})).status).toBe(400);
    expect((await call('GET', '/tenants/none/device-settings')).status).toBe(404);
    expect(revoked).toEqual([]);
  });

  it('follow the tenant’s settings, which keep what a change leaves out', async () => {
    const { call, tenantId, revoked, mailbox, audit } = await world();
    const path = `/tenants/${tenantId}/device-settings`;
    expect((await call('GET', path)).body).toEqual({
      defaultAccess: 'allowed',
      rules: [],
      maxDevicesPerUser: 100,
    });
    const rules = [{ deviceType: 'iphone', access: 'quarantined' }];
    await call('PUT', path, { rules });
    expect((await call('PUT', path, { maxDevicesPerUser: 2 })).body).toEqual({
      defaultAccess: 'allowed',
      rules,
      maxDevicesPerUser: 2,
    });
    expect((await call('GET', `${ANN}/devices`)).body.items[0].effectiveAccess).toBe('quarantined');
    expect((await call('PUT', path, { rules: [{ deviceType: '', access: 'allowed' }] })).status).toBe(400);
    expect(revoked).toEqual([
      [mailbox, null],
      [mailbox, null],
    ]);
    expect(audit.map((a) => a.details)).toEqual([
      { defaultAccess: 'allowed', rules: 1, maxDevicesPerUser: 100 },
      { defaultAccess: 'allowed', rules: 1, maxDevicesPerUser: 2 },
    ]);
  });

  it('of a user, a tenant, or of users without ActiveSync are ended as well', async () => {
    const { call, revoked, mailbox, tenantId } = await world();
    await call('PUT', `${ANN}/status`, { status: 'disabled' });
    await call('PUT', `/tenants/${tenantId}/status`, { status: 'disabled' });
    expect((await call('GET', `${ANN}/activesync`)).body).toEqual({ enabled: true });
    expect((await call('PUT', `${ANN}/activesync`, { enabled: false })).body).toEqual({ enabled: false });
    expect((await call('GET', `${ANN}/activesync`)).body).toEqual({ enabled: false });
    expect(revoked).toEqual(Array.from({ length: 3 }, () => [mailbox, null]));
  });
});

describe('policies', () => {
  it('of a user come before the tenant’s, and their revision is that of their settings', async () => {
    const { call, tenantId, revoked, mailbox, actions } = await world();
    const tenant = `/tenants/${tenantId}/policy`;
    expect((await call('GET', tenant)).body).toEqual({ own: null, inForce: null });
    const settings = { minDevicePasswordLength: 6, devicePasswordEnabled: true };
    const general = (await call('PUT', tenant, { settings })).body.own;
    expect(general).toEqual({
      required: true,
      allowNonProvisionable: false,
      allowExternallyManaged: false,
      requireDeviceInformation: false,
      settings,
      revision: expect.stringMatching(/^[0-9a-f]{24}$/),
    });
    const swapped = {
      settings: { devicePasswordEnabled: true, minDevicePasswordLength: 6, allowWiFi: null },
    };
    expect((await call('PUT', tenant, { ...swapped, required: false })).body.own.revision).toBe(
      general.revision,
    );
    expect((await call('GET', `${ANN}/policy`)).body).toMatchObject({
      own: null,
      inForce: { required: false, revision: general.revision },
    });
    const own = (await call('PUT', `${ANN}/policy`, { settings: { allowCamera: false } })).body;
    expect(own.inForce).toEqual(own.own);
    expect(own.own.revision).not.toBe(general.revision);
    expect((await call('DELETE', `${ANN}/policy`)).body).toMatchObject({ own: null, inForce: { settings } });
    expect((await call('DELETE', tenant)).body).toEqual({ own: null, inForce: null });
    expect(revoked).toEqual(Array.from({ length: 5 }, () => [mailbox, null]));
    expect(actions()).toEqual([
      'tenant.policy',
      'tenant.policy',
      'user.policy',
      'user.policy',
      'tenant.policy',
    ]);
  });

  it('with settings that do not exist or are out of range are refused with their names', async () => {
    const { call, tenantId, revoked } = await world();
    const put = (body: unknown) => call('PUT', `/tenants/${tenantId}/policy`, body);
    const wrong = await put({ settings: { minDevicePasswordLength: 99 } });
    expect(wrong).toMatchObject({ status: 400, body: { code: 'invalid-input' } });
    expect(wrong.body.detail).toContain('minDevicePasswordLength must be a whole number from 1 to 16');
    expect((await put({ settings: { allowTea: true } })).body.detail).toContain('allowTea');
    expect((await put({ mandatory: true })).status).toBe(400);
    expect(revoked).toEqual([]);
  });
});
