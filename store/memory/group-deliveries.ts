import type { GroupDeliveries, GroupDelivery } from '../../core/ports/groups.ts';

export function createMemoryGroupDeliveries(): GroupDeliveries {
  const deliveries = new Map<string, GroupDelivery>();
  const keyOf = (tenantId: string, rawKey: string) => JSON.stringify([tenantId, rawKey]);
  return {
    getGroupDelivery: async (tenantId, rawKey) =>
      structuredClone(deliveries.get(keyOf(tenantId, rawKey)) ?? null),
    async beginGroupDelivery(delivery) {
      const key = keyOf(delivery.tenantId, delivery.rawKey);
      const there = deliveries.get(key) ?? structuredClone(delivery);
      deliveries.set(key, there);
      return structuredClone(there);
    },
    async noteGroupDelivery(tenantId, rawKey, done) {
      const there = deliveries.get(keyOf(tenantId, rawKey));
      if (there !== undefined) there.done = Math.max(there.done, done);
    },
    async forgetGroupDeliveries(tenantId, createdBefore) {
      for (const [key, one] of deliveries) {
        if (one.tenantId === tenantId && one.createdAt < createdBefore) deliveries.delete(key);
      }
    },
  };
}
