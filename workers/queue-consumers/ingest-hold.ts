import type { HeldMessage } from '../../core/ports/quarantine.ts';
import { markerKey } from '../../core/quarantine/marker.ts';
import type { Services } from '../../platform/services.ts';
import type { Ingested } from './ingest-delivery.ts';
import type { Prepared } from './ingest-prepare.ts';

const DAY_MS = 24 * 3600_000;

/** Keeps a message out of its mailbox. The marker first: a row without one would not outlive its database (I28). */
export async function holdOne(services: Services, prepared: Prepared): Promise<Ingested> {
  const { delivery, noted, message } = prepared;
  const { held, envelope } = noted;
  const { tenantId, mailboxId, shard, key, correlationId } = delivery.job;
  if (held === undefined || envelope === null) throw new Error('nothing says why it is held');
  const at = services.now();
  const [from] = message.from;
  const row: HeldMessage = {
    ...{ tenantId, mailboxId, itemId: message.itemId, rawKey: key, dedupeKey: message.dedupeKey },
    ...{ state: 'held', reason: held.reason, why: held.why, receivedAt: message.receivedAt, heldAt: at },
    ...{ expiresAt: at + held.days * DAY_MS, decidedAt: null, decidedBy: null },
    ...{ mailFrom: envelope.mailFrom, recipient: envelope.rcptTo },
    author: from === undefined ? '' : `${from.name} <${from.address}>`.trim(),
    ...{ subject: message.subject, messageId: message.messageIdHeader ?? '', size: message.size },
    files: message.parts.flatMap(({ name, isAttachment }) => (isAttachment && name !== null ? [name] : [])),
    ...{ verdict: message.verdict ?? null, correlationId },
  };
  await services.objects.create(markerKey(row), JSON.stringify(row));
  const ref = { tenantId, mailboxId, shard };
  const outcome = await services.quarantine.hold(ref, row);
  if (outcome === 'duplicate') await services.objects.delete([markerKey(row)]);
  services.log.info('mail.held', {
    correlationId,
    tenantId,
    mailboxId,
    itemId: row.itemId,
    reason: row.reason,
  });
  return { kind: 'held', noted, duplicate: outcome === 'duplicate' };
}
