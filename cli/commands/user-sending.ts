import type { UserSendingView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable, shortTime } from '../output.ts';

export const userSending = defineCommand({
  name: 'user sending',
  summary: 'show how much a user has sent, or set how long it can be undone',
  positionals: [{ name: 'address', help: 'address of the user' }],
  flags: {
    undo: {
      type: 'string',
      value: 'SECONDS',
      help: 'hold back what the user sends; "tenant" as the tenant says',
    },
  },
  async run({ args: [address = ''], flags, out }) {
    const path = `/users/${encodeURIComponent(address)}/sending`;
    const undoSendSeconds = flags.undo === undefined ? undefined : secondsOf(flags.undo);
    const user = await withLocalServer(({ admin }) =>
      undoSendSeconds === undefined
        ? admin.get<UserSendingView>(path)
        : admin.put<UserSendingView>(path, { undoSendSeconds }),
    );
    out.result(user, () => {
      const amount = ({ messages, recipients }: UserSendingView['hour']) =>
        `${messages} messages, ${recipients} recipients`;
      const locked =
        user.lockedAt === null ? 'no' : `${shortTime(user.lockedAt)} (${printable(user.reason ?? '')})`;
      out.line(`this hour   ${amount(user.hour)}`);
      out.line(`24 hours    ${amount(user.day)}`);
      out.line(`usual peak  ${user.usualRecipients} recipients in an hour`);
      out.line(
        `undo        ${user.undoSendSeconds === null ? 'as the tenant says' : `${user.undoSendSeconds} s`}`,
      );
      out.line(`locked      ${locked}`);
    });
  },
});

function secondsOf(text: string): number | null {
  if (text === 'tenant') return null;
  if (!/^\d{1,4}$/.test(text)) throw new UsageError('--undo takes seconds, or "tenant"', 'user sending');
  return Number(text);
}
