import type { DomainView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const domainCatchAll = defineCommand({
  name: 'domain catch-all',
  summary: 'say who gets mail for unknown addresses of a domain',
  positionals: [
    { name: 'domain', help: 'domain name' },
    { name: 'address', help: 'existing user of the same tenant', optional: true },
  ],
  flags: { none: { type: 'boolean', help: 'nobody: unknown addresses are refused' } },
  examples: [
    'waypost domain catch-all example.test ann@example.test',
    'waypost domain catch-all example.test --none',
  ],
  async run({ args: [domain = '', address = ''], flags, out }) {
    if ((address === '') !== flags.none) {
      throw new UsageError('give either an address or --none', 'domain catch-all');
    }
    const changed = await withLocalServer(({ admin }) =>
      admin.put<DomainView>(`/domains/${encodeURIComponent(domain)}/catch-all`, {
        address: flags.none ? null : address,
      }),
    );
    out.result(changed, () => {
      out.line(
        changed.catchAll === null
          ? `Unknown addresses of ${changed.domain} are refused.`
          : `Unknown addresses of ${changed.domain} go to ${changed.catchAll}.`,
      );
    });
  },
});
