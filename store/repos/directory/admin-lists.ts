import { and, asc, eq, gt, gte, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { User } from '../../../core/identity/types.ts';
import type { AddressFilter, AdminLists } from '../../../core/ports/admin-lists.ts';
import { given } from '../../dialect/statements.ts';
import { askedId, compareText } from '../../text.ts';
import { deadLettersAfter } from './dead-letters.ts';
import { deviceFields, deviceRecord } from './device-row.ts';
import { groupFields, groupOf } from './groups.ts';
import { type DirectoryContext, tenantFields } from './tenants.ts';
import { userFields } from './users.ts';

/** Names that begin with a text lie between it and this: none holds the last code point. */
const LAST = '\u{10ffff}';

export function createAdminLists(context: DirectoryContext): AdminLists {
  const { executor, tables } = context;
  const { build, dialect } = executor;
  const { tenants, domains, users, people, mailGroups, mailGroupMembers, devices } = tables;

  type AddressColumn = typeof users.address | typeof mailGroups.address;
  /**
   * Addresses from a place on, of a domain. Not where those with the prefix end: with a bound on both sides the index of
   * the tenant would seem better than that of the domain. Who reads stops there.
   */
  const from = (column: AddressColumn, { domain, prefix }: AddressFilter, after: string): SQL | undefined =>
    and(
      domain === undefined ? undefined : sql`${dialect.text.domainOf(column)} = ${domain}`,
      prefix !== undefined && compareText(after, prefix) < 0
        ? gte(column, askedId(prefix))
        : gt(column, askedId(after)),
    );
  const fitting = <T extends { address: string }>(rows: T[], { prefix = '' }: AddressFilter): T[] => {
    const end = rows.findIndex(({ address }) => !address.startsWith(prefix));
    return end < 0 ? rows : rows.slice(0, end);
  };

  /** `deleted` is a kind of disabled for readers that do not know it (schema). */
  const hasStatus = (status: User['status'] | undefined): SQL | undefined => {
    if (status === undefined) return undefined;
    if (status === 'deleted') return and(eq(users.status, 'disabled'), isNotNull(users.deletedAt));
    if (status === 'disabled') return and(eq(users.status, 'disabled'), isNull(users.deletedAt));
    return eq(users.status, status);
  };

  const asRows = (ids: readonly string[]) => JSON.stringify(ids.map((id) => [askedId(id)]));
  /** From the ids to the rows, not through all rows of the tenant: the order of a cross join is kept. */
  const addressesOfUsers = (tenantId: string, ids: readonly string[]) =>
    build
      .select({ id: users.userId, address: users.address })
      .from(dialect.rows(asRows(ids), [users.userId]))
      .crossJoin(users)
      .where(and(eq(users.tenantId, tenantId), eq(users.userId, given(users.userId))));

  return {
    async tenantsAfter(after, limit) {
      const rows = await executor.all(
        build
          .select(tenantFields(tables))
          .from(tenants)
          .where(gt(tenants.tenantId, askedId(after)))
          .orderBy(tenants.tenantId)
          .limit(limit),
      );
      return rows as Awaited<ReturnType<AdminLists['tenantsAfter']>>;
    },
    async domainsAfter(tenantId, after, limit) {
      const rows = await executor.all(
        build
          .select({
            domain: domains.domain,
            tenantId: domains.tenantId,
            catchAllUserId: domains.catchAllUserId,
            enabled: domains.enabled,
            catchAll: users.address,
          })
          .from(domains)
          .leftJoin(users, and(eq(users.userId, domains.catchAllUserId), eq(users.tenantId, tenantId)))
          .where(and(eq(domains.tenantId, tenantId), gt(domains.domain, askedId(after))))
          .orderBy(domains.domain)
          .limit(limit),
      );
      return rows.map(({ enabled, ...row }) => ({ ...row, enabled: enabled === 1 }));
    },
    async usersAfter(tenantId, { status, ...filter }, after, limit) {
      const rows = await executor.all(
        build
          .select(userFields(tables))
          .from(users)
          .where(and(eq(users.tenantId, tenantId), from(users.address, filter, after), hasStatus(status)))
          .orderBy(users.address)
          .limit(limit),
      );
      return fitting(rows as User[], filter);
    },
    async usersNamed(tenantId, name, after, limit) {
      const beyond =
        after === null
          ? undefined
          : sql`(${people.sortKey}, ${people.personId}) > (${askedId(after.sortKey)}, ${askedId(after.personId)})`;
      const rows = await executor.all(
        build
          .select({ ...userFields(tables), sortKey: people.sortKey })
          .from(people)
          .innerJoin(users, and(eq(users.userId, people.personId), eq(users.tenantId, tenantId)))
          .where(
            and(
              eq(people.tenantId, tenantId),
              gte(people.sortKey, askedId(name)),
              lt(people.sortKey, askedId(name) + LAST),
              beyond,
              eq(people.kind, 'user'),
            ),
          )
          .orderBy(people.sortKey, people.personId)
          .limit(limit),
      );
      return rows.map(({ sortKey, ...user }) => ({ user: user as User, sortKey }));
    },
    async groupsAfter(tenantId, filter, after, limit, members) {
      const ofGroup = and(
        eq(mailGroupMembers.tenantId, tenantId),
        eq(mailGroupMembers.groupId, mailGroups.groupId),
      );
      const first = dialect.text.jsonOf(sql`select ${mailGroupMembers.address} as found
        from ${mailGroupMembers} where ${ofGroup} order by ${mailGroupMembers.address} limit ${members}`);
      const rows = await executor.all(
        build
          .select({
            ...groupFields(tables),
            first: first.as('first'),
            count: sql<number>`(select count(*) from ${mailGroupMembers} where ${ofGroup})`.as('count'),
          })
          .from(mailGroups)
          .where(and(eq(mailGroups.tenantId, tenantId), from(mailGroups.address, filter, after)))
          .orderBy(mailGroups.address)
          .limit(limit),
      );
      return fitting(rows, filter).map(({ first: text, count, ...row }) => ({
        ...groupOf(row),
        members: JSON.parse(text) as string[],
        memberCount: Number(count),
      }));
    },
    async devicesAfter(tenantId, after, limit) {
      const beyond =
        after === null
          ? undefined
          : sql`(${devices.userId}, ${devices.deviceId}) > (${askedId(after.userId)}, ${askedId(after.deviceId)})`;
      const rows = await executor.all(
        build
          .select(deviceFields(tables))
          .from(devices)
          .where(and(eq(devices.tenantId, tenantId), beyond))
          .orderBy(asc(devices.userId), asc(devices.deviceId))
          .limit(limit),
      );
      if (rows.length === 0) return [];
      // Joined in the same statement, all users of the tenant would be read for it by PostgreSQL.
      const owners = await executor.all(
        addressesOfUsers(tenantId, [...new Set(rows.map((row) => row.userId))]),
      );
      const addresses = new Map(owners.map(({ id, address }) => [id, address]));
      return rows.flatMap((row) => {
        const address = addresses.get(row.userId);
        return address === undefined ? [] : [{ address, device: deviceRecord(row) }];
      });
    },
    deadLettersAfter: (filter) => deadLettersAfter(context, filter),
    async addressesOf(tenantId, ids) {
      if (ids.length === 0) return new Map();
      const json = asRows(ids);
      const [ofUsers, ofGroups] = await executor.read(
        addressesOfUsers(tenantId, ids),
        build
          .select({ id: mailGroups.groupId, address: mailGroups.address })
          .from(dialect.rows(json, [mailGroups.groupId]))
          .crossJoin(mailGroups)
          .where(and(eq(mailGroups.tenantId, tenantId), eq(mailGroups.groupId, given(mailGroups.groupId)))),
      );
      return new Map([...ofGroups, ...ofUsers].map(({ id, address }) => [id, address]));
    },
  };
}
