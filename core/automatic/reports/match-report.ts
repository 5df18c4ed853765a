/** Reports of others on what the owner of a mailbox sent. */
import { canonicalAddress } from '../../mail/recipients.ts';
import type { Message } from '../../mail/types.ts';
import type { DeliveryReport } from '../../ports/automatic.ts';
import type { MailboxStore } from '../../ports/mail.ts';
import type { ArrivedMail } from '../arrived-mail.ts';
import type { AutomaticServices } from '../services.ts';
import { parseReport, type Report } from './parse-report.ts';

/** Messages that may have the same Message-ID: the one sent, and what came back of it. */
const MAX_SAME = 10;

/**
 * Notes on the sent message what a report says of its recipients. Anybody can write a report: one that names no
 * message of the owner, or only people it was never sent to, changes nothing, and neither does one in Junk.
 */
export async function matchReport(
  services: Pick<AutomaticServices, 'mail' | 'log'>,
  mail: Omit<ArrivedMail, 'envelope'>,
): Promise<'matched' | 'unmatched' | 'no-report'> {
  const { ref, message, index, raw, owner, correlationId } = mail;
  const report = parseReport(index, raw);
  if (report === null) return 'no-report';
  if (message.verdict?.disposition === 'junk') return 'unmatched';
  const mailbox = services.mail.mailbox(ref);
  const sent = await sentMessage(mailbox, candidates(report, owner.user.address), owner.isSelf);
  const reports = sent === null ? [] : reportsOn(sent, report, message);
  const fields = { correlationId, mailboxId: ref.mailboxId, itemId: message.itemId };
  if (reports.length === 0) {
    services.log.info('report.unmatched', fields);
    return 'unmatched';
  }
  await mailbox.noteDelivery(reports);
  services.log.info('report.matched', {
    ...fields,
    sentItemId: sent?.itemId ?? '',
    recipients: reports.length,
  });
  return 'matched';
}

/** Message-IDs by which the message may be kept; what this house gives one itself begins with the submission's id. */
function candidates({ messageIds, envelopeId }: Report, address: string): string[] {
  const own = /^[0-9a-f]{48,128}$/.test(envelopeId)
    ? [`${envelopeId.slice(0, 48)}@${address.slice(address.lastIndexOf('@') + 1)}`]
    : [];
  return [...own, ...messageIds];
}

/** The copy that the owner has of what they sent: theirs by its author, and nothing that came in. */
async function sentMessage(
  mailbox: MailboxStore,
  messageIds: readonly string[],
  isSelf: (address: string) => boolean,
): Promise<Message | null> {
  for (const id of messageIds) {
    const items = await mailbox.itemsWithMessageId(id, MAX_SAME);
    if (items.length === 0) continue;
    const messages = await mailbox.messages(items);
    const own = messages.find(
      ({ verdict, isDraft, from, sender }) =>
        verdict === null && !isDraft && [...from, ...sender].some(({ address }) => isSelf(address)),
    );
    if (own !== undefined) return own;
  }
  return null;
}

function reportsOn(sent: Message, { recipients }: Report, told: Message): DeliveryReport[] {
  const asked = new Set(
    [...sent.to, ...sent.cc, ...sent.bcc].flatMap(({ address }) => canonicalAddress(address) ?? []),
  );
  return recipients.flatMap(({ addresses, kind, status, text }) => {
    const recipient = addresses.find((address) => asked.has(address));
    if (recipient === undefined) return [];
    const { itemId } = sent;
    return [{ itemId, recipient, kind, status, text, reportedAt: told.receivedAt, reportId: told.itemId }];
  });
}
