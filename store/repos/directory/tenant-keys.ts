import { and, asc, eq } from 'drizzle-orm';
import type { TenantKeyDirectory } from '../../../core/ports/tenant-keys.ts';
import type { DirectoryContext } from './tenants.ts';

export function createTenantKeys({ executor, tables: { tenantKeys } }: DirectoryContext): TenantKeyDirectory {
  const { build } = executor;
  const one = (tenantId: string, generation: number) =>
    and(eq(tenantKeys.tenantId, tenantId), eq(tenantKeys.generation, generation));
  return {
    listTenantKeys: (tenantId) =>
      executor.all(
        build
          .select({
            tenantId: tenantKeys.tenantId,
            generation: tenantKeys.generation,
            wrapped: tenantKeys.wrapped,
            secretId: tenantKeys.secretId,
            createdAt: tenantKeys.createdAt,
          })
          .from(tenantKeys)
          .where(eq(tenantKeys.tenantId, tenantId))
          .orderBy(asc(tenantKeys.generation)),
      ),
    async addTenantKey(key) {
      const [added] = await executor.atomic([build.insert(tenantKeys).values(key).onConflictDoNothing()]);
      return added?.changes === 1;
    },
    async rewrapTenantKey({ tenantId, generation, wrapped, secretId }, from) {
      const [changed] = await executor.atomic([
        build
          .update(tenantKeys)
          .set({ wrapped, secretId })
          .where(and(one(tenantId, generation), eq(tenantKeys.wrapped, from))),
      ]);
      return changed?.changes === 1;
    },
    async removeTenantKey(tenantId, generation) {
      const [gone] = await executor.atomic([build.delete(tenantKeys).where(one(tenantId, generation))]);
      return gone?.changes === 1;
    },
  };
}
