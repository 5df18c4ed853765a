import type { DomainView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const domainAdd = defineCommand({
  name: 'domain add',
  summary: 'add a mail domain to the local installation',
  details:
    'The domain gets a tenant of its own. With --catch-all it joins the tenant of that user, who gets all mail\n' +
    'for unknown addresses of the domain.',
  positionals: [{ name: 'domain', help: 'domain name, e.g. example.test' }],
  flags: {
    'catch-all': {
      type: 'string',
      value: 'ADDRESS',
      help: 'existing user who gets mail for unknown addresses',
    },
  },
  examples: [
    'waypost domain add example.test',
    'waypost domain add second.test --catch-all ann@example.test',
  ],
  async run({ args: [domain = ''], flags, out }) {
    const added = await withLocalServer(({ admin }) =>
      admin.post<DomainView>('/domains', {
        domain,
        ...(flags['catch-all'] === undefined ? {} : { catchAll: flags['catch-all'] }),
      }),
    );
    out.result(added, () => {
      const rest = added.catchAll === null ? '' : `, unknown addresses go to ${added.catchAll}`;
      out.line(`Added ${added.domain}${rest}.`);
    });
  },
});
