import type { Page, SharedContactView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { tenantOf } from './tenant-of.ts';

export const contactList = defineCommand({
  name: 'contact list',
  summary: 'list the shared contacts of the address list',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {},
  async run({ args: [domain = ''], out }) {
    const items = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${encodeURIComponent(await tenantOf(admin, domain))}/contacts`;
      const all: SharedContactView[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: Page<SharedContactView> = await admin.get(path, { limit: 500, cursor });
        all.push(...page.items);
        cursor = page.cursor;
      }
      return all;
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
