import { and, desc, eq, sql } from 'drizzle-orm';
import type { Device } from '../../../core/identity/types.ts';
import { fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

/** Insert or refresh; what the device says of itself is cut to a sane length. */
export async function touchDevice(
  { executor, tables: { devices } }: DirectoryContext,
  device: Device,
): Promise<void> {
  const { tenantId, userId, deviceId, firstSeenAt, lastSeenAt } = device;
  const said = {
    deviceType: fitText(device.deviceType, 255),
    userAgent: fitText(device.userAgent, 1024),
    protocolVersion: fitText(device.protocolVersion, 32),
    lastSeenAt,
  };
  await executor.atomic([
    executor.build
      .insert(devices)
      .values({ tenantId, userId, deviceId, firstSeenAt, ...said })
      .onConflictDoUpdate({
        target: [devices.userId, devices.deviceId],
        set: said,
        setWhere: sql`${devices.tenantId} = ${tenantId}`,
      }),
  ]);
}

/** Last seen first. */
export async function listDevices(
  { executor, tables: { devices } }: DirectoryContext,
  tenantId: string,
  userId: string,
): Promise<Device[]> {
  return executor.all(
    executor.build
      .select({
        tenantId: devices.tenantId,
        userId: devices.userId,
        deviceId: devices.deviceId,
        deviceType: devices.deviceType,
        userAgent: devices.userAgent,
        protocolVersion: devices.protocolVersion,
        firstSeenAt: devices.firstSeenAt,
        lastSeenAt: devices.lastSeenAt,
      })
      .from(devices)
      .where(and(eq(devices.tenantId, tenantId), eq(devices.userId, userId)))
      .orderBy(desc(devices.lastSeenAt), devices.deviceId),
  );
}
