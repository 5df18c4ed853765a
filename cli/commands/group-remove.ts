import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const groupRemove = defineCommand({
  name: 'group remove',
  summary: 'remove a distribution group',
  positionals: [{ name: 'address', help: 'the group' }],
  flags: {},
  async run({ args: [address = ''], out }) {
    await withLocalServer(({ admin }) => admin.delete(`/groups/${encodeURIComponent(address)}`));
    out.result({ address }, () => out.line(`Removed ${address}.`));
  },
});
