import type { GroupView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { GROUP_FLAGS, groupSettings } from './group-settings.ts';

export const groupSet = defineCommand({
  name: 'group set',
  summary: 'show or change whose mail a group takes, and who gets it',
  details: 'Without flags the settings are only shown. What is not named stays.',
  positionals: [{ name: 'address', help: 'the group' }],
  flags: { name: { type: 'string', value: 'TEXT', help: 'name as people read it' }, ...GROUP_FLAGS },
  examples: ['waypost group set sales@example.test --senders anyone'],
  async run({ args: [address = ''], flags, out }) {
    const change = groupSettings(flags, 'group set');
    const path = `/groups/${encodeURIComponent(address)}`;
    const group = await withLocalServer(({ admin }) =>
      Object.keys(change).length === 0 ? admin.get<GroupView>(path) : admin.patch<GroupView>(path, change),
    );
    out.result(group, () => {
      out.line(`name             ${group.displayName}`);
      out.line(`senders          ${group.senders}`);
      out.line(`members outside  ${group.externalMembers ? 'get its mail' : 'get nothing'}`);
      out.line(`address list     ${group.hidden ? 'hidden' : 'shown'}`);
    });
  },
});
