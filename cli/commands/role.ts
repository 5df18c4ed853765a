import type { RoleView, SetRole } from '../../shared/admin-api.ts';
import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';
import { listed } from '../paging.ts';
import { tenantOf } from './tenant-of.ts';

const PLACES = ['installation', 'tenant', 'domain'] as const;
const where = {
  in: { type: 'string', value: 'WHERE', help: 'installation, tenant (the default) or domain' },
  domain: { type: 'string', value: 'DOMAIN', help: 'another domain of the tenant than that of the address' },
} as const;

function placeOf(text = 'tenant'): SetRole['in'] {
  const place = PLACES.find((one) => one === text);
  if (place === undefined) throw new CommandError(`--in is one of ${PLACES.join(', ')}`);
  return place;
}

export const roleList = defineCommand({
  name: 'role list',
  summary: 'list who may act on more than their own mailbox',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {},
  async run({ args: [domain = ''], out }) {
    const items = await withLocalServer(async ({ admin }) =>
      listed<RoleView>(admin, `/tenants/${await tenantOf(admin, domain)}/roles`),
    );
    out.result(items, () => {
      const rows = items.map((r) => [
        r.address ?? '(removed)',
        r.role,
        r.domain ?? r.in,
        shortTime(r.grantedAt),
        r.grantedBy,
      ]);
      out.table(['address', 'role', 'in', 'since', 'by'], rows, 'Nobody has a role.');
    });
  },
});

export const roleGrant = defineCommand({
  name: 'role grant',
  summary: 'give a user a role',
  details:
    '`support` looks and helps, `admin` also changes; a role holds in one place, and in everything there.',
  positionals: [
    { name: 'address', help: 'the user' },
    { name: 'role', help: 'admin or support' },
  ],
  flags: where,
  examples: ['waypost role grant ann@example.test admin --in domain'],
  async run({ args: [address = '', role = ''], flags, out }) {
    if (role !== 'admin' && role !== 'support') throw new CommandError('the role is admin or support');
    const body: SetRole = {
      role,
      in: placeOf(flags.in),
      ...(flags.domain === undefined ? {} : { domain: flags.domain }),
    };
    const made = await withLocalServer(({ admin }) =>
      admin.put<RoleView>(`/users/${encodeURIComponent(address)}/role`, body),
    );
    out.result(made, () =>
      out.line(`${made.address} is ${made.role} of ${made.domain ?? `the ${made.in}`}.`),
    );
  },
});

export const roleWithdraw = defineCommand({
  name: 'role withdraw',
  summary: 'take a role back',
  positionals: [{ name: 'address', help: 'the user' }],
  flags: where,
  async run({ args: [address = ''], flags, out }) {
    const query = new URLSearchParams({
      in: placeOf(flags.in),
      ...(flags.domain === undefined ? {} : { domain: flags.domain }),
    });
    await withLocalServer(({ admin }) => admin.delete(`/users/${encodeURIComponent(address)}/role?${query}`));
    out.result({ address }, () => out.line(`${address} has this role no more.`));
  },
});
