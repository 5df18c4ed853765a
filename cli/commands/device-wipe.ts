import type { DeviceView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { deviceArguments, devicePath } from './device-path.ts';

export const deviceWipe = defineCommand({
  name: 'device wipe',
  summary: 'tell a device to erase itself',
  details:
    'The device is told with its next command, and gets nothing else until it has answered. --account erases only\n' +
    'what belongs to this account; devices before ActiveSync 16.1 cannot do that, and are just kept out.',
  positionals: deviceArguments,
  flags: {
    account: { type: 'boolean', help: 'only what belongs to this account' },
    cancel: { type: 'boolean', help: 'call it off, if the device has not erased itself yet' },
  },
  examples: ['waypost device wipe ann@example.test ApplC39XK0ABCDEF --account'],
  async run({ args: [address = '', deviceId = ''], flags, out }) {
    if (flags.account && flags.cancel) throw new UsageError('give --account or --cancel', 'device wipe');
    const wanted = flags.account ? 'account' : 'device';
    const device = await withLocalServer(({ admin }) =>
      admin.put<DeviceView>(`${devicePath(address, deviceId)}/wipe`, { kind: flags.cancel ? null : wanted }),
    );
    out.result(device, () => {
      out.line(
        flags.cancel
          ? `${device.deviceId} of ${address} is not told to erase itself.`
          : `${device.deviceId} of ${address} is told to erase ${flags.account ? 'the account' : 'itself'}.`,
      );
    });
  },
});
