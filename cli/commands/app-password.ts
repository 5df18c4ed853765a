import type {
  AppPasswordInfo,
  AppPasswordProtocol,
  AppPasswordView,
  CreateAppPassword,
} from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';
import { listed } from '../paging.ts';

const PROTOCOLS: readonly string[] = ['activesync', 'ews', 'autodiscover'] satisfies AppPasswordProtocol[];
const pathOf = (address: string) => `/users/${encodeURIComponent(address)}/app-passwords`;
const address = { name: 'address', help: 'the user' };

export const appPasswordAdd = defineCommand({
  name: 'app-password add',
  summary: 'make an app password for a user',
  details: 'It is shown once: only its hash is kept.',
  positionals: [address],
  flags: {
    label: { type: 'string', value: 'TEXT', help: 'what it is for' },
    protocols: {
      type: 'string',
      value: 'LIST',
      help: `where it may be used: ${PROTOCOLS.join(', ')}, with commas between; without it everywhere`,
    },
    'bind-device': { type: 'boolean', help: 'it belongs to the first device of ActiveSync that uses it' },
    days: { type: 'string', value: 'N', help: 'how long it holds; without it until it is revoked' },
  },
  examples: [
    'waypost app-password add ann@example.test --label "Ann’s phone" --protocols activesync,autodiscover --bind-device',
  ],
  async run({ args: [user = ''], flags, out }) {
    const protocols = flags.protocols?.split(',').map((one) => one.trim()) as
      | AppPasswordProtocol[]
      | undefined;
    if (protocols?.some((one) => !PROTOCOLS.includes(one)) === true) {
      throw new UsageError(`--protocols are of ${PROTOCOLS.join(', ')}`, 'app-password add');
    }
    const days = flags.days === undefined ? undefined : Number(flags.days);
    if (days !== undefined && !Number.isSafeInteger(days)) {
      throw new UsageError('--days is a number', 'app-password add');
    }
    const body: CreateAppPassword = {
      label: flags.label,
      ...(protocols !== undefined || !flags['bind-device']
        ? { protocols }
        : { protocols: ['activesync', 'autodiscover'] }),
      bindsDevice: flags['bind-device'],
      days,
    };
    const made = await withLocalServer(({ admin }) => admin.post<AppPasswordView>(pathOf(user), body));
    out.result(made, () => out.line(`App password ${made.credentialId} (shown once): ${made.appPassword}`));
  },
});

export const appPasswordList = defineCommand({
  name: 'app-password list',
  summary: 'list the app passwords of a user',
  positionals: [address],
  flags: {},
  async run({ args: [user = ''], out }) {
    const items = await withLocalServer(({ admin }) => listed<AppPasswordInfo>(admin, pathOf(user)));
    out.result(items, () => {
      const rows = items.map((one) => [
        one.credentialId,
        one.label,
        one.protocols?.join(' ') ?? 'all',
        one.deviceId ?? (one.bindsDevice ? 'the first' : 'any'),
        shortTime(one.createdAt),
        one.lastUsedAt === null ? 'never' : shortTime(one.lastUsedAt),
        one.expiresAt === null ? 'never' : shortTime(one.expiresAt),
      ]);
      out.table(
        ['id', 'label', 'for', 'device', 'made', 'used', 'ends'],
        rows,
        'There are none: waypost app-password add <address>',
      );
    });
  },
});

export const appPasswordRevoke = defineCommand({
  name: 'app-password revoke',
  summary: 'take app passwords of a user back',
  positionals: [address, { name: 'id', help: 'as waypost app-password list shows it', optional: true }],
  flags: { all: { type: 'boolean', help: 'all of the user' } },
  async run({ args: [user = '', id = ''], flags, out }) {
    if ((id === '') !== flags.all) throw new UsageError('give an id, or --all', 'app-password revoke');
    const path = flags.all ? pathOf(user) : `${pathOf(user)}/${encodeURIComponent(id)}`;
    await withLocalServer(({ admin }) => admin.delete(path));
    out.result({ revoked: flags.all ? 'all' : id }, () => out.line('Revoked: it opens nothing any more.'));
  },
});
