import { submissionIdOf } from '../mail/sending/ids.ts';
import type { MailboxRef } from '../mail/types.ts';
import { CLAIM_KEPT_MS } from '../ports/automatic.ts';
import type { Owner } from './own-addresses.ts';
import type { AutomaticServices } from './services.ts';

const HOUR_MS = 60 * 60 * 1000;

/** What a mailbox may send by itself in an hour: a storm ends here (A23). */
const HOURLY = { forward: 300, reply: 120, receipt: 120 } as const;

export interface AutomaticSend {
  ref: MailboxRef;
  owner: Owner;
  kind: keyof typeof HOURLY;
  /** Of the same kind once each, unless the claim before it is older than `since`. */
  name: string;
  since?: number;
  /** The message it follows from. */
  itemId: string;
  recipients: string[];
  mailFrom: string;
  correlationId: string;
  /** Builds the message, when it is really to be sent. */
  write(ids: { submissionId: string; messageId: string; at: number }): Promise<Uint8Array>;
}

/**
 * Sends something in the owner's name by itself, at most once for each name and message however often it is asked for
 * (I8). Rejects when it could not be made durable: then it may be asked for again.
 */
export async function sendAutomatically(
  services: Pick<AutomaticServices, 'mail' | 'outbound' | 'log' | 'now'>,
  send: AutomaticSend,
): Promise<'sent' | 'before' | 'ceiling' | 'refused'> {
  const { ref, owner, kind, name, itemId, recipients, mailFrom, correlationId } = send;
  const at = services.now();
  const claim = { kind, name, itemId, at, since: send.since ?? at - CLAIM_KEPT_MS };
  const ceiling = { count: HOURLY[kind], from: at - HOUR_MS };
  const fields = { correlationId, mailboxId: ref.mailboxId, itemId, kind };
  const claimed = await services.mail.mailbox(ref).claimAutomatic({ ...claim, ceiling });
  if (claimed !== 'taken') {
    if (claimed === 'ceiling') services.log.warn('automatic.ceiling', fields);
    return claimed;
  }
  const submissionId = await submissionIdOf('automatic', ref.tenantId, ref.mailboxId, kind, name, itemId);
  const { address } = owner.user;
  const messageId = `${submissionId.slice(0, 48)}@${address.slice(address.lastIndexOf('@') + 1)}`;
  const result = await services.outbound.submit({
    submissionId,
    sender: { ref, tenant: owner.tenant, user: owner.user },
    raw: await send.write({ submissionId, messageId, at }),
    saveInSentItems: false,
    correlationId,
    automatic: { mailFrom, recipients },
    via: kind,
  });
  if (result.kind === 'refused') {
    services.log.warn('automatic.refused', { ...fields, reason: result.reason });
    return 'refused';
  }
  services.log.info('automatic.sent', { ...fields, recipients: recipients.length });
  return 'sent';
}
