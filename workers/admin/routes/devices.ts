import * as z from 'zod';
import { NotFoundError } from '../../../core/errors.ts';
import type { Tenant } from '../../../core/identity/types.ts';
import { accessOf } from '../../../core/policy/access.ts';
import type { DeviceRecord, DeviceSettings } from '../../../core/policy/types.ts';
import type { DirectoryStore } from '../../../core/ports/directory.ts';
import type {
  DeviceSettingsView,
  DeviceView,
  ListedDeviceView,
  Page,
  SetDeviceSettings,
} from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, readQuery, requireUser } from '../input.ts';
import {
  areaPagedQuery,
  type Piece,
  pagedQuery,
  pageOf,
  pageOver,
  readPair,
  type Scope,
  sift,
  writePair,
} from '../paging.ts';
import { revokeTenant, revokeUser } from '../revoke.ts';

const access = z.enum(['allowed', 'quarantined', 'blocked']);
export const accessBody = z.strictObject({ access: z.union([access, z.literal('default')]) });
export const wipeBody = z.strictObject({ kind: z.enum(['device', 'account']).nullable() });
export const activeSyncBody = z.strictObject({ enabled: z.boolean() });
export const settingsBody = z.strictObject({
  defaultAccess: access.optional(),
  rules: z
    .array(z.strictObject({ deviceType: z.string().trim().min(1).max(32), access }))
    .max(200)
    .optional(),
  maxDevicesPerUser: z.number().int().min(0).max(10_000).optional(),
}) satisfies z.ZodType<SetDeviceSettings>;

export const listQuery = areaPagedQuery.extend({
  /** What it may do now. */
  access: access.optional(),
  deviceType: z.string().max(64).optional(),
  /** Milliseconds since the epoch: those that were not seen since then. */
  seenBefore: z.coerce.number().int().min(0).optional(),
});

/** Devices that one request looks at. */
const SCANNED = 500;

export const addDeviceRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory } = services;

  /** The device of a path, with what finds its object. */
  async function deviceOf(address: string, deviceId: string) {
    const { tenant, user } = await requireUser(directory, address);
    return { tenant, user, ref: { tenantId: user.tenantId, userId: user.userId, deviceId } };
  }

  app.get('/devices', async (c) => {
    const { limit, cursor, tenantId: _tenant, domain: _domain, ...wanted } = readQuery(c, listQuery);
    const page = await pageOver(
      { directory, list: 'devices', scopes: c.get('scopes'), limit, cursor },
      (scope, after, most) => someDevices(directory, scope, wanted, after, most),
    );
    return c.json<Page<ListedDeviceView>>(page);
  });

  app.get('/users/:address/devices', async (c) => {
    const query = readQuery(c, pagedQuery);
    const { user } = await requireUser(directory, c.req.param('address'));
    const [devices, view] = await Promise.all([
      directory.listDevices(user.tenantId, user.userId),
      viewer(directory, user.tenantId, user.userId),
    ]);
    const page = pageOf('devices of a user', devices, (d) => [-d.lastSeenAt, d.deviceId], query);
    return c.json<Page<DeviceView>>({ ...page, items: page.items.map(view) });
  });

  app.put('/users/:address/devices/:deviceId/access', async (c) => {
    const body = await readJson(c, accessBody);
    const { tenant, user, ref } = await deviceOf(c.req.param('address'), c.req.param('deviceId'));
    await directory.setDeviceAccess(ref, body.access);
    await revokeUser(services, tenant, user.userId, ref.deviceId);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'device.access',
      resource: `device/${user.userId}/${ref.deviceId}`,
      details: { access: body.access },
    });
    return c.json(await deviceView(directory, ref));
  });

  app.put('/users/:address/devices/:deviceId/wipe', async (c) => {
    const { kind } = await readJson(c, wipeBody);
    const { tenant, user, ref } = await deviceOf(c.req.param('address'), c.req.param('deviceId'));
    await directory.setWipe(ref, kind, services.now());
    await revokeUser(services, tenant, user.userId, ref.deviceId);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: kind === null ? 'device.wipe-cancel' : 'device.wipe',
      resource: `device/${user.userId}/${ref.deviceId}`,
      details: { kind },
    });
    return c.json(await deviceView(directory, ref));
  });

  app.delete('/users/:address/devices/:deviceId', async (c) => {
    const { tenant, user, ref } = await deviceOf(c.req.param('address'), c.req.param('deviceId'));
    const mailbox = { tenantId: user.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    // First: after a fault it is still on the list, and can be removed again.
    await services.wake.eraseDevices(mailbox, [ref.deviceId]);
    await directory.removeDevice(ref);
    await revokeUser(services, tenant, user.userId, ref.deviceId);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'device.remove',
      resource: `device/${user.userId}/${ref.deviceId}`,
    });
    return c.body(null, 204);
  });

  app.get('/users/:address/activesync', async (c) => {
    const { user } = await requireUser(directory, c.req.param('address'));
    return c.json({ enabled: await directory.getSyncEnabled(user.tenantId, user.userId) });
  });

  app.put('/users/:address/activesync', async (c) => {
    const { enabled } = await readJson(c, activeSyncBody);
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    await directory.setSyncEnabled(user.tenantId, user.userId, enabled);
    await revokeUser(services, tenant, user.userId);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.activesync',
      resource: `user/${user.userId}`,
      details: { enabled },
    });
    return c.json({ enabled });
  });

  app.get('/tenants/:tenantId/device-settings', async (c) => {
    const tenant = await requireTenant(directory, c.req.param('tenantId'));
    return c.json(settingsView(await directory.getDeviceSettings(tenant.tenantId)));
  });

  app.put('/tenants/:tenantId/device-settings', async (c) => {
    const body = await readJson(c, settingsBody);
    const tenant = await requireTenant(directory, c.req.param('tenantId'));
    const { tenantId } = tenant;
    const before = await directory.getDeviceSettings(tenantId);
    const settings: DeviceSettings = {
      defaultAccess: body.defaultAccess ?? before.defaultAccess,
      rules: body.rules ?? before.rules,
      maxDevicesPerUser: body.maxDevicesPerUser ?? before.maxDevicesPerUser,
    };
    await directory.setDeviceSettings(tenantId, settings);
    revokeTenant(services, tenant);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.device-settings',
      resource: `tenant/${tenantId}`,
      details: {
        defaultAccess: settings.defaultAccess,
        rules: settings.rules.length,
        maxDevicesPerUser: settings.maxDevicesPerUser,
      },
    });
    return c.json(settingsView(settings));
  });
};

type Wanted = Pick<z.infer<typeof listQuery>, 'access' | 'deviceType' | 'seenBefore'>;

async function someDevices(
  directory: DirectoryStore,
  { tenantId, domain }: Scope,
  wanted: Wanted,
  after: string,
  limit: number,
): Promise<Piece<ListedDeviceView>> {
  const place = readPair(after);
  const all = domain === null && Object.values(wanted).every((value) => value === undefined);
  const scanned = all ? limit : SCANNED;
  const [settings, rows] = await Promise.all([
    directory.getDeviceSettings(tenantId),
    directory.devicesAfter(
      tenantId,
      place === null ? null : { userId: place[0], deviceId: place[1] },
      scanned + 1,
    ),
  ]);
  const type = wanted.deviceType?.toLowerCase();
  const found = sift(
    rows,
    scanned,
    limit,
    ({ address, device }) =>
      (domain === null || address.endsWith(`@${domain}`)) &&
      (type === undefined || device.deviceType.toLowerCase() === type) &&
      (wanted.seenBefore === undefined || device.lastSeenAt < wanted.seenBefore) &&
      (wanted.access === undefined || accessOf(device, device.deviceType, settings) === wanted.access),
    ({ device }) => writePair(device.userId, device.deviceId),
  );
  const views = found.rows.map(({ address, device }) => ({ address, ...factsOf(device, settings) }));
  return { rows: views, next: found.next };
}

export async function requireTenant(directory: DirectoryStore, tenantId: string): Promise<Tenant> {
  const tenant = await directory.getTenant(tenantId);
  if (tenant === null) throw new NotFoundError('no such tenant');
  return tenant;
}

async function deviceView(
  directory: DirectoryStore,
  ref: { tenantId: string; userId: string; deviceId: string },
): Promise<DeviceView> {
  const [device, view] = await Promise.all([
    directory.getDevice(ref),
    viewer(directory, ref.tenantId, ref.userId),
  ]);
  if (device === null) throw new NotFoundError('no such device');
  return view(device);
}

/** Makes views of a user's devices. Policy keys are not shown: they are what a device proves itself with. */
async function viewer(
  directory: DirectoryStore,
  tenantId: string,
  userId: string,
): Promise<(device: DeviceRecord) => DeviceView> {
  const [settings, policy] = await Promise.all([
    directory.getDeviceSettings(tenantId),
    directory.policyInForce(tenantId, userId),
  ]);
  return (device) => ({
    ...factsOf(device, settings),
    policy: {
      state: policyState(device, policy?.revision ?? null),
      compliance: device.policy.compliance,
      acknowledgedAt: device.policy.acknowledgedAt,
    },
  });
}

/** What is said of a device without a look at the policy of its user. */
function factsOf(device: DeviceRecord, settings: DeviceSettings): Omit<DeviceView, 'policy'> {
  const { deviceId, deviceType, userAgent, protocolVersion, firstSeenAt, lastSeenAt } = device;
  const { access: decided, wipe, wiped, information } = device;
  return {
    ...{ deviceId, deviceType, userAgent, protocolVersion, firstSeenAt, lastSeenAt },
    access: decided,
    effectiveAccess: accessOf(device, deviceType, settings),
    ...{ wipe, wiped, information },
  };
}

function policyState({ policy }: DeviceRecord, inForce: string | null): DeviceView['policy']['state'] {
  if (policy.key !== null) return policy.revision === inForce ? 'applied' : 'outdated';
  return policy.pendingKey === null ? 'none' : 'offered';
}

function settingsView({ defaultAccess, rules, maxDevicesPerUser }: DeviceSettings): DeviceSettingsView {
  return { defaultAccess, rules, maxDevicesPerUser };
}
