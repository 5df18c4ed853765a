import type { QuotaMarksView, SetTenantQuota, TenantQuotaView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';
import { showSize, sizeOf } from '../size.ts';
import { tenantOf } from './tenant-of.ts';

/** Flags of the marks of a mailbox, by their fields. */
export const MARKS = {
  warn: 'warn',
  'stop-sending': 'stopSending',
  'stop-receiving': 'stopReceiving',
  'max-message': 'maxMessageBytes',
} as const satisfies Record<string, keyof QuotaMarksView>;

const size = (help: string) => ({ type: 'string', value: 'SIZE', help }) as const;

export const tenantQuota = defineCommand({
  name: 'tenant quota',
  summary: 'show or set the sizes that a domain’s tenant allows its mailboxes',
  details: 'A size is a number of bytes, or with K, M, G or T; "none" takes a limit off.',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {
    warn: size('the user is told'),
    'stop-sending': size('the user can send nothing more'),
    'stop-receiving': size('nothing more comes in'),
    'max-message': size('longest message'),
    total: size('all mailboxes of the tenant together'),
    count: { type: 'boolean', help: 'add up the mailboxes now' },
  },
  examples: ['waypost tenant quota example.test --warn 9G --stop-sending 9.5G --stop-receiving 10G'],
  async run({ args: [domain = ''], flags, out }) {
    const user: NonNullable<SetTenantQuota['user']> = {};
    for (const [flag, key] of Object.entries(MARKS) as [keyof typeof MARKS, keyof QuotaMarksView][]) {
      const text = flags[flag];
      if (text !== undefined) user[key] = sizeOf(text, `--${flag}`, 'tenant quota');
    }
    const change: SetTenantQuota = {
      ...(Object.keys(user).length === 0 ? {} : { user }),
      ...(flags.total === undefined ? {} : { totalBytes: sizeOf(flags.total, '--total', 'tenant quota') }),
    };
    const quota = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}`;
      if (Object.keys(change).length > 0) await admin.put(`${path}/quota`, change);
      if (flags.count) while (!(await admin.post<{ done: boolean }>(`${path}/usage`)).done);
      return admin.get<TenantQuotaView>(`${path}/quota`);
    });
    out.result(quota, () => {
      for (const [flag, key] of Object.entries(MARKS)) {
        out.line(`${flag.padEnd(15)} ${showSize(quota.user[key])}`);
      }
      out.line(`${'total'.padEnd(15)} ${showSize(quota.totalBytes)}`);
      const { usage } = quota;
      if (usage === null) out.line('The mailboxes were not added up yet.');
      else {
        const { mailboxes, messages, countedAt } = usage;
        const held = `${showSize(usage.sizeBytes)} in ${messages} messages of ${mailboxes} mailboxes`;
        out.line(`${'used'.padEnd(15)} ${held} (${shortTime(countedAt)})`);
      }
    });
  },
});
