import type { LinkView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable, shortTime } from '../output.ts';
import { limitFlag, limitOf, listed } from '../paging.ts';
import { relayDomain } from './relay-path.ts';
import { tenantOf } from './tenant-of.ts';

export const linkList = defineCommand({
  name: 'link list',
  summary: 'list attachments that became links',
  details: 'They do where a tenant wants that: waypost relay set <domain> --links on.',
  positionals: [relayDomain],
  flags: limitFlag,
  async run({ args: [domain = ''], flags, out }) {
    const limit = limitOf(flags.limit, 'link list');
    const items = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/links`;
      return listed<LinkView>(admin, path, {}, { limit });
    });
    out.result(items, () => {
      out.table(
        ['id', 'name', 'bytes', 'made', 'ends', 'state'],
        items.map((l) => [
          l.linkId,
          printable(l.name),
          l.size,
          shortTime(l.createdAt),
          shortTime(l.endsAt),
          l.state,
        ]),
        'There are no links.',
      );
    });
  },
});
