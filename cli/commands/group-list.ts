import type { GroupView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { limitFlag, limitOf, listed } from '../paging.ts';

export const groupList = defineCommand({
  name: 'group list',
  summary: 'list the distribution groups',
  positionals: [],
  flags: {
    domain: { type: 'string', value: 'DOMAIN', help: 'only groups with an address in this domain' },
    address: { type: 'string', value: 'TEXT', help: 'only those whose address begins with this' },
    ...limitFlag,
  },
  async run({ flags: { domain, address, limit }, out }) {
    const most = limitOf(limit, 'group list');
    const items = await withLocalServer(({ admin }) =>
      listed<GroupView>(admin, '/groups', { domain, address }, { limit: most }),
    );
    out.result(items, () => {
      out.table(
        ['address', 'name', 'members'],
        items.map((g) => [g.address, g.displayName, g.memberCount]),
        'There are no groups: waypost group add <address> --members LIST',
      );
    });
  },
});
