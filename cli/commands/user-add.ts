import type { AppPasswordView, UserView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const userAdd = defineCommand({
  name: 'user add',
  summary: 'add a user and their mailbox',
  positionals: [{ name: 'address', help: 'address in a domain that was added before' }],
  flags: {
    password: { type: 'string', value: 'TEXT', help: 'password, at least 8 characters', required: true },
    name: { type: 'string', value: 'TEXT', help: 'name as people read it' },
    'app-password': { type: 'boolean', help: 'also make an app password, for a phone' },
  },
  examples: ['waypost user add ann@example.test --password "correct horse" --name "Ann Lee" --app-password'],
  async run({ args: [address = ''], flags, out }) {
    const { user, app } = await withLocalServer(async ({ admin }) => {
      const created = await admin.post<UserView>('/users', {
        address,
        password: flags.password,
        ...(flags.name === undefined ? {} : { displayName: flags.name }),
      });
      const path = `/users/${encodeURIComponent(created.address)}/app-passwords`;
      const extra = flags['app-password']
        ? await admin.post<AppPasswordView>(path, { label: 'waypost user add' })
        : null;
      return { user: created, app: extra };
    });
    out.result({ ...user, ...(app === null ? {} : { appPassword: app.appPassword }) }, () => {
      out.line(`Added ${user.address}.`);
      if (app !== null) out.line(`App password (shown once): ${app.appPassword}`);
    });
  },
});
