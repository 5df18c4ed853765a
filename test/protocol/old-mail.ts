import { rawKey } from '../../core/mail/place-key.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import { newId } from '../../platform/ids.ts';
import type { TenantView, UserView } from '../../shared/admin-api.ts';
import { envelopeMetadata } from '../../store/blobs/envelope.ts';
import type { Waypost } from '../support/harness.ts';

interface Bindings {
  BLOBS: {
    put(key: string, raw: Uint8Array, options: { customMetadata: Record<string, string> }): Promise<unknown>;
  };
  QUEUE_INGEST: { send(job: IngestJob): Promise<unknown> };
}

/** Brings in a message that came a while ago. */
export async function deliverOld(
  server: Waypost,
  address: string,
  raw: Uint8Array,
  receivedAt: number,
): Promise<void> {
  const { items } = await server.admin<{ items: UserView[] }>('GET', '/users?limit=200');
  const user = items.find((u) => u.address === address);
  if (user === undefined) throw new Error(`no user ${address}`);
  const tenants = await server.admin<{ items: TenantView[] }>('GET', '/tenants');
  const shard = tenants.items.find((t) => t.tenantId === user.tenantId)?.mailShard ?? '';
  const { BLOBS, QUEUE_INGEST } = await server.bindings<Bindings>();
  const { tenantId, userId } = user;
  const ref = { tenantId, mailboxId: userId, shard };
  const correlationId = newId();
  const key = rawKey(tenantId, Date.now(), newId());
  const customMetadata = envelopeMetadata({
    ...{ ...ref, correlationId, authResults: '', mailFrom: 'sender@sender.example', rcptTo: address },
    ...{ receivedAt, rawSize: raw.length },
  });
  await BLOBS.put(key, raw, { customMetadata });
  await QUEUE_INGEST.send({ v: 1, key, ...ref, size: raw.length, sha256: null, correlationId });
}
