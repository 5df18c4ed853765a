import type { RouteView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

const VIA = {
  address: 'its own address',
  alias: 'an alias',
  tag: 'a +tag',
  'catch-all': 'the catch-all of the domain',
} as const;

export const route = defineCommand({
  name: 'route',
  summary: 'show which mailbox gets mail for an address',
  positionals: [{ name: 'address', help: 'any address' }],
  flags: {},
  examples: ['waypost route sales+spring@example.test'],
  async run({ args: [address = ''], out }) {
    const found = await withLocalServer(({ admin }) => admin.get<RouteView>('/route', { address }));
    out.result(found, () => out.line(describeRoute(address, found)));
  },
});

function describeRoute(address: string, found: RouteView): string {
  if (found.kind === 'mailbox') return `${address} -> ${found.address} (by ${VIA[found.via]})`;
  if (found.kind === 'group') return `${address} -> the members of the group ${found.address}`;
  return found.kind === 'unknown'
    ? `${address} is unknown: mail for it is refused`
    : `${address} is switched off (${found.what}): mail for it is refused`;
}
