import type { SendGrant, SendGrants } from '../../core/ports/sending.ts';
import { compareText } from '../text.ts';
import { type Erasable, erasableRows } from './erasures.ts';

export function createMemorySendGrants(erasables: Erasable[]): SendGrants {
  const grants = new Map<string, SendGrant>();
  erasables.push(
    erasableRows(
      'directory.send_grants',
      grants,
      ({ tenantId, ownerId, granteeId }, { ref }) =>
        tenantId === ref.tenantId && (ownerId === ref.mailboxId || granteeId === ref.mailboxId),
    ),
  );
  const keyOf = (...parts: string[]) => JSON.stringify(parts);
  return {
    async putSendGrant(grant) {
      grants.set(keyOf(grant.tenantId, grant.ownerId, grant.granteeId), { ...grant });
    },
    async removeSendGrant(tenantId, ownerId, granteeId) {
      grants.delete(keyOf(tenantId, ownerId, granteeId));
    },
    sendGrant: async (tenantId, ownerId, granteeId) =>
      grants.get(keyOf(tenantId, ownerId, granteeId))?.kind ?? null,
    sendGrantsOf: async (tenantId, ownerId) =>
      structuredClone(
        [...grants.values()]
          .filter((g) => g.tenantId === tenantId && g.ownerId === ownerId)
          .sort((a, b) => compareText(a.granteeId, b.granteeId)),
      ),
  };
}
