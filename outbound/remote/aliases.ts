import type { MailboxRef } from '../../core/mail/types.ts';
import type { CarrierResult } from '../../core/ports/carrier.ts';
import type { OutboxEntry } from '../../core/ports/outbox.ts';
import type { OutboundServices } from '../services.ts';

/**
 * Lets replies find the conversation of a message that went out under another Message-ID than its own: with its
 * sender and with everybody here who got it too. Never rejects: without it a reply begins a conversation of its own.
 */
export async function noteRemoteIds(
  services: Pick<OutboundServices, 'mail' | 'log'>,
  entry: OutboxEntry,
  results: readonly CarrierResult[],
): Promise<void> {
  const { messageId, correlationId, submissionId } = entry;
  // The name in a queue of the next host is no Message-ID.
  const given = results.flatMap(({ remoteId }) =>
    remoteId?.includes('@') === true && remoteId !== messageId ? [remoteId] : [],
  );
  if (given.length === 0 || messageId === '') return;
  const aliases = [...new Set(given)].map((alias) => ({ alias, messageId }));
  const here = [entry.ref, ...entry.recipients.flatMap(({ mailbox }) => mailbox ?? [])];
  const mailboxes = new Map(
    here.map((ref): [string, MailboxRef] => [`${ref.tenantId} ${ref.mailboxId}`, ref]),
  );
  for (const ref of mailboxes.values()) {
    try {
      await services.mail.mailbox(ref).addMessageIdAliases(aliases);
    } catch (error) {
      services.log.warn('outbound.alias-lost', { correlationId, submissionId, error: String(error) });
    }
  }
}
