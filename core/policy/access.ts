import type { DeviceAccess, DeviceRecord, DeviceSettings } from './types.ts';

/** What was decided of the device itself, else what the tenant's rules say of its type, else the tenant's default. */
export function accessOf(
  device: Pick<DeviceRecord, 'access'> | null,
  deviceType: string,
  settings: DeviceSettings,
): DeviceAccess {
  if (device !== null && device.access !== 'default') return device.access;
  const type = deviceType.toLowerCase();
  return settings.rules.find((r) => r.deviceType.toLowerCase() === type)?.access ?? settings.defaultAccess;
}
