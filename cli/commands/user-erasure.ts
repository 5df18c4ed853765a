import { setTimeout as sleep } from 'node:timers/promises';
import type { ErasureView, UserView } from '../../shared/admin-api.ts';
import { CommandError, defineCommand } from '../command.ts';
import { type LocalServer, withLocalServer } from '../local/connect.ts';
import { type Output, shortTime } from '../output.ts';
import { userPath } from './user-path.ts';

const address = { name: 'address', help: 'the user' };
/** Between two questions how far it is, and the longest time to wait. */
const ASK_EVERY_MS = 500;
const LONGEST_WAIT_MS = 10 * 60_000;

export const userDelete = defineCommand({
  name: 'user delete',
  summary: 'close a user, who can be restored for some days and is erased then',
  details:
    'Signing in ends everywhere within a minute, mail for the user is refused, and the address stays taken.\n' +
    'With --now --yes the user is erased at once, as by waypost user erase.',
  positionals: [address],
  flags: {
    days: { type: 'string', value: 'N', help: 'how long the user can be restored (30, or as configured)' },
    now: { type: 'boolean', help: 'erase at once' },
    yes: { type: 'boolean', help: 'with --now: really do it' },
  },
  async run({ args: [user = ''], flags, out }) {
    if (flags.now) return erase(user, flags.yes, true, out);
    const query = flags.days === undefined ? '' : `?days=${encodeURIComponent(flags.days)}`;
    const erasure = await withLocalServer(({ admin }) =>
      admin.delete<ErasureView>(`${userPath(user)}${query}`),
    );
    out.result(erasure, () => {
      out.line(`${erasure.address ?? user} is deleted.`);
      out.line(`It is erased after ${shortTime(erasure.eraseAfter)}: waypost user restore ${user}`);
    });
  },
});

export const userRestore = defineCommand({
  name: 'user restore',
  summary: 'bring a deleted user back',
  positionals: [address],
  flags: {},
  async run({ args: [user = ''], out }) {
    const restored = await withLocalServer(({ admin }) => admin.post<UserView>(userPath(user, 'restore')));
    out.result(restored, () => out.line(`${restored.address} is back: ${restored.status}.`));
  },
});

export const userErase = defineCommand({
  name: 'user erase',
  summary: 'erase a user and everything of theirs, for ever',
  details:
    'It cannot be undone. Refused while a legal hold covers the mailbox. Waits for the end, and shows the report.',
  positionals: [address],
  flags: {
    yes: { type: 'boolean', help: 'really do it' },
    'no-wait': { type: 'boolean', help: 'only begin' },
  },
  run: ({ args: [user = ''], flags, out }) => erase(user, flags.yes, !flags['no-wait'], out),
});

export const userErasure = defineCommand({
  name: 'user erasure',
  summary: 'show what becomes, or became, of a deleted user',
  positionals: [{ name: 'address', help: 'the address that the user has or had' }],
  flags: {},
  async run({ args: [user = ''], out }) {
    const erasure = await withLocalServer(({ admin }) => admin.get<ErasureView>(userPath(user, 'erasure')));
    out.result(erasure, () => report(erasure, user, out));
  },
});

async function erase(user: string, yes: boolean, waits: boolean, out: Output): Promise<void> {
  if (!yes) throw new CommandError(`everything of ${user} goes and cannot be brought back: say --yes`);
  const erasure = await withLocalServer(async ({ admin }) => {
    const begun = await admin.post<ErasureView>(userPath(user, 'erase'), { confirm: user });
    return waits ? untilErased(admin, user, begun) : begun;
  });
  out.result(erasure, () => report(erasure, user, out));
}

async function untilErased(
  admin: LocalServer['admin'],
  user: string,
  begun: ErasureView,
): Promise<ErasureView> {
  const until = Date.now() + LONGEST_WAIT_MS;
  let erasure = begun;
  while (erasure.state === 'erasing' && erasure.problem === null && Date.now() < until) {
    await sleep(ASK_EVERY_MS);
    erasure = await admin.get<ErasureView>(userPath(user, 'erasure'));
  }
  return erasure;
}

function report(erasure: ErasureView, user: string, out: Output): void {
  const { state, eraseAfter, finishedAt, removed, remains, problem } = erasure;
  if (state === 'deleted') out.line(`${user} is deleted, and is erased after ${shortTime(eraseAfter)}.`);
  if (state === 'erasing') out.line(`${user} is being erased.`);
  if (finishedAt !== null) out.line(`${user} was erased; nothing was left at ${shortTime(finishedAt)}.`);
  if (problem !== null) out.line(`It does not go on: ${problem}`);
  if (state === 'deleted') return;
  out.line();
  out.table(
    ['removed from', 'number'],
    Object.entries(removed).sort(([a], [b]) => (a < b ? -1 : 1)),
    'Nothing was removed so far.',
  );
  out.line();
  out.table(
    ['what stays', 'for', 'why'],
    remains.map(({ what, days, why }) => [what, days === null ? 'ever' : `${days} days`, why]),
    '',
  );
}
