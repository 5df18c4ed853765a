import { and, eq, type SQL } from 'drizzle-orm';
import { ConflictError, NotFoundError } from '../../../core/errors.ts';
import type { Domain, Tenant } from '../../../core/identity/types.ts';
import type { Executor } from '../../dialect/types.ts';
import type { DirectoryTables } from '../../schema/directory.ts';
import { fitText } from '../../text.ts';

export interface DirectoryContext {
  executor: Executor;
  tables: DirectoryTables;
}

/** Writers of one tenant's addresses and domains wait for each other on its row. */
export function tenantLock({ executor, tables: { tenants } }: DirectoryContext, tenantId: string) {
  return executor.build
    .select({ tenantId: tenants.tenantId })
    .from(tenants)
    .where(eq(tenants.tenantId, tenantId));
}

export function tenantFields({ tenants }: DirectoryTables) {
  return {
    tenantId: tenants.tenantId,
    name: tenants.name,
    status: tenants.status,
    mailShard: tenants.mailShard,
  };
}

/** Repeating it with the same values changes nothing; other values under the same id are a conflict. */
export async function createTenant(directory: DirectoryContext, tenant: Tenant): Promise<void> {
  const { executor, tables } = directory;
  const { tenantId, status, mailShard } = tenant;
  const name = fitText(tenant.name, 1024);
  const [, stored] = await executor.atomic([
    executor.build.insert(tables.tenants).values({ tenantId, name, status, mailShard }).onConflictDoNothing(),
    executor.build
      .select(tenantFields(tables))
      .from(tables.tenants)
      .where(eq(tables.tenants.tenantId, tenantId)),
  ]);
  const row = stored?.rows[0];
  if (row?.['name'] !== name || row['mail_shard'] !== mailShard)
    throw new ConflictError('tenant id is taken');
}

export async function getTenant(directory: DirectoryContext, tenantId: string): Promise<Tenant | null> {
  const { executor, tables } = directory;
  const [row] = await executor.all(
    executor.build
      .select(tenantFields(tables))
      .from(tables.tenants)
      .where(eq(tables.tenants.tenantId, tenantId)),
  );
  return (row as Tenant | undefined) ?? null;
}

export async function listTenants({ executor, tables }: DirectoryContext): Promise<Tenant[]> {
  const rows = await executor.all(
    executor.build.select(tenantFields(tables)).from(tables.tenants).orderBy(tables.tenants.tenantId),
  );
  return rows as Tenant[];
}

export async function setTenantStatus(
  { executor, tables: { tenants } }: DirectoryContext,
  tenantId: string,
  status: Tenant['status'],
): Promise<void> {
  const [updated] = await executor.atomic([
    executor.build.update(tenants).set({ status }).where(eq(tenants.tenantId, tenantId)),
  ]);
  if (updated?.changes === 0) throw new NotFoundError('no such tenant');
}

export async function createDomain({ executor, tables }: DirectoryContext, domain: Domain): Promise<void> {
  const { domain: name, tenantId, catchAllUserId, enabled } = domain;
  const [inserted] = await executor.atomic([
    executor.build
      .insert(tables.domains)
      .values({ domain: name, tenantId, catchAllUserId, enabled: enabled ? 1 : 0 })
      .onConflictDoNothing(),
  ]);
  if (inserted?.changes === 0) throw new ConflictError('domain exists');
}

export async function getDomain(directory: DirectoryContext, domain: string): Promise<Domain | null> {
  const [found] = await selectDomains(directory, eq(directory.tables.domains.domain, domain));
  return found ?? null;
}

export function listDomains(directory: DirectoryContext, tenantId: string): Promise<Domain[]> {
  return selectDomains(directory, eq(directory.tables.domains.tenantId, tenantId));
}

export async function setCatchAll(
  { executor, tables: { domains } }: DirectoryContext,
  tenantId: string,
  domain: string,
  userId: string | null,
): Promise<void> {
  const [updated] = await executor.atomic([
    executor.build
      .update(domains)
      .set({ catchAllUserId: userId })
      .where(and(eq(domains.tenantId, tenantId), eq(domains.domain, domain))),
  ]);
  if (updated?.changes === 0) throw new NotFoundError('no such domain');
}

async function selectDomains(
  { executor, tables: { domains } }: DirectoryContext,
  which: SQL,
): Promise<Domain[]> {
  const rows = await executor.all(
    executor.build
      .select({
        domain: domains.domain,
        tenantId: domains.tenantId,
        catchAllUserId: domains.catchAllUserId,
        enabled: domains.enabled,
      })
      .from(domains)
      .where(which)
      .orderBy(domains.domain),
  );
  return rows.map((row) => ({ ...row, enabled: row.enabled === 1 }));
}
