import type { GroupView, Page } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const groupList = defineCommand({
  name: 'group list',
  summary: 'list the distribution groups',
  positionals: [],
  flags: {},
  async run({ out }) {
    const { items } = await withLocalServer(({ admin }) => admin.get<Page<GroupView>>('/groups'));
    out.result(items, () => {
      out.table(
        ['address', 'name', 'members'],
        items.map((g) => [g.address, g.displayName, g.members.length]),
        'There are no groups: waypost group add <address> --members LIST',
      );
    });
  },
});
