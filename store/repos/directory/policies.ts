import { and, desc, eq, inArray } from 'drizzle-orm';
import type { PolicySettings } from '../../../core/policy/settings.ts';
import {
  DEFAULT_DEVICE_SETTINGS,
  type DeviceAccess,
  type DeviceRule,
  type DeviceSettings,
  type Policy,
  type PolicyTerms,
} from '../../../core/policy/types.ts';
import { cleanRules, cleanSettings } from '../../device-text.ts';
import type { DirectoryTables } from '../../schema/directory.ts';
import type { DirectoryContext } from './tenants.ts';

/** User of a tenant's own policy. */
export const TENANT = '';

export async function policyInForce(
  { executor, tables: { policies } }: DirectoryContext,
  tenantId: string,
  userId: string,
): Promise<Policy | null> {
  const [row] = await executor.all(
    executor.build
      .select(policyFields(policies))
      .from(policies)
      .where(and(eq(policies.tenantId, tenantId), inArray(policies.userId, [userId, TENANT])))
      // Any id is greater than the empty one of the tenant.
      .orderBy(desc(policies.userId))
      .limit(1),
  );
  return row === undefined ? null : policy(row);
}

export async function getPolicy(
  { executor, tables: { policies } }: DirectoryContext,
  tenantId: string,
  userId: string | null,
): Promise<Policy | null> {
  const [row] = await executor.all(
    executor.build
      .select(policyFields(policies))
      .from(policies)
      .where(and(eq(policies.tenantId, tenantId), eq(policies.userId, userId ?? TENANT))),
  );
  return row === undefined ? null : policy(row);
}

export async function setPolicy(
  { executor, tables: { policies } }: DirectoryContext,
  tenantId: string,
  userId: string | null,
  value: Policy | null,
): Promise<void> {
  const key = { tenantId, userId: userId ?? TENANT };
  if (value === null) {
    await executor.atomic([
      executor.build
        .delete(policies)
        .where(and(eq(policies.tenantId, tenantId), eq(policies.userId, key.userId))),
    ]);
    return;
  }
  const row = {
    terms: JSON.stringify(value.terms),
    settings: JSON.stringify(cleanSettings(value.settings)),
    revision: value.revision,
  };
  await executor.atomic([
    executor.build
      .insert(policies)
      .values({ ...key, ...row })
      .onConflictDoUpdate({ target: [policies.tenantId, policies.userId], set: row }),
  ]);
}

export async function getDeviceSettings(
  { executor, tables: { deviceSettings } }: DirectoryContext,
  tenantId: string,
): Promise<DeviceSettings> {
  const [row] = await executor.all(
    executor.build
      .select({
        defaultAccess: deviceSettings.defaultAccess,
        rules: deviceSettings.rules,
        maxDevices: deviceSettings.maxDevices,
      })
      .from(deviceSettings)
      .where(eq(deviceSettings.tenantId, tenantId)),
  );
  return deviceSettingsOf(row ?? null);
}

export async function setDeviceSettings(
  { executor, tables: { deviceSettings } }: DirectoryContext,
  tenantId: string,
  settings: DeviceSettings,
): Promise<void> {
  const row = {
    defaultAccess: settings.defaultAccess,
    rules: JSON.stringify(cleanRules(settings.rules)),
    maxDevices: settings.maxDevicesPerUser,
  };
  await executor.atomic([
    executor.build
      .insert(deviceSettings)
      .values({ tenantId, ...row })
      .onConflictDoUpdate({ target: deviceSettings.tenantId, set: row }),
  ]);
}

export async function getSyncEnabled(
  { executor, tables: { mobileUsers } }: DirectoryContext,
  tenantId: string,
  userId: string,
): Promise<boolean> {
  const [row] = await executor.all(
    executor.build
      .select({ syncEnabled: mobileUsers.syncEnabled })
      .from(mobileUsers)
      .where(and(eq(mobileUsers.tenantId, tenantId), eq(mobileUsers.userId, userId))),
  );
  return row?.syncEnabled !== 0;
}

export async function setSyncEnabled(
  { executor, tables: { mobileUsers } }: DirectoryContext,
  tenantId: string,
  userId: string,
  enabled: boolean,
): Promise<void> {
  const syncEnabled = enabled ? 1 : 0;
  await executor.atomic([
    executor.build
      .insert(mobileUsers)
      .values({ tenantId, userId, syncEnabled })
      .onConflictDoUpdate({ target: mobileUsers.userId, set: { syncEnabled } }),
  ]);
}

/** Settings of a row, or the defaults. */
export function deviceSettingsOf(
  row: { defaultAccess: string; rules: string; maxDevices: number } | null,
): DeviceSettings {
  if (row === null) return DEFAULT_DEVICE_SETTINGS;
  return {
    defaultAccess: row.defaultAccess as DeviceAccess,
    rules: JSON.parse(row.rules) as DeviceRule[],
    maxDevicesPerUser: row.maxDevices,
  };
}

function policyFields(policies: DirectoryTables['policies']) {
  return { terms: policies.terms, settings: policies.settings, revision: policies.revision };
}

function policy(row: { terms: string; settings: string; revision: string }): Policy {
  return {
    terms: JSON.parse(row.terms) as PolicyTerms,
    settings: JSON.parse(row.settings) as PolicySettings,
    revision: row.revision,
  };
}
