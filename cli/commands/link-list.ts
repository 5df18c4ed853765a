import type { LinkView, Page } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable, shortTime } from '../output.ts';
import { relayDomain } from './relay-path.ts';
import { tenantOf } from './tenant-of.ts';

export const linkList = defineCommand({
  name: 'link list',
  summary: 'list attachments that became links',
  details: 'They do where a tenant wants that: waypost relay set <domain> --links on.',
  positionals: [relayDomain],
  flags: {},
  async run({ args: [domain = ''], out }) {
    const items = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/links`;
      return (await admin.get<Page<LinkView>>(path, { limit: 500 })).items;
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
