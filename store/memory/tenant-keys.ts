import type { TenantKey, TenantKeyDirectory } from '../../core/ports/tenant-keys.ts';

/** Keys of tenants in memory. */
export function createMemoryTenantKeys(): TenantKeyDirectory {
  const keys = new Map<string, TenantKey>();
  const keyOf = (tenantId: string, generation: number) => JSON.stringify([tenantId, generation]);
  return {
    listTenantKeys: async (tenantId) =>
      structuredClone(
        [...keys.values()]
          .filter((key) => key.tenantId === tenantId)
          .sort((a, b) => a.generation - b.generation),
      ),
    async addTenantKey(key) {
      const id = keyOf(key.tenantId, key.generation);
      if (keys.has(id)) return false;
      keys.set(id, { ...key });
      return true;
    },
    async rewrapTenantKey({ tenantId, generation, wrapped, secretId }, from) {
      const key = keys.get(keyOf(tenantId, generation));
      if (key?.wrapped !== from) return false;
      Object.assign(key, { wrapped, secretId });
      return true;
    },
    removeTenantKey: async (tenantId, generation) => keys.delete(keyOf(tenantId, generation)),
  };
}
