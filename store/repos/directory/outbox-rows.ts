import type {
  OutboxEntry,
  OutboxProgress,
  OutboxRecipient,
  PendingReport,
} from '../../../core/ports/outbox.ts';
import type { DirectoryTables } from '../../schema/directory.ts';
import { cleanText, fitText } from '../../text.ts';

const MAX_ADDRESS = 1000;
const MAX_FAILURE = 600;
const MAX_ID = 998;
/** Two signatures, with keys of 4096 bits. */
const MAX_SIGNATURE = 16_384;

type Row = DirectoryTables['outbox']['$inferSelect'];

/** What every implementation keeps of the recipients. */
function cleanRecipients(recipients: readonly OutboxRecipient[]): OutboxRecipient[] {
  return recipients.map((recipient) => ({
    ...recipient,
    address: fitText(recipient.address, MAX_ADDRESS),
    carrier: recipient.carrier === null ? null : fitText(recipient.carrier, 64),
    remoteId: recipient.remoteId === null ? null : fitText(recipient.remoteId, MAX_ID),
    failure:
      recipient.failure === null
        ? null
        : {
            status: fitText(recipient.failure.status, 16),
            text: fitText(recipient.failure.text, MAX_FAILURE),
            ...(recipient.failure.by === undefined ? {} : { by: fitText(recipient.failure.by, 300) }),
          },
  }));
}

/** What every implementation keeps of what changes. */
export function cleanProgress(progress: OutboxProgress): OutboxProgress {
  const { state, notBefore, begun, copied, nextAttemptAt, claim, updatedAt } = progress;
  return {
    ...{ state, notBefore, begun, copied, nextAttemptAt, updatedAt },
    claim: fitText(claim, 64),
    // Part of a signature would be none.
    signature: progress.signature.length > MAX_SIGNATURE ? '' : progress.signature,
    recipients: cleanRecipients(progress.recipients),
    reports: progress.reports.map((report) => ({
      ...report,
      key: fitText(report.key, 64),
      addresses: report.addresses.map((address) => fitText(address, MAX_ADDRESS)),
    })),
  };
}

/** What every implementation keeps of an entry. */
export function cleanEntry(entry: OutboxEntry): OutboxEntry {
  return {
    ...entry,
    ...cleanProgress(entry),
    mailFrom: fitText(entry.mailFrom, MAX_ADDRESS),
    fromDomain: fitText(entry.fromDomain, MAX_ADDRESS),
    messageId: fitText(entry.messageId, MAX_ID),
    correlationId: cleanText(entry.correlationId),
  };
}

/** The columns that an update sets. */
export function progressRow(progress: OutboxProgress) {
  const { begun, copied, recipients, reports, ...row } = cleanProgress(progress);
  return {
    ...row,
    begun: begun ? 1 : 0,
    copied: copied ? 1 : 0,
    recipients: JSON.stringify(recipients),
    reports: JSON.stringify(reports),
  };
}

export function entryRow(entry: OutboxEntry): Omit<Row, 'counted'> {
  const { submissionId, rawKey, rawSize, mailFrom, fromDomain, messageId, correlationId, ...rest } =
    cleanEntry(entry);
  return {
    ...{ submissionId, rawKey, rawSize, mailFrom, fromDomain, messageId, correlationId },
    ...rest.ref,
    ...progressRow(rest),
    automatic: rest.automatic ? 1 : 0,
    saveInSent: rest.saveInSentItems ? 1 : 0,
    createdAt: rest.createdAt,
    revision: rest.revision,
  };
}

export function entryOf(row: Omit<Row, 'counted'>): OutboxEntry {
  const { tenantId, mailboxId, shard, saveInSent, automatic, begun, copied, recipients, reports, ...rest } =
    row;
  return {
    ...rest,
    ref: { tenantId, mailboxId, shard },
    state: row.state === 'done' ? 'done' : 'open',
    saveInSentItems: saveInSent === 1,
    automatic: automatic === 1,
    begun: begun === 1,
    copied: copied === 1,
    recipients: (JSON.parse(recipients) as OutboxRecipient[]).map(completed),
    reports: JSON.parse(reports) as PendingReport[],
  };
}

/** Recipients that were written before there were other hosts have neither attempts nor times. */
function completed(given: Partial<OutboxRecipient> & Pick<OutboxRecipient, 'address' | 'bcc' | 'state'>) {
  return {
    ...{ mailbox: null, failure: null, attempts: 0, firstAttemptAt: null, nextAttemptAt: null },
    ...{ carrier: null, remoteId: null, told: { delayed: false, failed: given.state === 'failed' } },
    ...given,
  };
}
