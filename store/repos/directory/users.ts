import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { ConflictError, NotFoundError } from '../../../core/errors.ts';
import type { Alias, Tenant, User } from '../../../core/identity/types.ts';
import { addressWords, entryWords, sortKeyOf } from '../../../core/people/words.ts';
import { insertSelect, int } from '../../dialect/statements.ts';
import type { DirectoryTables } from '../../schema/directory.ts';
import { fitText } from '../../text.ts';
import { addWords, dropWords, newEntry } from './people-words.ts';
import { type DirectoryContext, tenantFields, tenantLock } from './tenants.ts';

export function userFields({ users }: DirectoryTables) {
  return {
    userId: users.userId,
    tenantId: users.tenantId,
    address: users.address,
    displayName: users.displayName,
    status: sql<
      User['status']
    >`case when ${users.deletedAt} is null then ${users.status} else 'deleted' end`.as('status'),
    quotaBytes: users.quotaBytes,
    createdAt: users.createdAt,
  };
}

/** Condition: no user, alias or group of any tenant has the address. */
export function addressFree({ tables: { users, aliases, mailGroups } }: DirectoryContext, address: string) {
  return sql`not exists (select 1 from ${users} where ${users.address} = ${address})
    and not exists (select 1 from ${aliases} where ${aliases.address} = ${address})
    and not exists (select 1 from ${mailGroups} where ${mailGroups.address} = ${address})`;
}

/** Repeating it with the same id and address changes nothing. */
export async function createUser(directory: DirectoryContext, user: User): Promise<void> {
  const { executor, tables } = directory;
  const { users } = tables;
  const displayName = fitText(user.displayName, 1024);
  const [, stored] = await executor.atomic(
    [
      insertSelect(
        executor.build,
        users,
        {
          userId: user.userId,
          tenantId: user.tenantId,
          address: user.address,
          displayName,
          status: user.status,
          quotaBytes: user.quotaBytes === null ? sql`null` : int(user.quotaBytes),
          createdAt: int(user.createdAt),
          deletedAt: sql`cast(null as bigint)`,
        },
        sql`where ${addressFree(directory, user.address)}`,
      ).onConflictDoNothing(),
      executor.build
        .select({ userId: users.userId, tenantId: users.tenantId })
        .from(users)
        .where(eq(users.address, user.address)),
      ...newEntry(directory, 'user', { ...user, personId: user.userId, displayName }),
    ],
    { lock: tenantLock(directory, user.tenantId) },
  );
  const row = stored?.rows[0];
  if (row?.['user_id'] !== user.userId || row['tenant_id'] !== user.tenantId) {
    throw new ConflictError('address is taken');
  }
}

export async function getUser(
  { executor, tables }: DirectoryContext,
  tenantId: string,
  userId: string,
): Promise<{ tenant: Tenant; user: User } | null> {
  const { tenants, users } = tables;
  const [tenantRows, userRows] = await executor.read(
    executor.build.select(tenantFields(tables)).from(tenants).where(eq(tenants.tenantId, tenantId)),
    executor.build
      .select(userFields(tables))
      .from(users)
      .where(and(eq(users.tenantId, tenantId), eq(users.userId, userId))),
  );
  const [tenant] = tenantRows;
  const [user] = userRows;
  return tenant === undefined || user === undefined ? null : { tenant: tenant as Tenant, user: user as User };
}

export async function listUsers(
  { executor, tables }: DirectoryContext,
  tenantId: string,
  afterAddress: string,
  limit: number,
): Promise<User[]> {
  const { users } = tables;
  const rows = await executor.all(
    executor.build
      .select(userFields(tables))
      .from(users)
      .where(and(eq(users.tenantId, tenantId), gt(users.address, afterAddress)))
      .orderBy(users.address)
      .limit(limit),
  );
  return rows as User[];
}

export async function updateUser(
  { executor, tables: { users } }: DirectoryContext,
  tenantId: string,
  userId: string,
  change: { status: User['status'] } | { quotaBytes: number | null },
): Promise<void> {
  const theUser = and(eq(users.tenantId, tenantId), eq(users.userId, userId));
  // What a deleted user was is what it is to be again.
  const settable = 'status' in change ? and(theUser, isNull(users.deletedAt)) : theUser;
  const [updated, found] = await executor.atomic([
    executor.build.update(users).set(change).where(settable),
    executor.build.select({ userId: users.userId }).from(users).where(theUser),
  ]);
  if (found?.rows.length === 0) throw new NotFoundError('no such user');
  if (updated?.changes === 0) throw new ConflictError('the user is deleted: restore it first');
}

export async function setDisplayName(
  directory: DirectoryContext,
  tenantId: string,
  userId: string,
  name: string,
): Promise<void> {
  const { executor, tables } = directory;
  const { users, people } = tables;
  const found = await getUser(directory, tenantId, userId);
  if (found === null) throw new NotFoundError('no such user');
  const displayName = fitText(name, 1024);
  const entry = { tenantId, personId: userId, address: found.user.address, displayName };
  const theUser = and(eq(users.tenantId, tenantId), eq(users.userId, userId));
  await executor.atomic(
    [
      executor.build.update(users).set({ displayName }).where(theUser),
      executor.build
        .update(people)
        .set({ sortKey: fitText(sortKeyOf(entry), 800) })
        .where(and(eq(people.tenantId, tenantId), eq(people.personId, userId))),
      dropWords(directory, entry, 'entry'),
      ...addWords(
        directory,
        entry,
        'entry',
        entryWords(entry),
        sql`exists (select 1 from ${users} where ${theUser})`,
      ),
    ],
    { lock: tenantLock(directory, tenantId) },
  );
}

export async function createAlias(directory: DirectoryContext, alias: Alias): Promise<void> {
  const { executor, tables } = directory;
  const [inserted] = await executor.atomic(
    [
      insertSelect(
        executor.build,
        tables.aliases,
        {
          address: alias.address,
          tenantId: alias.tenantId,
          userId: alias.userId,
          enabled: int(alias.enabled ? 1 : 0),
        },
        sql`where ${addressFree(directory, alias.address)}`,
      ).onConflictDoNothing(),
      ...addWords(
        directory,
        { tenantId: alias.tenantId, personId: alias.userId },
        alias.address,
        addressWords(alias.address),
        // An alias that was refused finds nobody.
        sql`exists (select 1 from ${tables.aliases} where ${tables.aliases.tenantId} = ${alias.tenantId}
          and ${tables.aliases.userId} = ${alias.userId} and ${tables.aliases.address} = ${alias.address})`,
      ),
    ],
    { lock: tenantLock(directory, alias.tenantId) },
  );
  if (inserted?.changes === 0) throw new ConflictError('address is taken');
}

export async function setAliasEnabled(
  { executor, tables: { aliases } }: DirectoryContext,
  tenantId: string,
  address: string,
  enabled: boolean,
): Promise<void> {
  const [updated] = await executor.atomic([
    executor.build
      .update(aliases)
      .set({ enabled: enabled ? 1 : 0 })
      .where(and(eq(aliases.tenantId, tenantId), eq(aliases.address, address))),
  ]);
  if (updated?.changes === 0) throw new NotFoundError('no such alias');
}

export async function listAliases(
  { executor, tables: { aliases } }: DirectoryContext,
  tenantId: string,
  userId: string,
): Promise<Alias[]> {
  const rows = await executor.all(
    executor.build
      .select({
        address: aliases.address,
        tenantId: aliases.tenantId,
        userId: aliases.userId,
        enabled: aliases.enabled,
      })
      .from(aliases)
      .where(and(eq(aliases.tenantId, tenantId), eq(aliases.userId, userId)))
      .orderBy(aliases.address),
  );
  return rows.map((row) => ({ ...row, enabled: row.enabled === 1 }));
}

/** Users of primary addresses, for the list given. */
export function usersAt({ executor, tables }: DirectoryContext, addresses: readonly string[]) {
  return executor.build
    .select(userFields(tables))
    .from(tables.users)
    .where(executor.dialect.isIn(tables.users.address, addresses));
}

/** Users of aliases, with the alias. */
export function aliasesAt({ executor, tables }: DirectoryContext, addresses: readonly string[]) {
  const { aliases, users } = tables;
  return executor.build
    .select({
      ...userFields(tables),
      alias: sql<string>`${aliases.address}`.as('alias'),
      aliasEnabled: sql<number>`${aliases.enabled}`.as('alias_enabled'),
    })
    .from(aliases)
    .innerJoin(users, and(eq(users.userId, aliases.userId), eq(users.tenantId, aliases.tenantId)))
    .where(executor.dialect.isIn(aliases.address, addresses));
}
