import { and, eq, lt } from 'drizzle-orm';
import type { GroupDeliveries, GroupDelivery, GroupRecipient } from '../../../core/ports/groups.ts';
import type { DirectoryContext } from './tenants.ts';

export function createGroupDeliveries({ executor, tables }: DirectoryContext): GroupDeliveries {
  const { groupDeliveries } = tables;
  const theOne = (tenantId: string, rawKey: string) =>
    and(eq(groupDeliveries.tenantId, tenantId), eq(groupDeliveries.rawKey, rawKey));
  const read = (tenantId: string, rawKey: string) =>
    executor.build
      .select({
        tenantId: groupDeliveries.tenantId,
        rawKey: groupDeliveries.rawKey,
        groupId: groupDeliveries.groupId,
        recipients: groupDeliveries.recipients,
        done: groupDeliveries.done,
        createdAt: groupDeliveries.createdAt,
      })
      .from(groupDeliveries)
      .where(theOne(tenantId, rawKey));

  return {
    async getGroupDelivery(tenantId, rawKey) {
      const [row] = await executor.all(read(tenantId, rawKey));
      return row === undefined ? null : deliveryOf(row);
    },
    async beginGroupDelivery(delivery) {
      const { recipients, ...row } = delivery;
      await executor.atomic([
        executor.build
          .insert(groupDeliveries)
          .values({ ...row, recipients: JSON.stringify(recipients) })
          .onConflictDoNothing(),
      ]);
      const [there] = await executor.all(read(delivery.tenantId, delivery.rawKey));
      if (there === undefined) throw new Error('store: no row of the delivery');
      return deliveryOf(there);
    },
    async noteGroupDelivery(tenantId, rawKey, done) {
      await executor.atomic([
        executor.build
          .update(groupDeliveries)
          .set({ done })
          .where(and(theOne(tenantId, rawKey), lt(groupDeliveries.done, done))),
      ]);
    },
    async forgetGroupDeliveries(tenantId, createdBefore) {
      await executor.atomic([
        executor.build
          .delete(groupDeliveries)
          .where(and(eq(groupDeliveries.tenantId, tenantId), lt(groupDeliveries.createdAt, createdBefore))),
      ]);
    },
  };
}

function deliveryOf({
  recipients,
  ...row
}: Omit<GroupDelivery, 'recipients'> & { recipients: string }): GroupDelivery {
  return { ...row, recipients: JSON.parse(recipients) as GroupRecipient[] };
}
