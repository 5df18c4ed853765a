import type { DeviceAccessView, DeviceSettingsView, SetDeviceSettings } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable } from '../output.ts';
import { tenantOf } from './tenant-of.ts';

const ACCESS: Readonly<Record<string, DeviceAccessView>> = {
  allow: 'allowed',
  quarantine: 'quarantined',
  block: 'blocked',
};

export const deviceDefaults = defineCommand({
  name: 'device defaults',
  summary: 'show or set what new devices of a domain’s tenant may do',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {
    access: { type: 'string', value: 'WHAT', help: 'allow, quarantine or block' },
    rules: { type: 'string', value: 'LIST', help: 'by device type: "iPhone=allow,Android=block", or "none"' },
    max: { type: 'string', value: 'N', help: 'devices that a user may have' },
  },
  examples: [
    'waypost device defaults example.test',
    'waypost device defaults example.test --access quarantine --rules iPhone=allow --max 5',
  ],
  async run({ args: [domain = ''], flags, out }) {
    const change: SetDeviceSettings = {
      ...(flags.access === undefined ? {} : { defaultAccess: accessOf(flags.access) }),
      ...(flags.rules === undefined ? {} : { rules: rulesOf(flags.rules) }),
      ...(flags.max === undefined ? {} : { maxDevicesPerUser: numberOf(flags.max) }),
    };
    const settings = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/device-settings`;
      return Object.keys(change).length === 0
        ? admin.get<DeviceSettingsView>(path)
        : admin.put<DeviceSettingsView>(path, change);
    });
    out.result(settings, () => {
      out.line(`new devices   ${settings.defaultAccess}`);
      for (const rule of settings.rules) {
        out.line(`              ${printable(rule.deviceType)}: ${rule.access}`);
      }
      out.line(`devices       ${settings.maxDevicesPerUser} for each user`);
    });
  },
});

function accessOf(text: string): DeviceAccessView {
  const access = Object.hasOwn(ACCESS, text) ? ACCESS[text] : undefined;
  if (access === undefined)
    throw new UsageError(`"${text}" is not allow, quarantine or block`, 'device defaults');
  return access;
}

function rulesOf(text: string): DeviceSettingsView['rules'] {
  if (text === 'none') return [];
  return text.split(',').map((rule) => {
    const at = rule.lastIndexOf('=');
    if (at < 1) throw new UsageError(`"${rule}" is not TYPE=allow, quarantine or block`, 'device defaults');
    return { deviceType: rule.slice(0, at).trim(), access: accessOf(rule.slice(at + 1).trim()) };
  });
}

function numberOf(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new UsageError('--max takes a whole number', 'device defaults');
  return Number(text);
}
