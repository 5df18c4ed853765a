import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { deviceArguments, devicePath } from './device-path.ts';

export const deviceRemove = defineCommand({
  name: 'device remove',
  summary: 'take a device off the list of its user',
  details: 'Its policy key and what was decided of it go too. If it comes again it is a new device.',
  positionals: deviceArguments,
  flags: {},
  async run({ args: [address = '', deviceId = ''], out }) {
    await withLocalServer(({ admin }) => admin.delete(devicePath(address, deviceId)));
    out.result({ removed: deviceId }, () => out.line(`Removed ${deviceId} of ${address}.`));
  },
});
