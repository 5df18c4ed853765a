import { and, desc, eq, gt, isNotNull, type SQL, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import type { Device, DeviceInformation } from '../../../core/identity/types.ts';
import type { DeviceAccess, DeviceRecord, PolicyCompliance, WipeKind } from '../../../core/policy/types.ts';
import type { DeviceRef } from '../../../core/ports/mobile.ts';
import { cleanInformation, saidOf } from '../../device-text.ts';
import { insertSelect, int } from '../../dialect/statements.ts';
import type { DirectoryTables } from '../../schema/directory.ts';
import { askedId } from '../../text.ts';
import { deviceFields, deviceRecord } from './device-row.ts';
import type { DirectoryContext } from './tenants.ts';

/** Writers of one user's devices wait for each other on the user's row, so that none sees a place that is taken. */
export async function registerDevice(
  { executor, tables: { devices, users } }: DirectoryContext,
  device: Device,
  limit: number,
): Promise<boolean> {
  const { tenantId, userId, deviceId } = device;
  const count = sql`(select count(*) from ${devices} where ${devices.tenantId} = ${tenantId}
    and ${devices.userId} = ${userId})`;
  const said = saidOf(device);
  const [, there] = await executor.atomic(
    [
      insertSelect(
        executor.build,
        devices,
        {
          tenantId,
          userId,
          deviceId,
          deviceType: said.deviceType,
          userAgent: said.userAgent,
          protocolVersion: said.protocolVersion,
          firstSeenAt: int(device.firstSeenAt),
          lastSeenAt: int(device.lastSeenAt),
          access: 'default',
          wipe: null,
          wipeRequestedAt: sql`cast(null as bigint)`,
          wipeSentAt: sql`cast(null as bigint)`,
          wipeFailedAt: sql`cast(null as bigint)`,
          wiped: null,
          wipedAt: sql`cast(null as bigint)`,
          pendingKey: sql`cast(null as bigint)`,
          pendingRevision: null,
          policyKey: sql`cast(null as bigint)`,
          policyRevision: null,
          compliance: null,
          acknowledgedAt: sql`cast(null as bigint)`,
          information: '{}',
        },
        sql`where ${count} < ${limit}`,
      ).onConflictDoNothing(),
      executor.build.select({ deviceId: devices.deviceId }).from(devices).where(theDevice(devices, device)),
    ],
    {
      lock: executor.build
        .select({ userId: users.userId })
        .from(users)
        .where(and(eq(users.tenantId, tenantId), eq(users.userId, userId))),
    },
  );
  return there?.rows.length === 1;
}

/** Insert or refresh; what the device says of itself is cut to a sane length. */
export async function touchDevice(
  { executor, tables: { devices } }: DirectoryContext,
  device: Device,
): Promise<void> {
  const { tenantId, userId, deviceId, firstSeenAt, lastSeenAt } = device;
  const said = { ...saidOf(device), lastSeenAt };
  await executor.atomic([
    executor.build
      .insert(devices)
      .values({ tenantId, userId, deviceId, firstSeenAt, ...said, access: 'default', information: '{}' })
      .onConflictDoUpdate({
        target: [devices.userId, devices.deviceId],
        set: said,
        setWhere: sql`${devices.tenantId} = ${tenantId}`,
      }),
  ]);
}

export async function listDevices(
  { executor, tables }: DirectoryContext,
  tenantId: string,
  userId: string,
): Promise<DeviceRecord[]> {
  const { devices } = tables;
  const rows = await executor.all(
    executor.build
      .select(deviceFields(tables))
      .from(devices)
      .where(and(eq(devices.tenantId, tenantId), eq(devices.userId, userId)))
      .orderBy(desc(devices.lastSeenAt), devices.deviceId),
  );
  return rows.map(deviceRecord);
}

export async function getDevice(
  { executor, tables }: DirectoryContext,
  ref: DeviceRef,
): Promise<DeviceRecord | null> {
  const [row] = await executor.all(
    executor.build.select(deviceFields(tables)).from(tables.devices).where(theDevice(tables.devices, ref)),
  );
  return row === undefined ? null : deviceRecord(row);
}

export async function listDeviceOwners(
  { executor, tables: { devices } }: DirectoryContext,
  tenantId: string,
  afterUserId: string,
  limit: number,
): Promise<string[]> {
  const rows = await executor.all(
    executor.build
      .selectDistinct({ userId: devices.userId })
      .from(devices)
      .where(and(eq(devices.tenantId, tenantId), gt(devices.userId, afterUserId)))
      .orderBy(devices.userId)
      .limit(limit),
  );
  return rows.map((row) => row.userId);
}

export async function setDeviceInformation(
  context: DirectoryContext,
  ref: DeviceRef,
  information: DeviceInformation,
): Promise<void> {
  await change(context, ref, { information: JSON.stringify(cleanInformation(information)) });
}

export async function setDeviceAccess(
  context: DirectoryContext,
  ref: DeviceRef,
  access: DeviceAccess | 'default',
): Promise<void> {
  found(await change(context, ref, { access }));
}

export async function setWipe(
  context: DirectoryContext,
  ref: DeviceRef,
  kind: WipeKind | null,
  at: number,
): Promise<void> {
  const wipeRequestedAt = kind === null ? null : at;
  found(await change(context, ref, { wipe: kind, wipeRequestedAt, wipeSentAt: null, wipeFailedAt: null }));
}

export async function removeDevice(
  { executor, tables: { devices } }: DirectoryContext,
  ref: DeviceRef,
): Promise<void> {
  const [deleted] = await executor.atomic([executor.build.delete(devices).where(theDevice(devices, ref))]);
  found((deleted?.changes ?? 0) > 0);
}

export async function wipeSent(context: DirectoryContext, ref: DeviceRef, at: number): Promise<void> {
  await change(context, ref, { wipeSentAt: at }, isNotNull(context.tables.devices.wipe));
}

export function wipeAnswered(
  context: DirectoryContext,
  ref: DeviceRef,
  kind: WipeKind,
  outcome: 'done' | 'failed',
  at: number,
): Promise<boolean> {
  const pending = eq(context.tables.devices.wipe, kind);
  if (outcome === 'failed') return change(context, ref, { wipeFailedAt: at }, pending);
  return change(
    context,
    ref,
    {
      wipe: null,
      wipeRequestedAt: null,
      wipeSentAt: null,
      wipeFailedAt: null,
      wiped: kind,
      wipedAt: at,
      pendingKey: null,
      pendingRevision: null,
      policyKey: null,
      policyRevision: null,
      compliance: null,
      acknowledgedAt: null,
    },
    pending,
  );
}

export async function offerPolicy(
  context: DirectoryContext,
  ref: DeviceRef,
  pendingKey: number,
  revision: string,
): Promise<void> {
  await change(context, ref, { pendingKey, pendingRevision: revision });
}

export function grantPolicy(
  context: DirectoryContext,
  ref: DeviceRef,
  pendingKey: number,
  grant: { key: number; revision: string; compliance: PolicyCompliance; at: number },
): Promise<boolean> {
  const { devices } = context.tables;
  const { key, revision, compliance, at } = grant;
  return change(
    context,
    ref,
    { policyKey: key, policyRevision: revision, compliance, acknowledgedAt: at },
    and(eq(devices.pendingKey, pendingKey), eq(devices.pendingRevision, revision)),
  );
}

type Values = Partial<DirectoryTables['devices']['$inferInsert']>;

async function change(
  { executor, tables: { devices } }: DirectoryContext,
  ref: DeviceRef,
  values: Values,
  only?: SQL,
): Promise<boolean> {
  const [updated] = await executor.atomic([
    executor.build
      .update(devices)
      .set(values)
      .where(and(theDevice(devices, ref), only)),
  ]);
  return (updated?.changes ?? 0) > 0;
}

function theDevice(devices: DirectoryTables['devices'], { tenantId, userId, deviceId }: DeviceRef) {
  return and(
    eq(devices.tenantId, tenantId),
    eq(devices.userId, userId),
    eq(devices.deviceId, askedId(deviceId)),
  );
}

function found(there: boolean): void {
  if (!there) throw new NotFoundError('no such device');
}
