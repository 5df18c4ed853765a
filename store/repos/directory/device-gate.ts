import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Tenant, User } from '../../../core/identity/types.ts';
import type { GateState, PolicyTerms } from '../../../core/policy/types.ts';
import type { DeviceRef } from '../../../core/ports/mobile.ts';
import { reusable } from '../../dialect/reusable.ts';
import { askedId } from '../../text.ts';
import { deviceFields, deviceRecord } from './device-row.ts';
import { deviceSettingsOf, TENANT } from './policies.ts';
import type { DirectoryContext } from './tenants.ts';

/** One statement and one row, since every command of every device asks this. */
const gateQuery = reusable(({ executor, tables }: DirectoryContext) => {
  const { tenants, users, devices, policies, deviceSettings, mobileUsers } = tables;
  const { tenantId: _tenant, userId: _user, deviceId: knownId, ...rest } = deviceFields(tables);
  const tenantId = sql.placeholder('tenantId');
  const userId = sql.placeholder('userId');
  return (
    executor.build
      .select({
        tenantStatus: sql<Tenant['status']>`${tenants.status}`.as('tenant_status'),
        userStatus: sql<User['status']>`${users.status}`.as('user_status'),
        syncEnabled: mobileUsers.syncEnabled,
        knownId,
        ...rest,
        // Only a device that wants to join asks how many there are.
        deviceCount:
          sql<number>`case when ${devices.deviceId} is not null then 0 else (select count(*) from ${devices}
          where ${devices.tenantId} = ${tenantId} and ${devices.userId} = ${userId}) end`.as('device_count'),
        terms: policies.terms,
        revision: policies.revision,
        defaultAccess: deviceSettings.defaultAccess,
        rules: deviceSettings.rules,
        maxDevices: deviceSettings.maxDevices,
      })
      .from(users)
      .innerJoin(tenants, eq(tenants.tenantId, users.tenantId))
      .leftJoin(
        devices,
        and(
          eq(devices.tenantId, tenantId),
          eq(devices.userId, userId),
          eq(devices.deviceId, sql.placeholder('deviceId')),
        ),
      )
      .leftJoin(mobileUsers, and(eq(mobileUsers.tenantId, tenantId), eq(mobileUsers.userId, userId)))
      .leftJoin(deviceSettings, eq(deviceSettings.tenantId, tenantId))
      .leftJoin(policies, and(eq(policies.tenantId, tenantId), inArray(policies.userId, [userId, TENANT])))
      .where(and(eq(users.tenantId, tenantId), eq(users.userId, userId)))
      // The user's policy comes before the tenant's, whose user is empty.
      .orderBy(desc(policies.userId))
      .limit(1)
  );
});

export async function deviceGate(
  context: DirectoryContext,
  { tenantId, userId, deviceId }: DeviceRef,
): Promise<GateState | null> {
  const query = gateQuery(context, { tenantId, userId, deviceId: askedId(deviceId) });
  const [row] = await context.executor.all(query);
  if (row === undefined) return null;
  const { defaultAccess, rules, maxDevices, terms, revision } = row;
  return {
    tenantStatus: row.tenantStatus,
    userStatus: row.userStatus,
    syncEnabled: row.syncEnabled !== 0,
    device: deviceOf(row, { tenantId, userId }),
    deviceCount: Number(row.deviceCount),
    policy:
      terms === null || revision === null ? null : { terms: JSON.parse(terms) as PolicyTerms, revision },
    settings: deviceSettingsOf(
      defaultAccess === null || rules === null || maxDevices === null
        ? null
        : { defaultAccess, rules, maxDevices },
    ),
  };
}

type DeviceRow = Parameters<typeof deviceRecord>[0];
type Joined = { [K in Exclude<keyof DeviceRow, 'tenantId' | 'userId' | 'deviceId'>]: DeviceRow[K] | null } & {
  knownId: string | null;
};

function deviceOf(row: Joined, owner: { tenantId: string; userId: string }): GateState['device'] {
  if (row.knownId === null) return null;
  // The device was found, so that the columns that are never null are not.
  return deviceRecord({ ...row, ...owner, deviceId: row.knownId } as DeviceRow);
}
