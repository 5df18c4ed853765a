import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { User } from '../../../core/identity/types.ts';
import type { DirectoryCounts, StatsDirectory } from '../../../core/ports/stats.ts';
import { int } from '../../dialect/statements.ts';
import { compareText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

/** Each has five statements in one round trip. */
const TENANTS_AT_ONCE = 20;

type Devices = DirectoryCounts['devices'];

export function createStats({ executor, tables }: DirectoryContext): StatsDirectory {
  const { build } = executor;
  const { users, domains, mailGroups, devices } = tables;
  const count = sql<number>`cast(count(*) as bigint)`;

  const queries = (tenantId: string, seenSince: number) => [
    build
      .select({ status: users.status, count: count.as('count') })
      .from(users)
      .where(eq(users.tenantId, tenantId))
      .groupBy(users.status),
    build
      .select({ count: count.as('count') })
      .from(users)
      .where(and(eq(users.tenantId, tenantId), eq(users.status, 'disabled'), isNotNull(users.deletedAt))),
    build
      .select({ count: count.as('count') })
      .from(domains)
      .where(eq(domains.tenantId, tenantId)),
    build
      .select({ count: count.as('count') })
      .from(mailGroups)
      .where(eq(mailGroups.tenantId, tenantId)),
    build
      .select({
        access: devices.access,
        protocolVersion: devices.protocolVersion,
        count: count.as('count'),
        seen: sql<number>`cast(sum(case when ${devices.lastSeenAt} >= ${int(seenSince)} then 1 else 0 end) as bigint)`.as(
          'seen',
        ),
      })
      .from(devices)
      .where(eq(devices.tenantId, tenantId))
      .groupBy(devices.access, devices.protocolVersion),
  ];

  return {
    async countTenants(tenantIds, seenSince) {
      const counts = nothing();
      for (let i = 0; i < tenantIds.length; i += TENANTS_AT_ONCE) {
        const asked = tenantIds.slice(i, i + TENANTS_AT_ONCE).flatMap((id) => queries(id, seenSince));
        const lists = (await executor.read(...asked)) as unknown[][];
        for (let at = 0; at < lists.length; at += 5) add(counts, lists.slice(at, at + 5) as Lists);
      }
      counts.devices.sort(
        (a, b) => compareText(a.access, b.access) || compareText(a.protocolVersion, b.protocolVersion),
      );
      return counts;
    },
  };
}

type Count = { count: number };
type Lists = [(Count & { status: string })[], Count[], Count[], Count[], Devices];

function nothing(): DirectoryCounts {
  return { users: { active: 0, noMail: 0, disabled: 0, deleted: 0 }, domains: 0, groups: 0, devices: [] };
}

function add(counts: DirectoryCounts, [states, [deletion], [domain], [group], devices]: Lists): void {
  const of = (status: User['status']) => Number(states.find((row) => row.status === status)?.count ?? 0);
  const deleted = Number(deletion?.count ?? 0);
  const { users } = counts;
  users.active += of('active');
  users.noMail += of('noMail');
  // A deleted one says disabled (schema).
  users.disabled += of('disabled') - deleted;
  users.deleted += deleted;
  counts.domains += Number(domain?.count ?? 0);
  counts.groups += Number(group?.count ?? 0);
  for (const { access, protocolVersion, ...row } of devices) {
    let same = counts.devices.find((one) => one.access === access && one.protocolVersion === protocolVersion);
    if (same === undefined) {
      same = { access, protocolVersion, count: 0, seen: 0 };
      counts.devices.push(same);
    }
    same.count += Number(row.count);
    same.seen += Number(row.seen);
  }
}
