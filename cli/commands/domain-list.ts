import type { DomainView, Page } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const domainList = defineCommand({
  name: 'domain list',
  summary: 'list the mail domains',
  positionals: [],
  flags: {},
  async run({ out }) {
    const { items } = await withLocalServer(({ admin }) => admin.get<Page<DomainView>>('/domains'));
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
