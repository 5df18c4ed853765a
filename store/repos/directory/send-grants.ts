import { and, asc, eq } from 'drizzle-orm';
import type { SendGrant, SendGrantKind, SendGrants } from '../../../core/ports/sending.ts';
import type { DirectoryContext } from './tenants.ts';

export function createSendGrants({ executor, tables: { sendGrants } }: DirectoryContext): SendGrants {
  const isGrant = (tenantId: string, ownerId: string, granteeId: string) =>
    and(
      eq(sendGrants.tenantId, tenantId),
      eq(sendGrants.ownerId, ownerId),
      eq(sendGrants.granteeId, granteeId),
    );
  const fields = {
    tenantId: sendGrants.tenantId,
    ownerId: sendGrants.ownerId,
    granteeId: sendGrants.granteeId,
    kind: sendGrants.kind,
  };

  return {
    async putSendGrant(grant) {
      await executor.atomic([
        executor.build
          .insert(sendGrants)
          .values(grant)
          .onConflictDoUpdate({
            target: [sendGrants.tenantId, sendGrants.ownerId, sendGrants.granteeId],
            set: { kind: grant.kind },
          }),
      ]);
    },
    async removeSendGrant(tenantId, ownerId, granteeId) {
      await executor.atomic([executor.build.delete(sendGrants).where(isGrant(tenantId, ownerId, granteeId))]);
    },
    async sendGrant(tenantId, ownerId, granteeId) {
      const [row] = await executor.all(
        executor.build
          .select({ kind: sendGrants.kind })
          .from(sendGrants)
          .where(isGrant(tenantId, ownerId, granteeId)),
      );
      return row === undefined ? null : kindOf(row.kind);
    },
    async sendGrantsOf(tenantId, ownerId) {
      const rows = await executor.all(
        executor.build
          .select(fields)
          .from(sendGrants)
          .where(and(eq(sendGrants.tenantId, tenantId), eq(sendGrants.ownerId, ownerId)))
          .orderBy(asc(sendGrants.granteeId)),
      );
      return rows.map((row): SendGrant => ({ ...row, kind: kindOf(row.kind) }));
    },
  };
}

/** What is not understood gives the lesser right. */
function kindOf(kind: string): SendGrantKind {
  return kind === 'as' ? 'as' : 'behalf';
}
