import type { RequestLimitView, SetRequestLimit } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { tenantOf } from './tenant-of.ts';

export const tenantRequests = defineCommand({
  name: 'tenant requests',
  summary: 'show or set how many requests a minute are taken of a tenant',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {
    'per-minute': {
      type: 'string',
      value: 'N',
      help: 'a number, none, or default: as the installation says',
    },
  },
  async run({ args: [domain = ''], flags, out }) {
    const given = flags['per-minute'];
    const perMinute = given === undefined ? undefined : numberOf(given);
    const limit = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/request-limit`;
      if (perMinute === undefined) return admin.get<RequestLimitView>(path);
      const body: SetRequestLimit = { perMinute };
      return admin.put<RequestLimitView>(path, body);
    });
    out.result(limit, () => {
      const words = limit.inForce === 0 ? 'No limit' : `At most ${limit.inForce} requests a minute`;
      out.line(`${words}${limit.perMinute === null ? ' (default)' : ''}.`);
    });
  },
});

function numberOf(text: string): number | null {
  if (text === 'default') return null;
  if (text === 'none') return 0;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new UsageError('--per-minute is a number, none or default', 'tenant requests');
  }
  return Number(text);
}
