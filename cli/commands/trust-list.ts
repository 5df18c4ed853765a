import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { listRoots, rootsPath, showRoots } from '../trusted-roots.ts';

export const trustList = defineCommand({
  name: 'trust list',
  summary: 'list the certification authorities that a tenant trusts',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {},
  async run({ args: [domain = ''], out }) {
    const items = await withLocalServer(async ({ admin }) =>
      listRoots(admin, await rootsPath(admin, domain)),
    );
    showRoots(out, items);
  },
});
