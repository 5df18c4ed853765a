import type { DomainView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { limitFlag, limitOf, listed } from '../paging.ts';

export const domainList = defineCommand({
  name: 'domain list',
  summary: 'list the mail domains',
  positionals: [],
  flags: limitFlag,
  async run({ flags, out }) {
    const limit = limitOf(flags.limit, 'domain list');
    const items = await withLocalServer(({ admin }) => listed<DomainView>(admin, '/domains', {}, { limit }));
    out.result(items, () => {
      const rows = items.map((d) => [d.domain, d.enabled ? 'enabled' : 'disabled', d.catchAll, d.tenantId]);
      out.table(
        ['domain', 'state', 'catch-all', 'tenant'],
        rows,
        'There are no domains: waypost domain add <domain>',
      );
    });
  },
});
