import type { DeviceView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { deviceArguments, devicePath } from './device-path.ts';

export const deviceAllow = accessCommand('allow', 'allowed', 'let a device in');
export const deviceBlock = accessCommand('block', 'blocked', 'keep a device out');
export const deviceQuarantine = accessCommand(
  'quarantine',
  'quarantined',
  'keep a device out until it is allowed',
);

function accessCommand(verb: string, access: DeviceView['effectiveAccess'], summary: string) {
  return defineCommand({
    name: `device ${verb}`,
    summary,
    details: 'It counts from the next command of the device on; what it holds open ends within a minute.',
    positionals: deviceArguments,
    flags: {},
    examples: [`waypost device ${verb} ann@example.test ApplC39XK0ABCDEF`],
    async run({ args: [address = '', deviceId = ''], out }) {
      const device = await withLocalServer(({ admin }) =>
        admin.put<DeviceView>(`${devicePath(address, deviceId)}/access`, { access }),
      );
      out.result(device, () => out.line(`${device.deviceId} of ${address} is ${device.effectiveAccess}.`));
    },
  });
}
