import { describe, expect, test } from 'vitest';
import type { Device } from '../../core/identity/types.ts';
import {
  DEFAULT_DEVICE_SETTINGS,
  DEFAULT_POLICY_TERMS,
  type DeviceRecord,
  NO_DEVICE_POLICY,
  type Policy,
} from '../../core/policy/types.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import { type Subject, unique } from './subject.ts';

async function world(subject: Subject) {
  const { directory } = await subject.open();
  const tenantId = unique('tenant');
  await directory.createTenant({ tenantId, name: 'T', status: 'active', mailShard: 'MAIL_1' });
  const userId = await addUser(directory, tenantId);
  const device = (deviceId: string, over: Partial<Device> = {}): Device => ({
    tenantId,
    userId,
    deviceId,
    deviceType: 'iPhone',
    userAgent: 'Apple-iPhone/1',
    protocolVersion: '14.1',
    firstSeenAt: 10,
    lastSeenAt: 10,
    ...over,
  });
  const ref = (deviceId: string) => ({ tenantId, userId, deviceId });
  return { directory, tenantId, userId, device, ref };
}

async function addUser(directory: DirectoryStore, tenantId: string): Promise<string> {
  const userId = unique('user');
  await directory.createUser({
    userId,
    tenantId,
    address: `${userId}@${tenantId}.example`,
    displayName: '',
    status: 'active',
    quotaBytes: null,
    createdAt: 1,
  });
  return userId;
}

const record = (device: Device, over: Partial<DeviceRecord> = {}): DeviceRecord => ({
  ...device,
  access: 'default',
  wipe: null,
  wiped: null,
  policy: NO_DEVICE_POLICY,
  information: {},
  ...over,
});

const policy = (revision: string, over: Partial<Policy> = {}): Policy => ({
  terms: DEFAULT_POLICY_TERMS,
  settings: { devicePasswordEnabled: true },
  revision,
  ...over,
});

export function devicesContract(subject: Subject): void {
  describe('devices', () => {
    test('are refreshed, keep their first sight, and are cut to size', async () => {
      const { directory, tenantId, userId, device } = await world(subject);
      const one = device('D1');
      await directory.touchDevice(one);
      await directory.touchDevice(device('D2', { firstSeenAt: 15, lastSeenAt: 15 }));
      await directory.touchDevice({ ...one, userAgent: 'x'.repeat(9000), firstSeenAt: 20, lastSeenAt: 20 });
      await directory.touchDevice({ ...one, tenantId: 'other', userAgent: 'stolen', lastSeenAt: 99 });
      expect(await directory.listDevices(tenantId, userId)).toEqual([
        record({ ...one, userAgent: 'x'.repeat(1024), lastSeenAt: 20 }),
        record(device('D2', { firstSeenAt: 15, lastSeenAt: 15 })),
      ]);
      expect(await directory.listDevices('other', userId)).toEqual([]);
    });

    test('join up to the limit, and those on the list stay', async () => {
      const { directory, device, tenantId, userId } = await world(subject);
      expect(await directory.registerDevice(device('D1'), 2)).toBe(true);
      expect(await directory.registerDevice(device('D2'), 2)).toBe(true);
      expect(await directory.registerDevice(device('D3'), 2)).toBe(false);
      expect(await directory.registerDevice(device('D1', { userAgent: 'other' }), 2)).toBe(true);
      const listed = await directory.listDevices(tenantId, userId);
      expect(listed.map((d) => [d.deviceId, d.userAgent])).toEqual([
        ['D1', 'Apple-iPhone/1'],
        ['D2', 'Apple-iPhone/1'],
      ]);
    });

    test('that join at the same time do not pass the limit together', async () => {
      const { directory, device, tenantId, userId } = await world(subject);
      const other = (await subject.open()).directory;
      const joined = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          (i % 2 === 0 ? directory : other).registerDevice(device(`D${i}`), 3),
        ),
      );
      expect(joined.filter((is) => is)).toHaveLength(3);
      expect(await directory.listDevices(tenantId, userId)).toHaveLength(3);
    });

    test('keep what they say of themselves and what is decided of them', async () => {
      const { directory, device, ref, tenantId, userId } = await world(subject);
      await directory.registerDevice(device('D1'), 9);
      const information = { model: 'Ph\u0000one', os: 'iOS 20', enableOutboundSms: false };
      await directory.setDeviceInformation(tenantId, userId, 'D1', information);
      await directory.setDeviceInformation(tenantId, userId, 'absent', information);
      await directory.setDeviceAccess(ref('D1'), 'blocked');
      await directory.touchDevice(device('D1', { lastSeenAt: 30 }));
      expect(await directory.getDevice(ref('D1'))).toEqual(
        record(device('D1', { lastSeenAt: 30 }), {
          access: 'blocked',
          information: { model: 'Phone', os: 'iOS 20', enableOutboundSms: false },
        }),
      );
      expect(await directory.getDevice({ ...ref('D1'), tenantId: 'other' })).toBeNull();
      expect(await directory.getDevice(ref('D\u0000'))).toBeNull();
    });

    test('of other tenants cannot be changed, nor those that are not there', async () => {
      const { directory, device, ref } = await world(subject);
      await directory.registerDevice(device('D1'), 9);
      const missing = { code: 'not-found' };
      for (const wrong of [ref('absent'), { ...ref('D1'), tenantId: 'other' }]) {
        await expect(directory.setDeviceAccess(wrong, 'blocked')).rejects.toMatchObject(missing);
        await expect(directory.setWipe(wrong, 'device', 5)).rejects.toMatchObject(missing);
        await expect(directory.removeDevice(wrong)).rejects.toMatchObject(missing);
        await directory.wipeSent(wrong, 6);
        await directory.offerPolicy(wrong, 7, 'r');
        expect(await directory.wipeAnswered(wrong, 'device', 'done', 8)).toBe(false);
        expect(
          await directory.grantPolicy(wrong, 7, { key: 8, revision: 'r', compliance: 'full', at: 9 }),
        ).toBe(false);
      }
      expect(await directory.getDevice(ref('D1'))).toEqual(record(device('D1')));
    });

    test('are told to wipe until they say that they did, which takes their keys', async () => {
      const { directory, device, ref } = await world(subject);
      const one = ref('D1');
      await directory.registerDevice(device('D1'), 9);
      await directory.wipeSent(one, 4);
      expect((await directory.getDevice(one))?.wipe).toBeNull();
      await directory.offerPolicy(one, 4_294_967_295, 'r1');
      await directory.grantPolicy(one, 4_294_967_295, { key: 77, revision: 'r1', compliance: 'full', at: 5 });
      await directory.setWipe(one, 'device', 10);
      await directory.wipeSent(one, 11);
      expect(await directory.wipeAnswered(one, 'account', 'done', 12)).toBe(false);
      expect(await directory.wipeAnswered(one, 'device', 'failed', 13)).toBe(true);
      expect(await directory.getDevice(one)).toMatchObject({
        wipe: { kind: 'device', requestedAt: 10, sentAt: 11, failedAt: 13 },
        wiped: null,
        policy: { key: 77 },
      });
      expect(await directory.wipeAnswered(one, 'device', 'done', 14)).toBe(true);
      expect(await directory.wipeAnswered(one, 'device', 'done', 15)).toBe(false);
      expect(await directory.getDevice(one)).toEqual(
        record(device('D1'), { wiped: { kind: 'device', at: 14 } }),
      );
      await directory.setWipe(one, 'account', 20);
      await directory.setWipe(one, null, 21);
      expect(await directory.getDevice(one)).toMatchObject({ wipe: null, wiped: { kind: 'device', at: 14 } });
    });

    test('get a key only for the temporary one that waits, of the revision that was offered', async () => {
      const { directory, device, ref } = await world(subject);
      const one = ref('D1');
      await directory.registerDevice(device('D1'), 9);
      const grant = { key: 3_000_000_000, revision: 'r1', compliance: 'partial', at: 5 } as const;
      expect(await directory.grantPolicy(one, 1, grant)).toBe(false);
      await directory.offerPolicy(one, 1, 'r1');
      expect(await directory.grantPolicy(one, 2, grant)).toBe(false);
      expect(await directory.grantPolicy(one, 1, { ...grant, revision: 'r2' })).toBe(false);
      expect(await directory.grantPolicy(one, 1, grant)).toBe(true);
      expect(await directory.grantPolicy(one, 1, grant)).toBe(true);
      expect((await directory.getDevice(one))?.policy).toEqual({
        pendingKey: 1,
        pendingRevision: 'r1',
        key: 3_000_000_000,
        revision: 'r1',
        compliance: 'partial',
        acknowledgedAt: 5,
      });
    });

    test('lead to their owners page by page', async () => {
      const { directory, device, tenantId } = await world(subject);
      const owners: string[] = [];
      for (let i = 0; i < 5; i++) owners.push(await addUser(directory, tenantId));
      for (const userId of owners) {
        await directory.registerDevice(device('A', { userId }), 9);
        await directory.registerDevice(device('B', { userId }), 9);
      }
      const first = await directory.listDeviceOwners(tenantId, '', 3);
      const rest = await directory.listDeviceOwners(tenantId, first.at(-1) ?? '', 3);
      expect([...first, ...rest]).toEqual(owners.toSorted());
      await directory.removeDevice({ tenantId, userId: owners[0] ?? '', deviceId: 'A' });
      await directory.removeDevice({ tenantId, userId: owners[0] ?? '', deviceId: 'B' });
      expect(await directory.listDeviceOwners(tenantId, '', 9)).toEqual(owners.slice(1).toSorted());
      expect(await directory.listDeviceOwners('other', '', 9)).toEqual([]);
    });
  });

  describe('policies', () => {
    test('are kept for the tenant and for users, and the user’s own comes first', async () => {
      const { directory, tenantId, userId } = await world(subject);
      expect(await directory.policyInForce(tenantId, userId)).toBeNull();
      const general = policy('general');
      const own = policy('own', {
        terms: { ...DEFAULT_POLICY_TERMS, required: false },
        settings: { unapprovedInROMApplicationList: ['ga\u0000me'], maxAttachmentSize: 4_294_967_295 },
      });
      await directory.setPolicy(tenantId, null, policy('earlier'));
      await directory.setPolicy(tenantId, null, general);
      expect(await directory.policyInForce(tenantId, userId)).toEqual(general);
      await directory.setPolicy(tenantId, userId, own);
      const kept = {
        ...own,
        settings: { unapprovedInROMApplicationList: ['game'], maxAttachmentSize: 4_294_967_295 },
      };
      expect(await directory.policyInForce(tenantId, userId)).toEqual(kept);
      expect(await directory.getPolicy(tenantId, userId)).toEqual(kept);
      expect(await directory.getPolicy(tenantId, null)).toEqual(general);
      expect(await directory.policyInForce('other', userId)).toBeNull();
      await directory.setPolicy(tenantId, userId, null);
      await directory.setPolicy(tenantId, userId, null);
      expect(await directory.getPolicy(tenantId, userId)).toBeNull();
      expect(await directory.policyInForce(tenantId, userId)).toEqual(general);
    });

    test('device settings and the users’ permission have defaults', async () => {
      const { directory, tenantId, userId } = await world(subject);
      expect(await directory.getDeviceSettings(tenantId)).toEqual(DEFAULT_DEVICE_SETTINGS);
      const settings = {
        defaultAccess: 'quarantined',
        rules: [{ deviceType: 'Outlook', access: 'allowed' }],
        maxDevicesPerUser: 3,
      } as const;
      await directory.setDeviceSettings(tenantId, { ...settings, rules: [] });
      await directory.setDeviceSettings(tenantId, { ...settings, rules: [...settings.rules] });
      expect(await directory.getDeviceSettings(tenantId)).toEqual(settings);
      expect(await directory.getDeviceSettings('other')).toEqual(DEFAULT_DEVICE_SETTINGS);
      expect(await directory.getSyncEnabled(tenantId, userId)).toBe(true);
      await directory.setSyncEnabled(tenantId, userId, false);
      expect(await directory.getSyncEnabled(tenantId, userId)).toBe(false);
      await directory.setSyncEnabled(tenantId, userId, true);
      expect(await directory.getSyncEnabled(tenantId, userId)).toBe(true);
    });
  });

  describe('the gate', () => {
    test('tells all there is to decide on in one answer', async () => {
      const { directory, device, ref, tenantId, userId } = await world(subject);
      expect(await directory.deviceGate({ ...ref('D1'), userId: 'absent' })).toBeNull();
      expect(await directory.deviceGate({ ...ref('D1'), tenantId: 'other' })).toBeNull();
      expect(await directory.deviceGate(ref('D1'))).toEqual({
        tenantStatus: 'active',
        userStatus: 'active',
        syncEnabled: true,
        device: null,
        deviceCount: 0,
        policy: null,
        settings: DEFAULT_DEVICE_SETTINGS,
      });
      await directory.registerDevice(device('D1'), 9);
      await directory.registerDevice(device('D2'), 9);
      await directory.setWipe(ref('D1'), 'account', 40);
      await directory.setPolicy(tenantId, null, policy('general'));
      await directory.setPolicy(tenantId, userId, policy('own'));
      await directory.setSyncEnabled(tenantId, userId, false);
      await directory.setUserStatus(tenantId, userId, 'noMail');
      await directory.setTenantStatus(tenantId, 'disabled');
      const settings = { defaultAccess: 'blocked', rules: [], maxDevicesPerUser: 2 } as const;
      await directory.setDeviceSettings(tenantId, { ...settings, rules: [] });
      const wipe = { kind: 'account', requestedAt: 40, sentAt: null, failedAt: null } as const;
      expect(await directory.deviceGate(ref('D1'))).toEqual({
        tenantStatus: 'disabled',
        userStatus: 'noMail',
        syncEnabled: false,
        device: record(device('D1'), { wipe }),
        deviceCount: 0,
        policy: { terms: DEFAULT_POLICY_TERMS, revision: 'own' },
        settings,
      });
      await directory.setPolicy(tenantId, userId, null);
      expect(await directory.deviceGate(ref('D3'))).toMatchObject({
        device: null,
        deviceCount: 2,
        policy: { revision: 'general' },
      });
    });
  });
}
