import type { JournalingView, SetJournaling } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable } from '../output.ts';
import { tenantOf } from './tenant-of.ts';

const SCOPES = ['all', 'external', 'internal'] as const;

export const tenantJournaling = defineCommand({
  name: 'tenant journaling',
  summary: 'show or set where copies of a tenant’s mail are kept',
  details:
    'Each message in and out goes to an address as a journal report, or is kept as an object, or both. A lock of the\n' +
    'bucket on the prefix makes the objects unchangeable; --lock-days notes for how long. What is set replaces all.',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {
    to: { type: 'string', value: 'ADDRESS', help: 'address that gets the reports' },
    objects: { type: 'boolean', help: 'keep objects' },
    prefix: { type: 'string', value: 'PREFIX', help: 'where: journal/ or below it' },
    'lock-days': { type: 'string', value: 'N', help: 'days of the lock on the prefix' },
    scope: { type: 'string', value: 'WHICH', help: `${SCOPES.join(', ')} (default all)` },
    users: { type: 'string', value: 'LIST', help: 'only mail of these addresses, with commas' },
    off: { type: 'boolean', help: 'no journal any more' },
  },
  examples: [
    'waypost tenant journaling example.test --objects --lock-days 2555',
    'waypost tenant journaling example.test --to vault@archive.example --scope external',
  ],
  async run({ args: [domain = ''], flags, out }) {
    const change = changeOf(flags);
    if (flags.off && change !== null) throw new UsageError('--off stands alone', 'tenant journaling');
    const setting = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/journaling`;
      if (flags.off) await admin.delete(path);
      return change === null ? admin.get<JournalingView>(path) : admin.put<JournalingView>(path, change);
    });
    out.result(setting, () => {
      const { to, r2, scope, users } = setting;
      if (to === null && r2 === null) {
        out.line(`Mail of ${domain} is not journaled.`);
        return;
      }
      if (to !== null) out.line(`reports to  ${printable(to)}`);
      if (r2 !== null) {
        const lock =
          r2.lockDays === null ? 'no lock noted' : `a lock of the bucket for ${r2.lockDays} days is noted`;
        out.line(`objects     ${r2.prefix} (${lock})`);
      }
      out.line(`scope       ${scope}`);
      out.line(`users       ${users === null ? 'all' : users.map(printable).join(', ')}`);
    });
  },
});

function changeOf(flags: Record<string, string | boolean | undefined>): SetJournaling | null {
  const text = (name: string) => (typeof flags[name] === 'string' ? flags[name] : undefined);
  const scope = SCOPES.find((one) => one === text('scope'));
  if (text('scope') !== undefined && scope === undefined) {
    throw new UsageError(`--scope is one of ${SCOPES.join(', ')}`, 'tenant journaling');
  }
  const lockDays = text('lock-days') === undefined ? undefined : Number(text('lock-days'));
  if (lockDays !== undefined && !Number.isInteger(lockDays)) {
    throw new UsageError('--lock-days is a number of days', 'tenant journaling');
  }
  const objects = flags['objects'] === true || text('prefix') !== undefined || lockDays !== undefined;
  const users = text('users');
  if (text('to') === undefined && !objects) {
    if (scope !== undefined || users !== undefined) {
      throw new UsageError('give --to or --objects', 'tenant journaling');
    }
    return null;
  }
  return {
    to: text('to') ?? null,
    r2: objects ? { prefix: text('prefix'), lockDays } : null,
    scope,
    users: users?.split(',').map((address) => address.trim()),
  };
}
