import type { AuditJob } from '../../../core/ports/queues.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import { digest } from '../drafts/fingerprint.ts';

/** Why a device is not told of an item: the device does not take it in, or the server cannot write it. */
export type LeftOut = 'not taken in' | 'not readable' | 'not renderable';

/**
 * An item that a device does not get is made visible for the admin (I20): one audit event for each device, item and
 * reason, however often it happens.
 */
export function reportLeftOut(
  context: EasContext,
  collectionId: string,
  itemId: string,
  reason: LeftOut,
): void {
  context.log.error('eas.item-left-out', { itemId, collectionId, reason });
  context.services.defer(record(context, collectionId, itemId, reason));
}

async function record(
  { services, ref, query, principal, correlationId, log }: EasContext,
  collectionId: string,
  itemId: string,
  reason: LeftOut,
): Promise<void> {
  const action = 'device.item-left-out';
  const job: AuditJob = {
    v: 1,
    eventId: await digest([action, ref.mailboxId, query.deviceId, itemId, reason]),
    at: services.now(),
    tenantId: ref.tenantId,
    actor: `user/${principal.user.userId}`,
    action,
    resource: `device/${principal.user.userId}/${query.deviceId}`,
    outcome: 'error',
    details: { itemId, folderId: collectionId, reason },
    correlationId,
  };
  try {
    await services.queues.audit([job]);
  } catch (error) {
    log.error('eas.audit-lost', { action, error: describeError(error) });
  }
}
