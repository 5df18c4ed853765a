import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const userActiveSync = defineCommand({
  name: 'user activesync',
  summary: 'say whether a user may use ActiveSync',
  positionals: [
    { name: 'address', help: 'address of the user' },
    { name: 'state', help: 'on or off; without it the state is shown', optional: true },
  ],
  flags: {},
  examples: ['waypost user activesync ann@example.test off'],
  async run({ args: [address = '', state = ''], out }) {
    if (!['', 'on', 'off'].includes(state)) throw new UsageError('give on or off', 'user activesync');
    const path = `/users/${encodeURIComponent(address)}/activesync`;
    const { enabled } = await withLocalServer(({ admin }) =>
      state === ''
        ? admin.get<{ enabled: boolean }>(path)
        : admin.put<{ enabled: boolean }>(path, { enabled: state === 'on' }),
    );
    out.result({ address, enabled }, () =>
      out.line(`${address} ${enabled ? 'may' : 'may not'} use ActiveSync.`),
    );
  },
});
