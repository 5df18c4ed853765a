import type { GroupView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { addressList } from './group-add.ts';

export const groupMembers = defineCommand({
  name: 'group members',
  summary: 'show or replace the members of a group',
  positionals: [{ name: 'address', help: 'the group' }],
  flags: { set: { type: 'string', value: 'LIST', help: 'the new members, with commas between' } },
  async run({ args: [address = ''], flags, out }) {
    const path = `/groups/${encodeURIComponent(address)}`;
    const group = await withLocalServer(({ admin }) =>
      flags.set === undefined
        ? admin.get<GroupView>(path)
        : admin.put<GroupView>(`${path}/members`, { members: addressList(flags.set) }),
    );
    out.result(group, () => {
      for (const member of group.members) out.line(member);
      if (group.members.length === 0) out.line('The group has no members.');
    });
  },
});
