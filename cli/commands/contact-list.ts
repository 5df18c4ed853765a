import type { SharedContactView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { limitFlag, limitOf, listed } from '../paging.ts';
import { tenantOf } from './tenant-of.ts';

export const contactList = defineCommand({
  name: 'contact list',
  summary: 'list the shared contacts of the address list',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: limitFlag,
  async run({ args: [domain = ''], flags, out }) {
    const limit = limitOf(flags.limit, 'contact list');
    const items = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${encodeURIComponent(await tenantOf(admin, domain))}/contacts`;
      return listed<SharedContactView>(admin, path, {}, { limit });
    });
    out.result(items, () => {
      out.table(
        ['address', 'name', 'company', 'shown'],
        items.map((c) => [c.address, c.displayName, c.company, c.hidden ? 'hidden' : 'yes']),
        'There are no shared contacts: waypost contact add <domain> <address> --name TEXT',
      );
    });
  },
});
