import type { AuditKeepingView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { tenantOf } from './tenant-of.ts';

export const tenantAudit = defineCommand({
  name: 'tenant audit',
  summary: 'show or set how long a domain’s tenant keeps its audit log',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: { days: { type: 'string', value: 'DAYS', help: 'at least 30; "none" for ever' } },
  examples: ['waypost tenant audit example.test', 'waypost tenant audit example.test --days 730'],
  async run({ args: [domain = ''], flags, out }) {
    const days = flags.days === undefined || flags.days === 'none' ? null : Number(flags.days);
    if (days !== null && !Number.isInteger(days))
      throw new UsageError('--days is a number of days', 'tenant audit');
    const setting = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/audit`;
      return flags.days === undefined
        ? admin.get<AuditKeepingView>(path)
        : admin.put<AuditKeepingView>(path, { days });
    });
    out.result(setting, () =>
      out.line(`audit log  kept ${setting.days === null ? 'for ever' : `for ${setting.days} days`}`),
    );
  },
});
