import type { UserStats, UserView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { bytes } from '../output.ts';
import { limitFlag, limitOf, listed } from '../paging.ts';

const STATES = ['active', 'noMail', 'disabled', 'deleted'];
/** Mailboxes that are looked at at the same time. */
const AT_ONCE = 8;

export const userList = defineCommand({
  name: 'user list',
  summary: 'list the users with the size of their mailboxes',
  positionals: [],
  flags: {
    domain: { type: 'string', value: 'DOMAIN', help: 'only users with an address in this domain' },
    address: { type: 'string', value: 'TEXT', help: 'only those whose address begins with this' },
    name: { type: 'string', value: 'TEXT', help: 'only those whose name begins with this' },
    state: { type: 'string', value: 'STATE', help: `only those of this state: ${STATES.join(', ')}` },
    ...limitFlag,
  },
  examples: ['waypost user list --domain example.test --name ann', 'waypost user list --state disabled'],
  async run({ flags: { domain, address, name, state: status, limit }, out }) {
    if (status !== undefined && !STATES.includes(status))
      throw new UsageError(`--state is one of ${STATES.join(', ')}`, 'user list');
    const most = limitOf(limit, 'user list');
    const rows = await withLocalServer(async ({ admin }) => {
      const query = { domain, address, name, status };
      const users = await listed<UserView>(admin, '/users', query, { limit: most });
      const sized: (UserView & Pick<UserStats, 'messages' | 'sizeBytes'>)[] = [];
      for (let i = 0; i < users.length; i += AT_ONCE)
        sized.push(...(await Promise.all(users.slice(i, i + AT_ONCE).map((user) => sizeOf(admin, user)))));
      return sized;
    });
    out.result(rows, () => {
      out.table(
        ['address', 'name', 'state', 'messages', 'size', 'quota'],
        rows.map((u) => [
          u.address,
          u.displayName,
          u.status,
          u.messages,
          bytes(u.sizeBytes),
          u.quotaBytes === null ? 'none' : bytes(u.quotaBytes),
        ]),
        'There are no users: waypost user add <address> --password TEXT',
      );
    });
  },
});

async function sizeOf(admin: AdminClient, user: UserView) {
  const stats = await admin.get<UserStats>(`/users/${encodeURIComponent(user.address)}/stats`);
  return { ...user, messages: stats.messages, sizeBytes: stats.sizeBytes };
}
