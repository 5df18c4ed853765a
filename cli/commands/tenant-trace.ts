import type { TraceKeepingView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { tenantOf } from './tenant-of.ts';

export const tenantTrace = defineCommand({
  name: 'tenant trace',
  summary: 'show or set how long the trace of messages of a domain’s tenant is kept',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: { days: { type: 'string', value: 'DAYS', help: 'or "default"' } },
  examples: ['waypost tenant trace example.test', 'waypost tenant trace example.test --days 90'],
  async run({ args: [domain = ''], flags, out }) {
    const days = flags.days === undefined || flags.days === 'default' ? null : Number(flags.days);
    if (days !== null && (!Number.isInteger(days) || days < 1))
      throw new UsageError('--days is a number of days', 'tenant trace');
    const setting = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/trace-keeping`;
      return flags.days === undefined
        ? admin.get<TraceKeepingView>(path)
        : admin.put<TraceKeepingView>(path, { days });
    });
    out.result(setting, () => out.line(`trace  kept for ${setting.days} days`));
  },
});
