import { join } from '../../codecs/mime/edit/index.ts';
import { MimeIndexer } from '../../codecs/mime/index.ts';
import type { MessageIndex } from '../../codecs/mime/types.ts';
import { groupSender, isGroupSubmission } from '../groups/submission.ts';
import { canonicalAddress } from '../mail/recipients.ts';
import { derivedId } from '../mail/sending/ids.ts';
import type { OutboxEntry } from '../ports/outbox.ts';
import { isJournalSubmission, journalIdOf, keepCopy, tellUndelivered } from './keep.ts';
import type { JournalRecipient } from './report.ts';
import type { JournalServices } from './services.ts';
import { isJournaled, JOURNAL_SETTING, readJournaling } from './settings.ts';

type Entry = Pick<
  OutboxEntry,
  'submissionId' | 'ref' | 'mailFrom' | 'fromDomain' | 'recipients' | 'createdAt' | 'correlationId'
>;

/**
 * Journals what a user hands in, as its recipients get it, with everybody it goes to: also those that its header does
 * not name. Resolves when that is durable, or nothing is to be journaled; doing it again changes nothing. Rejects on
 * faults that another attempt may not meet.
 */
export async function journalSubmission(
  services: JournalServices,
  entry: Entry,
  message: readonly Uint8Array[],
): Promise<void> {
  const { submissionId, ref, recipients, createdAt, correlationId } = entry;
  if (isJournalSubmission(submissionId)) return;
  const settings = readJournaling(await services.directory.getTenantSetting(ref.tenantId, JOURNAL_SETTING));
  if (settings === null) return;
  const here = recipients.flatMap(({ mailbox }) =>
    mailbox?.tenantId === ref.tenantId ? [mailbox.mailboxId] : [],
  );
  const external = here.length < recipients.length;
  if (!isJournaled(settings, { userIds: [ref.mailboxId, ...here], external })) return;
  const raw = join(message);
  const indexer = new MimeIndexer();
  indexer.write(message[0] ?? raw);
  const index = indexer.end();
  await keepCopy(services, settings, {
    ...{ ref, raw, correlationId },
    ...(isGroupSubmission(submissionId)
      ? { sender: groupSender(ref, `postmaster@${entry.fromDomain}`) }
      : {}),
    facts: {
      id: await derivedId(createdAt, ref.mailboxId, submissionId, 'journal'),
      at: createdAt,
      direction: 'out',
      sender: entry.mailFrom === '' ? (index.from[0]?.address ?? '<>') : entry.mailFrom,
      subject: index.subject,
      messageId: index.messageId,
      recipients: recipients.map((recipient) => recipientOf(recipient, index)),
    },
  });
}

/** Has somebody told that a report of the journal was given up; its bytes stay with the outbox for a while. */
export async function journalFailed(
  services: Pick<JournalServices, 'queues' | 'log'>,
  entry: Pick<OutboxEntry, 'submissionId' | 'ref' | 'recipients' | 'createdAt' | 'correlationId'>,
): Promise<void> {
  const { submissionId, ref, createdAt, correlationId } = entry;
  const failed = entry.recipients.find((recipient) => recipient.state === 'failed');
  if (!isJournalSubmission(submissionId) || failed === undefined) return;
  const reason = failed.failure?.text ?? 'it was not taken';
  const id = journalIdOf(submissionId);
  await tellUndelivered(services, { ref, id, reason, correlationId, at: createdAt });
}

function recipientOf(
  { address, bcc }: { address: string; bcc: boolean },
  { to, cc }: MessageIndex,
): JournalRecipient {
  if (bcc) return { address, by: 'bcc' };
  const names = (list: MessageIndex['to']) => list.some((one) => canonicalAddress(one.address) === address);
  return { address, by: names(to) ? 'to' : names(cc) ? 'cc' : 'recipient' };
}
