import type { UserSessionView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';
import { listed } from '../paging.ts';

const address = { name: 'address', help: 'the user' };
const pathOf = (user: string, part: string) => `/users/${encodeURIComponent(user)}/${part}`;

export const userSessions = defineCommand({
  name: 'user sessions',
  summary: 'list where a user is signed in with a browser, or end it',
  positionals: [address],
  flags: { end: { type: 'boolean', help: 'end all of them' } },
  async run({ args: [user = ''], flags, out }) {
    const path = pathOf(user, 'sessions');
    if (flags.end) {
      await withLocalServer(({ admin }) => admin.delete(path));
      out.result({ ended: true }, () => out.line(`${user} is signed in with no browser any more.`));
      return;
    }
    const items = await withLocalServer(({ admin }) => listed<UserSessionView>(admin, path));
    out.result(items, () => {
      const rows = items.map((one) => [
        one.sessionId,
        one.method,
        shortTime(one.createdAt),
        shortTime(one.seenAt),
        shortTime(one.expiresAt),
        one.address ?? '',
        one.userAgent,
      ]);
      out.table(['id', 'by', 'began', 'used', 'ends', 'from', 'browser'], rows, 'There are none.');
    });
  },
});

export const userEndCodes = defineCommand({
  name: 'user end-codes',
  summary: 'ask a user for no codes of an app any more',
  details: 'For who has lost the app and the recovery codes. Basic takes what it took before.',
  positionals: [address],
  flags: {},
  async run({ args: [user = ''], out }) {
    await withLocalServer(({ admin }) => admin.delete(pathOf(user, 'totp')));
    out.result({ ended: true }, () => out.line(`${user} signs in without codes.`));
  },
});
