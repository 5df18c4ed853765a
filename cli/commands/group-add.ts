import type { GroupView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { GROUP_FLAGS, groupSettings } from './group-settings.ts';

export const groupAdd = defineCommand({
  name: 'group add',
  summary: 'add a distribution group: mail for its address goes to its members',
  positionals: [{ name: 'address', help: 'its address, in a domain that was added before' }],
  flags: {
    name: { type: 'string', value: 'TEXT', help: 'name as people read it' },
    members: { type: 'string', value: 'LIST', help: 'addresses, with commas between' },
    ...GROUP_FLAGS,
  },
  examples: [
    'waypost group add sales@example.test --name Sales --members ann@example.test,bob@example.test --senders anyone',
  ],
  async run({ args: [address = ''], flags, out }) {
    const group = await withLocalServer(({ admin }) =>
      admin.post<GroupView>('/groups', {
        address,
        ...groupSettings(flags, 'group add'),
        members: addressList(flags.members),
      }),
    );
    out.result(group, () => out.line(`Added ${group.address} with ${group.members.length} members.`));
  },
});

/** Addresses of a list with commas. */
export function addressList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
}
