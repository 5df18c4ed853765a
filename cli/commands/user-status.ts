import type { UserView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { userPath } from './user-path.ts';

const positionals = [{ name: 'address', help: 'the user' }];

export const userSuspend = defineCommand({
  name: 'user suspend',
  summary: 'let a user sign in no more, or only refuse new mail',
  details: 'Signing in ends everywhere within a minute. Everything stays as it is until waypost user resume.',
  positionals,
  flags: { 'mail-only': { type: 'boolean', help: 'refuse new mail; the user may still sign in' } },
  async run({ args: [user = ''], flags, out }) {
    const status = flags['mail-only'] ? 'noMail' : 'disabled';
    const view = await put(user, status);
    out.result(view, () =>
      out.line(status === 'noMail' ? `${view.address} gets no new mail.` : `${view.address} is suspended.`),
    );
  },
});

export const userResume = defineCommand({
  name: 'user resume',
  summary: 'let a suspended user sign in and get mail again',
  positionals,
  flags: {},
  async run({ args: [user = ''], out }) {
    const view = await put(user, 'active');
    out.result(view, () => out.line(`${view.address} is active.`));
  },
});

function put(user: string, status: UserView['status']): Promise<UserView> {
  return withLocalServer(({ admin }) => admin.put<UserView>(userPath(user, 'status'), { status }));
}
