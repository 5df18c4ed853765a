import type { UserSendingView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const userUnlockSending = defineCommand({
  name: 'user unlock-sending',
  summary: 'let a user send again who was locked for writing to too many people',
  details: 'For a day from now on the user may write to as many at once as the limits allow.',
  positionals: [{ name: 'address', help: 'address of the user' }],
  flags: {},
  async run({ args: [address = ''], out }) {
    const user = await withLocalServer(({ admin }) =>
      admin.post<UserSendingView>(`/users/${encodeURIComponent(address)}/unlock-sending`),
    );
    out.result(user, () => out.line(`${user.address} may send.`));
  },
});
