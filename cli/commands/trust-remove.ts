import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { listRoots, rootsPath, showRoots } from '../trusted-roots.ts';

export const trustRemove = defineCommand({
  name: 'trust remove',
  summary: 'trust a certification authority no longer',
  positionals: [
    { name: 'domain', help: 'a domain of the tenant' },
    { name: 'fingerprint', help: 'as waypost trust list shows it' },
  ],
  flags: {},
  async run({ args: [domain = '', fingerprint = ''], out }) {
    const items = await withLocalServer(async ({ admin }) => {
      const path = await rootsPath(admin, domain);
      await admin.delete(`${path}/${encodeURIComponent(fingerprint)}`);
      return listRoots(admin, path);
    });
    showRoots(out, items);
  },
});
