import type { Domain, Tenant, User } from '../../core/identity/types.ts';
import { sortKeyOf } from '../../core/people/words.ts';
import type { AddressFilter, AdminLists } from '../../core/ports/admin-lists.ts';
import type { DeadLetter, DeadLetterFilter } from '../../core/ports/directory.ts';
import type { MobileDirectory } from '../../core/ports/mobile.ts';
import type { PeopleDirectory } from '../../core/ports/people.ts';
import { compareText, fitText } from '../text.ts';

interface Known {
  tenants: Map<string, Tenant>;
  domains: Map<string, Domain>;
  users: Map<string, User>;
  people: Pick<PeopleDirectory, 'listGroups' | 'groupMembers'>;
  mobile: Pick<MobileDirectory, 'listDevices'>;
  letters: (filter: DeadLetterFilter) => Promise<DeadLetter[]>;
}

/** Lists in pages over the directory in memory. */
export function createMemoryAdminLists({
  tenants,
  domains,
  users,
  people,
  mobile,
  letters,
}: Known): AdminLists {
  const after = <T>(rows: Iterable<T>, keyOf: (row: T) => string[], place: string[], limit: number): T[] => {
    const compare = (a: string[], b: string[]) =>
      a.reduce((order, text, i) => order || compareText(text, b[i] ?? ''), 0);
    return structuredClone(
      [...rows]
        .filter((row) => place.length === 0 || compare(keyOf(row), place) > 0)
        .sort((a, b) => compare(keyOf(a), keyOf(b)))
        .slice(0, limit),
    );
  };
  const usersOf = (tenantId: string) => [...users.values()].filter((user) => user.tenantId === tenantId);
  const fits = (address: string, { domain, prefix = '' }: AddressFilter) =>
    address.startsWith(prefix) &&
    (domain === undefined || address.slice(address.lastIndexOf('@') + 1) === domain);

  return {
    tenantsAfter: async (place, limit) =>
      after(tenants.values(), ({ tenantId }) => [tenantId], [place], limit),
    domainsAfter: async (tenantId, place, limit) =>
      after(
        [...domains.values()].filter((one) => one.tenantId === tenantId),
        ({ domain }) => [domain],
        [place],
        limit,
      ).map((domain) => {
        const user = users.get(domain.catchAllUserId ?? '');
        return { ...domain, catchAll: user?.tenantId === tenantId ? user.address : null };
      }),
    usersAfter: async (tenantId, { status, ...filter }, place, limit) =>
      after(
        usersOf(tenantId).filter(
          (user) => fits(user.address, filter) && (status === undefined || user.status === status),
        ),
        ({ address }) => [address],
        [place],
        limit,
      ),
    usersNamed: async (tenantId, name, place, limit) =>
      after(
        usersOf(tenantId)
          .map((user) => ({ user, sortKey: fitText(sortKeyOf(user), 800) }))
          .filter(({ sortKey }) => sortKey.startsWith(name)),
        ({ user, sortKey }) => [sortKey, user.userId],
        place === null ? [] : [place.sortKey, place.personId],
        limit,
      ),
    async groupsAfter(tenantId, filter, place, limit, members) {
      const all = (await people.listGroups(tenantId)).filter(({ address }) => fits(address, filter));
      const page = after(all, ({ address }) => [address], [place], limit);
      return Promise.all(
        page.map(async (group) => {
          const list = await people.groupMembers(tenantId, group.groupId, Number.MAX_SAFE_INTEGER);
          return { ...group, members: list.slice(0, members), memberCount: list.length };
        }),
      );
    },
    async devicesAfter(tenantId, place, limit) {
      const all = await Promise.all(
        usersOf(tenantId).map(async ({ userId, address }) =>
          (await mobile.listDevices(tenantId, userId)).map((device) => ({ address, device })),
        ),
      );
      return after(
        all.flat(),
        ({ device }) => [device.userId, device.deviceId],
        place === null ? [] : [place.userId, place.deviceId],
        limit,
      );
    },
    deadLettersAfter: async (filter) => (await letters(filter)).map(({ body: _, ...head }) => head),
    async addressesOf(tenantId, ids) {
      const wanted = new Set(ids);
      const groups = await people.listGroups(tenantId);
      return new Map(
        [
          ...groups.map(({ groupId, address }) => [groupId, address] as const),
          ...usersOf(tenantId).map(({ userId, address }) => [userId, address] as const),
        ].filter(([id]) => wanted.has(id)),
      );
    },
  };
}
