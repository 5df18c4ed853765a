import type { StatsStep, StatsView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { bytes, type Output } from '../output.ts';
import { tenantOf } from './tenant-of.ts';

type Numbers = StatsView & Partial<Pick<StatsStep, 'tenants' | 'deadLetters'>>;

export const stats = defineCommand({
  name: 'stats',
  summary: 'show an installation or a tenant in numbers',
  details:
    'Users by state, mailboxes, devices, mail and what was sent on each day, what waits to be sent, dead letters.',
  positionals: [{ name: 'domain', help: 'a domain of the tenant; all tenants without', optional: true }],
  flags: {
    days: {
      type: 'string',
      value: 'N',
      help: 'how far back to look for devices and mail (7; 400 at most; what was sent is kept for 14)',
    },
  },
  examples: ['waypost stats', 'waypost stats example.test --days 14'],
  async run({ args: [domain = ''], flags, out }) {
    const days = Number(flags.days ?? '7');
    if (!Number.isInteger(days) || days < 1 || days > 400)
      throw new UsageError('--days is a number from 1 to 400', 'stats');
    const numbers = await withLocalServer(async ({ admin }) =>
      domain === ''
        ? installation(admin, days)
        : admin.get<StatsView>(`/tenants/${await tenantOf(admin, domain)}/stats`, { days }),
    );
    out.result(numbers, () => show(out, numbers, days));
  },
});

async function installation(admin: AdminClient, days: number): Promise<Numbers> {
  const first = await admin.get<StatsStep>('/stats', { days });
  let { cursor, ...sum } = first;
  while (cursor !== null) {
    const { cursor: next, ...step }: StatsStep = await admin.get<StatsStep>('/stats', { days, cursor });
    sum = { ...added(sum, step), deadLetters: sum.deadLetters };
    cursor = next;
  }
  return sum;
}

type Sum = Omit<StatsStep, 'cursor'>;

function added(a: Sum, b: Sum): Sum {
  return {
    tenants: a.tenants + b.tenants,
    deadLetters: a.deadLetters,
    users: total(a.users, b.users),
    domains: a.domains + b.domains,
    groups: a.groups + b.groups,
    mailboxes: total(a.mailboxes, b.mailboxes),
    devices: {
      count: a.devices.count + b.devices.count,
      seen: a.devices.seen + b.devices.seen,
      access: total(a.devices.access, b.devices.access),
      protocols: merged([...a.devices.protocols, ...b.devices.protocols], ({ version }) => version),
    },
    sent: merged([...a.sent, ...b.sent], ({ day }) => day),
    mail: merged([...a.mail, ...b.mail], ({ day }) => day),
    outbox: total(a.outbox, b.outbox),
  };
}

function total<T extends Record<keyof T, number>>(a: T, b: T): T {
  return Object.fromEntries(
    Object.entries<number>(a).map(([name, value]) => [name, value + b[name as keyof T]]),
  ) as T;
}

/** One row for each name, in order of it, with the sums of their numbers. */
function merged<T extends object>(rows: T[], nameOf: (row: T) => string): T[] {
  const byName = new Map<string, T>();
  for (const row of rows) {
    const before = byName.get(nameOf(row));
    const sums = Object.entries(row).map(([key, value]) => {
      const more: unknown = before === undefined ? 0 : before[key as keyof T];
      return [key, typeof value === 'number' && typeof more === 'number' ? value + more : value];
    });
    byName.set(nameOf(row), Object.fromEntries(sums) as T);
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

const MAIL_COLUMNS = [
  ...(['day', 'received', 'refused', 'delivered', 'junk', 'quarantined'] as const),
  ...(['submitted', 'sent', 'failed'] as const),
];

function show(out: Output, numbers: Numbers, days: number): void {
  const { users, mailboxes, devices, outbox, deadLetters } = numbers;
  const list = (values: Record<string, number>) =>
    Object.entries(values)
      .filter(([, value]) => value > 0)
      .map(([name, value]) => `${value} ${name}`)
      .join(', ') || '-';
  const rows: [string, string | number][] = [
    ...(numbers.tenants === undefined ? [] : [['tenants', numbers.tenants] as [string, number]]),
    ['domains', numbers.domains],
    ['users', list(users)],
    ['groups', numbers.groups],
    ['mailboxes', `${mailboxes.count}, ${mailboxes.messages} messages, ${bytes(mailboxes.sizeBytes)}`],
    ['devices', `${devices.count}, ${devices.seen} seen within ${days} days`],
    ['devices by decision', list(devices.access)],
    ['devices by version', list(Object.fromEntries(devices.protocols.map((p) => [p.version, p.count])))],
    ['to send', list(outbox)],
    ...(deadLetters === undefined || deadLetters === null
      ? []
      : [['dead letters', list(deadLetters)] as [string, string]]),
  ];
  out.table(['of', 'number'], rows, '');
  out.line();
  const mail = numbers.mail.map((one) => MAIL_COLUMNS.map((name) => one[name]));
  out.table([...MAIL_COLUMNS], mail, `No mail within ${days} days.`);
  out.line();
  const sent = numbers.sent.map(({ day, messages, recipients }) => [day, messages, recipients]);
  out.table(['day', 'messages sent', 'recipients'], sent, `Nothing was sent within ${days} days.`);
}
