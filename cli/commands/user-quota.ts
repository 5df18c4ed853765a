import type { QuotaMarksView, SetUserQuota, UserQuotaView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { showSize, sizeOf } from '../size.ts';
import { MARKS } from './tenant-quota.ts';

const size = (help: string) => ({ type: 'string', value: 'SIZE', help }) as const;

export const userQuota = defineCommand({
  name: 'user quota',
  summary: 'show or set the sizes that a user’s mailbox is allowed',
  details:
    'A size is a number of bytes, or with K, M, G or T; "none" is no limit, "default" what the tenant says.',
  positionals: [{ name: 'address', help: 'the user' }],
  flags: {
    warn: size('the user is told'),
    'stop-sending': size('the user can send nothing more'),
    'stop-receiving': size('nothing more comes in'),
    'max-message': size('longest message'),
  },
  examples: ['waypost user quota ann@example.test --warn 4G --stop-receiving 5G'],
  async run({ args: [address = ''], flags, out }) {
    const change: SetUserQuota = {};
    for (const [flag, key] of Object.entries(MARKS) as [keyof typeof MARKS, keyof QuotaMarksView][]) {
      const text = flags[flag];
      if (text !== undefined) {
        change[key] = text === 'default' ? text : sizeOf(text, `--${flag}`, 'user quota');
      }
    }
    const path = `/users/${encodeURIComponent(address)}/limits`;
    const quota = await withLocalServer(({ admin }) =>
      Object.keys(change).length === 0
        ? admin.get<UserQuotaView>(path)
        : admin.put<UserQuotaView>(path, change),
    );
    out.result(quota, () => {
      for (const [flag, key] of Object.entries(MARKS)) {
        const whose = quota.own[key] === undefined ? 'of the tenant' : 'of the user';
        out.line(`${flag.padEnd(15)} ${showSize(quota.inForce[key]).padEnd(10)} ${whose}`);
      }
      const crossed = quota.level === 'none' ? '' : ` (over ${quota.level})`;
      out.line(`${'used'.padEnd(15)} ${showSize(quota.sizeBytes)} in ${quota.messages} messages${crossed}`);
    });
  },
});
