import type { Device, DeviceInformation } from '../core/identity/types.ts';
import type { PolicySettings } from '../core/policy/settings.ts';
import type { DeviceRule } from '../core/policy/types.ts';
import { cleanText, fitText } from './text.ts';

/** What a device says of itself with every command, cut to a sane length. */
export function saidOf({ deviceType, userAgent, protocolVersion }: Device) {
  return {
    deviceType: fitText(deviceType, 255),
    userAgent: fitText(userAgent, 1024),
    protocolVersion: fitText(protocolVersion, 32),
  };
}

/** What it says once; these texts are bounded by the protocol (MS-ASCMD 6.35). */
export function cleanInformation(information: DeviceInformation): DeviceInformation {
  return Object.fromEntries(
    Object.entries(information)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'string' ? cleanText(value) : value]),
  );
}

export function cleanRules(rules: readonly DeviceRule[]): DeviceRule[] {
  return rules.map(({ deviceType, access }) => ({ deviceType: cleanText(deviceType), access }));
}

/** Lists of names are the only texts of a policy. */
export function cleanSettings(settings: PolicySettings): PolicySettings {
  const entries = Object.entries(settings).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(cleanText) : value,
  ]);
  return Object.fromEntries(entries) as PolicySettings;
}
