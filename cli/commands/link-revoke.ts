import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { relayDomain } from './relay-path.ts';
import { tenantOf } from './tenant-of.ts';

export const linkRevoke = defineCommand({
  name: 'link revoke',
  summary: 'end a link to an attachment at once',
  positionals: [relayDomain, { name: 'id', help: 'id as in waypost link list' }],
  flags: {},
  async run({ args: [domain = '', id = ''], out }) {
    await withLocalServer(async ({ admin }) => {
      const tenantId = await tenantOf(admin, domain);
      await admin.delete(`/tenants/${tenantId}/links/${encodeURIComponent(id)}`);
    });
    out.result({ linkId: id }, () => out.line('The link has ended.'));
  },
});
