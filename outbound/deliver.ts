import type { MessageIndex } from '../codecs/mime/types.ts';
import { derivedId } from '../core/mail/sending/ids.ts';
import type { OutboxEntry, OutboxRecipient } from '../core/ports/outbox.ts';
import { failureReport } from './dsn/report.ts';
import { type Placement, placeLocally } from './local/place.ts';
import { type WholeMessage, withoutBcc } from './prepare.ts';
import type { OutboundServices } from './services.ts';

/** Id of the copy in Sent Items. */
export function sentItemId(entry: OutboxEntry): Promise<string> {
  return derivedId(entry.createdAt, entry.ref.mailboxId, entry.submissionId, 'sent');
}

/**
 * Brings an accepted message to everybody it can reach and tells its sender of the others. Doing it again, or twice
 * at the same time, changes nothing. Rejects when the outbox does not answer; the entry stays open for another
 * attempt until nothing of it is left to do.
 */
export async function deliver(
  services: OutboundServices,
  entry: OutboxEntry,
  message: WholeMessage,
  index: MessageIndex,
): Promise<void> {
  const { ref, submissionId, createdAt, correlationId, rawKey } = entry;
  const stripped = withoutBcc(message);
  const copies = await copiesOf(entry, stripped);
  const own = await ownOf(entry, message, stripped[0], index);
  const all = [...copies.keys(), ...own];
  const durable = await placeLocally(services, all, { at: createdAt, correlationId });
  const reached = new Set([...copies].flatMap(([placement, to]) => (durable.has(placement) ? to : [])));
  const recipients = entry.recipients.map((recipient) =>
    reached.has(recipient) ? { ...recipient, state: 'sent' as const } : recipient,
  );
  const state = durable.size === all.length ? 'done' : 'open';
  const change = { state, recipients, updatedAt: services.now() } as const;
  const ours = await services.outbox.updateEntry(ref, submissionId, entry.revision, change);
  if (state === 'done' && ours) services.defer(services.blobs.delete(rawKey).catch(() => undefined));
  services.log.info('outbound.delivered', {
    correlationId,
    tenantId: ref.tenantId,
    mailboxId: ref.mailboxId,
    submissionId,
    sent: reached.size,
    failed: recipients.filter((r) => r.state === 'failed').length,
    state,
  });
}

/** One copy for each mailbox, however many of its addresses are recipients. */
async function copiesOf(
  entry: OutboxEntry,
  message: WholeMessage,
): Promise<Map<Placement, OutboxRecipient[]>> {
  const byMailbox = new Map<string, OutboxRecipient[]>();
  for (const recipient of entry.recipients) {
    if (recipient.mailbox === null || recipient.state !== 'queued') continue;
    const key = JSON.stringify([recipient.mailbox.tenantId, recipient.mailbox.mailboxId]);
    byMailbox.set(key, [...(byMailbox.get(key) ?? []), recipient]);
  }
  const copies = new Map<Placement, OutboxRecipient[]>();
  for (const recipients of byMailbox.values()) {
    const [first] = recipients;
    if (first === undefined || first.mailbox === null) continue;
    const { createdAt, submissionId, mailFrom } = entry;
    const itemId = await derivedId(
      createdAt,
      entry.ref.mailboxId,
      submissionId,
      'to',
      first.mailbox.mailboxId,
    );
    const bcc = recipients.every((r) => r.bcc);
    const envelope = { mailFrom, rcptTo: first.address, ...(bcc ? { bcc } : {}) };
    copies.set({ ref: first.mailbox, itemId, message, envelope }, recipients);
  }
  return copies;
}

/** What the sender gets: the copy of what was sent, and word of what could not be. */
async function ownOf(
  entry: OutboxEntry,
  message: WholeMessage,
  header: Uint8Array,
  index: MessageIndex,
): Promise<Placement[]> {
  const { ref, submissionId, createdAt, mailFrom } = entry;
  const own: Placement[] = [];
  if (entry.saveInSentItems) {
    const envelope = { mailFrom, rcptTo: mailFrom, role: 'sent' } as const;
    own.push({ ref, itemId: await sentItemId(entry), message, envelope });
  }
  const failed = entry.recipients.filter((r) => r.state === 'failed');
  // A null return path wants no word (RFC 5321 6.1).
  if (failed.length > 0 && mailFrom !== '') {
    const itemId = await derivedId(createdAt, ref.mailboxId, submissionId, 'report');
    const domain = mailFrom.slice(mailFrom.lastIndexOf('@') + 1);
    const messageId = `${itemId}@${domain}`;
    const report = failureReport({ to: mailFrom, messageId, at: createdAt, header, index, failed });
    own.push({ ref, itemId, message: report, envelope: { mailFrom: '', rcptTo: mailFrom } });
  }
  return own;
}
