import type { Domain, User } from '../../core/identity/types.ts';
import type { MobileDirectory } from '../../core/ports/mobile.ts';
import type { PeopleDirectory } from '../../core/ports/people.ts';
import type { DirectoryCounts, StatsDirectory } from '../../core/ports/stats.ts';
import { compareText } from '../text.ts';

interface Known {
  domains: Map<string, Domain>;
  users: Map<string, User>;
  people: Pick<PeopleDirectory, 'listGroups'>;
  mobile: Pick<MobileDirectory, 'listDevices'>;
}

/** Numbers over the directory in memory. */
export function createMemoryStats({ domains, users, people, mobile }: Known): StatsDirectory {
  return {
    async countTenants(tenantIds, seenSince) {
      const theirs = [...users.values()].filter(({ tenantId }) => tenantIds.includes(tenantId));
      const of = (status: User['status']) => theirs.filter((user) => user.status === status).length;
      const groups = await Promise.all(tenantIds.map((tenantId) => people.listGroups(tenantId)));
      const owned = await Promise.all(
        theirs.map(({ tenantId, userId }) => mobile.listDevices(tenantId, userId)),
      );
      const devices = new Map<string, DirectoryCounts['devices'][number]>();
      for (const { access, protocolVersion, lastSeenAt } of owned.flat()) {
        const key = JSON.stringify([access, protocolVersion]);
        const row = devices.get(key) ?? { access, protocolVersion, count: 0, seen: 0 };
        row.count++;
        row.seen += lastSeenAt >= seenSince ? 1 : 0;
        devices.set(key, row);
      }
      return {
        users: {
          ...{ active: of('active'), noMail: of('noMail') },
          ...{ disabled: of('disabled'), deleted: of('deleted') },
        },
        domains: [...domains.values()].filter(({ tenantId }) => tenantIds.includes(tenantId)).length,
        groups: groups.flat().length,
        devices: [...devices.values()].sort(
          (a, b) => compareText(a.access, b.access) || compareText(a.protocolVersion, b.protocolVersion),
        ),
      };
    },
  };
}
