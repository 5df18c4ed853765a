import { eventIdOf } from '../../../core/webhooks/events.ts';
import type { Services } from '../../../platform/services.ts';
import { emitEvents, isWanted } from '../../../platform/webhooks/emit.ts';
import type { Arrived } from '../arrived.ts';

/** Webhooks are told of each message that came in; until that is durable, the message comes to this queue again. */
export async function tellWebhooks(services: Services, arrived: Arrived): Promise<void> {
  const { job, message } = arrived;
  const { tenantId, mailboxId, itemId, correlationId } = job;
  if (!(await isWanted(services, tenantId, 'mail.received'))) return;
  const envelope = await arrived.envelope();
  if (envelope === null) return;
  const { mailFrom, rcptTo, rawSize, receivedAt } = envelope;
  await emitEvents(services, [
    {
      ...{ eventId: await eventIdOf('mail.received', mailboxId, itemId), type: 'mail.received' },
      ...{ at: receivedAt, tenantId, correlationId },
      data: {
        ...{ mailboxId, itemId, folderId: message?.folderId ?? null },
        ...{ messageId: message?.messageIdHeader ?? null, envelopeFrom: mailFrom, recipient: rcptTo },
        ...{ from: message?.from[0]?.address ?? null, size: rawSize },
      },
    },
  ]);
}
