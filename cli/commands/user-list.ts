import type { Page, UserStats, UserView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { bytes } from '../output.ts';

export const userList = defineCommand({
  name: 'user list',
  summary: 'list the users with the size of their mailboxes',
  positionals: [],
  flags: { domain: { type: 'string', value: 'DOMAIN', help: 'only users with an address in this domain' } },
  async run({ flags, out }) {
    const rows = await withLocalServer(async ({ admin }) => {
      const users = (await allUsers(admin)).filter(
        (u) => flags.domain === undefined || u.address.endsWith(`@${flags.domain.toLowerCase()}`),
      );
      const withStats: (UserView & Pick<UserStats, 'messages' | 'sizeBytes'>)[] = [];
      for (const user of users) {
        const stats = await admin.get<UserStats>(`/users/${encodeURIComponent(user.address)}/stats`);
        withStats.push({ ...user, messages: stats.messages, sizeBytes: stats.sizeBytes });
      }
      return withStats;
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

async function allUsers(admin: AdminClient): Promise<UserView[]> {
  const users: UserView[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<UserView> = await admin.get('/users', { limit: 500, cursor });
    users.push(...page.items);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return users;
}
