import type { AliasView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const aliasAdd = defineCommand({
  name: 'alias add',
  summary: 'give a user another address',
  positionals: [
    { name: 'alias', help: 'the new address, in a domain of the same tenant' },
    { name: 'address', help: 'the user who gets its mail' },
  ],
  flags: {},
  examples: ['waypost alias add sales@example.test ann@example.test'],
  async run({ args: [alias = '', address = ''], out }) {
    const added = await withLocalServer(({ admin }) => admin.post<AliasView>('/aliases', { alias, address }));
    out.result(added, () => out.line(`Mail for ${added.alias} goes to ${added.address}.`));
  },
});
