import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { contactPath } from './contact-add.ts';
import { tenantOf } from './tenant-of.ts';

export const contactRemove = defineCommand({
  name: 'contact remove',
  summary: 'take a shared contact out of the address list',
  positionals: [
    { name: 'domain', help: 'a domain of the tenant' },
    { name: 'address', help: 'of the contact' },
  ],
  flags: {},
  async run({ args: [domain = '', address = ''], out }) {
    await withLocalServer(async ({ admin }) =>
      admin.delete(contactPath(await tenantOf(admin, domain), address)),
    );
    out.result({ address, removed: true }, () => out.line(`Removed ${address}.`));
  },
});
