import type { SendRateView, SetTenantSending, TenantSendingView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { tenantOf } from './tenant-of.ts';

const RATES = [
  ['messages-per-hour', 'messagesPerHour'],
  ['messages-per-day', 'messagesPerDay'],
  ['recipients-per-day', 'recipientsPerDay'],
] as const satisfies [string, keyof SendRateView][];

const limit = (help: string) =>
  ({ type: 'string', value: 'N', help: `${help}; "none" for no limit` }) as const;

export const tenantSending = defineCommand({
  name: 'tenant sending',
  summary: 'show or set how much the users of a domain’s tenant may send',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {
    'messages-per-hour': limit('of each user'),
    'messages-per-day': limit('of each user'),
    'recipients-per-day': limit('of each user'),
    'tenant-messages-per-hour': limit('of all users together'),
    'tenant-messages-per-day': limit('of all users together'),
    'tenant-recipients-per-day': limit('of all users together'),
    'recipients-per-message': { type: 'string', value: 'N', help: 'at most 500' },
    'automatic-per-hour': { type: 'string', value: 'N', help: 'automatic messages in the name of one user' },
    'fan-out': {
      type: 'string',
      value: 'N,TIMES',
      help: 'lock a user who writes to more than N people and TIMES as many as usual in an hour; "off"',
    },
    undo: { type: 'string', value: 'SECONDS', help: 'hold back what users send, so that they can undo it' },
  },
  examples: [
    'waypost tenant sending example.test',
    'waypost tenant sending example.test --messages-per-hour 200 --fan-out 100,10 --undo 10',
  ],
  async run({ args: [domain = ''], flags, out }) {
    const change = changeOf(flags);
    const setting = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/sending`;
      return Object.keys(change).length === 0
        ? admin.get<TenantSendingView>(path)
        : admin.put<TenantSendingView>(path, change);
    });
    out.result(setting, () => {
      const show = (value: number | null) => value ?? 'none';
      out.table(
        ['limit', 'each user', 'all together'],
        RATES.map(([name, key]) => [name, show(setting.user[key]), show(setting.tenant[key])]).concat([
          ['automatic-per-hour', setting.automaticPerHour.user, setting.automaticPerHour.tenant],
        ]),
        '',
      );
      const { fanOut } = setting;
      out.line();
      out.line(`recipients of one message   ${setting.recipientsPerMessage}`);
      out.line(
        `sudden fan-out              ${fanOut === null ? 'off' : `over ${fanOut.least} and ${fanOut.times} times the usual`}`,
      );
      out.line(`undo                        ${setting.undoSendSeconds} s`);
    });
  },
});

function changeOf(flags: Partial<Record<string, string | undefined>>): SetTenantSending {
  const rateOf = (prefix: string): Partial<SendRateView> =>
    Object.fromEntries(
      RATES.flatMap(([name, key]) => {
        const text = flags[`${prefix}${name}`];
        return text === undefined ? [] : [[key, text === 'none' ? null : numberOf(`${prefix}${name}`, text)]];
      }),
    );
  const [user, tenant] = [rateOf(''), rateOf('tenant-')];
  const change: SetTenantSending = {};
  if (Object.keys(user).length > 0) change.user = user;
  if (Object.keys(tenant).length > 0) change.tenant = tenant;
  const most = flags['recipients-per-message'];
  if (most !== undefined) change.recipientsPerMessage = numberOf('recipients-per-message', most);
  const automatic = flags['automatic-per-hour'];
  if (automatic !== undefined) change.automaticPerHour = { user: numberOf('automatic-per-hour', automatic) };
  const fanOut = flags['fan-out'];
  if (fanOut !== undefined) change.fanOut = fanOut === 'off' ? null : fanOutOf(fanOut);
  if (flags['undo'] !== undefined) change.undoSendSeconds = numberOf('undo', flags['undo']);
  return change;
}

function fanOutOf(text: string): { least: number; times: number } {
  const [least = '', times = '', more] = text.split(',');
  if (more !== undefined) throw new UsageError('--fan-out takes N,TIMES or "off"', 'tenant sending');
  return { least: numberOf('fan-out', least), times: numberOf('fan-out', times) };
}

function numberOf(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${flag} takes a whole number`, 'tenant sending');
  return Number(text);
}
