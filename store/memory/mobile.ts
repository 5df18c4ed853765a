import { NotFoundError } from '../../core/errors.ts';
import type { Device, Tenant, User } from '../../core/identity/types.ts';
import {
  DEFAULT_DEVICE_SETTINGS,
  type DeviceRecord,
  type DeviceSettings,
  NO_DEVICE_POLICY,
  type Policy,
} from '../../core/policy/types.ts';
import type { DeviceRef, MobileDirectory } from '../../core/ports/mobile.ts';
import { cleanInformation, cleanRules, cleanSettings, saidOf } from '../device-text.ts';
import { compareText } from '../text.ts';
import { type Erasable, erasableRows, isOfUser } from './erasures.ts';

interface Known {
  tenants: Map<string, Tenant>;
  users: Map<string, User>;
}

/** Devices and policies over the tenants and users of the directory in memory. */
export function createMemoryMobile({ tenants, users }: Known, erasables: Erasable[]): MobileDirectory {
  const devices = new Map<string, DeviceRecord>();
  const policies = new Map<string, Policy>();
  const settings = new Map<string, DeviceSettings>();
  const disabled = new Set<string>();

  const keyOf = ({ userId, deviceId }: Pick<DeviceRef, 'userId' | 'deviceId'>) =>
    JSON.stringify([userId, deviceId]);
  const policyKey = (tenantId: string, userId: string | null) => JSON.stringify([tenantId, userId]);
  erasables.push(
    erasableRows('directory.devices', devices, isOfUser),
    erasableRows(
      'directory.policies',
      policies,
      (_, { ref }, key) => key === policyKey(ref.tenantId, ref.mailboxId),
    ),
    {
      table: 'directory.mobile_users',
      count: ({ ref }) => Number(disabled.has(ref.mailboxId)),
      erase: ({ ref }) => void disabled.delete(ref.mailboxId),
    },
  );
  const at = (ref: DeviceRef) => {
    const row = devices.get(keyOf(ref));
    return row?.tenantId === ref.tenantId ? row : undefined;
  };
  const require = (ref: DeviceRef) => {
    const row = at(ref);
    if (row === undefined) throw new NotFoundError('no such device');
    return row;
  };
  const devicesOf = (tenantId: string, userId: string) =>
    [...devices.values()].filter((d) => d.tenantId === tenantId && d.userId === userId);
  const insert = (device: Device) =>
    devices.set(keyOf(device), {
      ...device,
      ...saidOf(device),
      access: 'default',
      wipe: null,
      wiped: null,
      policy: { ...NO_DEVICE_POLICY },
      information: {},
    });
  const inForce = (tenantId: string, userId: string) =>
    policies.get(policyKey(tenantId, userId)) ?? policies.get(policyKey(tenantId, null)) ?? null;

  return {
    async deviceGate(ref) {
      const user = users.get(ref.userId);
      const tenant = tenants.get(ref.tenantId);
      if (user?.tenantId !== ref.tenantId || tenant === undefined) return null;
      const device = at(ref) ?? null;
      const policy = inForce(ref.tenantId, ref.userId);
      return structuredClone({
        tenantStatus: tenant.status,
        userStatus: user.status === 'deleted' ? 'disabled' : user.status,
        syncEnabled: !disabled.has(ref.userId),
        device,
        deviceCount: device === null ? devicesOf(ref.tenantId, ref.userId).length : 0,
        policy: policy === null ? null : { terms: policy.terms, revision: policy.revision },
        settings: settings.get(ref.tenantId) ?? DEFAULT_DEVICE_SETTINGS,
      });
    },

    async registerDevice(device, limit) {
      if (!devices.has(keyOf(device)) && devicesOf(device.tenantId, device.userId).length < limit) {
        insert(device);
      }
      return at(device) !== undefined;
    },
    async touchDevice(device) {
      if (!devices.has(keyOf(device))) insert(device);
      const row = at(device);
      if (row !== undefined) Object.assign(row, saidOf(device), { lastSeenAt: device.lastSeenAt });
    },
    async setDeviceInformation(tenantId, userId, deviceId, information) {
      const row = at({ tenantId, userId, deviceId });
      if (row !== undefined) row.information = cleanInformation(information);
    },
    listDevices: async (tenantId, userId) =>
      structuredClone(
        devicesOf(tenantId, userId).sort(
          (a, b) => b.lastSeenAt - a.lastSeenAt || compareText(a.deviceId, b.deviceId),
        ),
      ),
    getDevice: async (ref) => structuredClone(at(ref) ?? null),
    listDeviceOwners: async (tenantId, afterUserId, limit) => {
      const owners = [...devices.values()].filter((d) => d.tenantId === tenantId).map((d) => d.userId);
      return [...new Set(owners)]
        .filter((userId) => compareText(userId, afterUserId) > 0)
        .sort(compareText)
        .slice(0, limit);
    },

    async setDeviceAccess(ref, access) {
      require(ref).access = access;
    },
    async setWipe(ref, kind, requestedAt) {
      require(ref).wipe = kind === null ? null : { kind, requestedAt, sentAt: null, failedAt: null };
    },
    async removeDevice(ref) {
      require(ref);
      devices.delete(keyOf(ref));
    },
    async wipeSent(ref, sentAt) {
      const wipe = at(ref)?.wipe;
      if (wipe) wipe.sentAt = sentAt;
    },
    async wipeAnswered(ref, kind, outcome, answeredAt) {
      const row = at(ref);
      if (row?.wipe?.kind !== kind) return false;
      if (outcome === 'failed') row.wipe.failedAt = answeredAt;
      else
        Object.assign(row, { wipe: null, wiped: { kind, at: answeredAt }, policy: { ...NO_DEVICE_POLICY } });
      return true;
    },
    async offerPolicy(ref, pendingKey, revision) {
      const row = at(ref);
      if (row !== undefined) Object.assign(row.policy, { pendingKey, pendingRevision: revision });
    },
    async grantPolicy(ref, pendingKey, { at: acknowledgedAt, ...grant }) {
      const row = at(ref);
      const waits = row?.policy.pendingKey === pendingKey && row.policy.pendingRevision === grant.revision;
      if (!waits) return false;
      Object.assign(row.policy, { ...grant, acknowledgedAt });
      return true;
    },

    getPolicy: async (tenantId, userId) => structuredClone(policies.get(policyKey(tenantId, userId)) ?? null),
    policyInForce: async (tenantId, userId) => structuredClone(inForce(tenantId, userId)),
    async setPolicy(tenantId, userId, policy) {
      const key = policyKey(tenantId, userId);
      if (policy === null) policies.delete(key);
      else policies.set(key, structuredClone({ ...policy, settings: cleanSettings(policy.settings) }));
    },
    getDeviceSettings: async (tenantId) => structuredClone(settings.get(tenantId) ?? DEFAULT_DEVICE_SETTINGS),
    async setDeviceSettings(tenantId, value) {
      settings.set(tenantId, { ...value, rules: cleanRules(value.rules) });
    },
    getSyncEnabled: async (_tenantId, userId) => !disabled.has(userId),
    async setSyncEnabled(_tenantId, userId, enabled) {
      if (enabled) disabled.delete(userId);
      else disabled.add(userId);
    },
  };
}
