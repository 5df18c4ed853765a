import { eq, inArray, or, sql } from 'drizzle-orm';
import type { Credential, Tenant, User } from '../../../core/identity/types.ts';
import type { AddressLookup } from '../../../core/ports/directory.ts';
import { credentialFields, credentialOf } from './credentials.ts';
import { groupOf, groupsAt } from './groups.ts';
import { type DirectoryContext, tenantFields } from './tenants.ts';
import { aliasesAt, userFields, usersAt } from './users.ts';

/**
 * Everything that deciding on an envelope address needs, in one round trip. Addresses and domains are what finds the
 * tenant here, so that these reads cannot be scoped by one; a match outside the domain's tenant is left out.
 */
export async function lookupAddresses(
  directory: DirectoryContext,
  domain: string,
  addresses: readonly string[],
): Promise<AddressLookup> {
  const { executor, tables } = directory;
  const { domains, tenants, users } = tables;
  const ofDomain = (
    column: typeof tenants.tenantId | typeof users.userId,
    from: typeof domains.tenantId | typeof domains.catchAllUserId,
  ) => eq(column, sql`(select ${from} from ${domains} where ${domains.domain} = ${domain})`);
  const [domainRows, tenantRows, catchAllRows, userRows, aliasRows, groupRows] = await executor.read(
    executor.build
      .select({
        domain: domains.domain,
        tenantId: domains.tenantId,
        catchAllUserId: domains.catchAllUserId,
        enabled: domains.enabled,
      })
      .from(domains)
      .where(eq(domains.domain, domain)),
    executor.build
      .select(tenantFields(tables))
      .from(tenants)
      .where(ofDomain(tenants.tenantId, domains.tenantId)),
    executor.build
      .select(userFields(tables))
      .from(users)
      .where(ofDomain(users.userId, domains.catchAllUserId)),
    usersAt(directory, addresses),
    aliasesAt(directory, addresses),
    groupsAt(directory, addresses),
  );
  const found = domainRows[0];
  const ours = (user: { tenantId: string }) => user.tenantId === found?.tenantId;
  const matches = new Map<string, AddressLookup['matches'][number]>();
  for (const { alias, aliasEnabled, ...user } of aliasRows.filter(ours)) {
    matches.set(alias, { address: alias, via: 'alias', enabled: aliasEnabled === 1, user: user as User });
  }
  for (const user of userRows.filter(ours)) {
    matches.set(user.address, { address: user.address, via: 'address', enabled: true, user: user as User });
  }
  return {
    domain: found === undefined ? null : { ...found, enabled: found.enabled === 1 },
    tenant: (tenantRows[0] as Tenant | undefined) ?? null,
    matches: [...new Set(addresses)].flatMap((address) => matches.get(address) ?? []),
    groups: groupRows.filter(ours).map(groupOf),
    catchAll: (catchAllRows.find(ours) as User | undefined) ?? null,
  };
}

/** By primary address, else by an alias that is enabled. */
export async function findLogin(
  directory: DirectoryContext,
  address: string,
): Promise<{ tenant: Tenant; user: User; credentials: Credential[] } | null> {
  const { executor, tables } = directory;
  const { aliases, credentials, tenants, users } = tables;
  const ofPrimary = sql`(select ${users.userId} from ${users} where ${users.address} = ${address})`;
  const ofAlias = sql`(select ${aliases.userId} from ${aliases}
    where ${aliases.address} = ${address} and ${aliases.enabled} = 1)`;
  const theUser = or(inArray(users.userId, ofPrimary), inArray(users.userId, ofAlias));
  const [userRows, tenantRows, credentialRows] = await executor.read(
    executor.build.select(userFields(tables)).from(users).where(theUser),
    executor.build
      .select(tenantFields(tables))
      .from(tenants)
      .where(inArray(tenants.tenantId, sql`(select ${users.tenantId} from ${users} where ${theUser})`)),
    executor.build
      .select(credentialFields(tables))
      .from(credentials)
      .where(or(inArray(credentials.userId, ofPrimary), inArray(credentials.userId, ofAlias)))
      .orderBy(credentials.createdAt, credentials.credentialId),
  );
  const user = userRows[0] as User | undefined;
  const tenant = (tenantRows as Tenant[]).find((t) => t.tenantId === user?.tenantId);
  if (user === undefined || tenant === undefined) return null;
  const theirs = credentialRows
    .map(credentialOf)
    .filter((c) => c.userId === user.userId && c.tenantId === user.tenantId);
  return { tenant, user, credentials: theirs };
}
