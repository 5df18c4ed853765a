import type { MessageIndex } from '../../codecs/mime/types.ts';
import { isGroupSubmission } from '../../core/groups/submission.ts';
import { derivedId } from '../../core/mail/sending/ids.ts';
import { GIVE_UP_MS } from '../../core/mail/sending/schedule.ts';
import type { OutboxEntry, OutboxRecipient, PendingReport } from '../../core/ports/outbox.ts';
import { deliveryReport } from '../dsn/report.ts';
import { type WholeMessage, withoutBcc } from '../prepare.ts';
import type { OutboundServices } from '../services.ts';
import { type Placement, placeLocally } from './place.ts';

/** When it begins to leave: the time of its copies. */
function startOf({ createdAt, notBefore }: OutboxEntry): number {
  return Math.max(createdAt, notBefore);
}

/** Id of the copy in Sent Items. */
export function sentItemId(entry: OutboxEntry): Promise<string> {
  return derivedId(startOf(entry), entry.ref.mailboxId, entry.submissionId, 'sent');
}

/**
 * Puts everything into mailboxes of this installation that an entry still owes: the copies of its recipients, the one
 * in Sent Items, and word to its sender. Doing it again, or twice at the same time, changes nothing. Resolves with
 * what that means for the entry: what is not durable is still owed.
 */
export async function placeOwed(
  services: OutboundServices,
  entry: OutboxEntry,
  message: WholeMessage,
  index: MessageIndex,
): Promise<(entry: OutboxEntry) => OutboxEntry> {
  const stripped = withoutBcc(message);
  const copies = await copiesOf(entry, stripped);
  const own = await copyOf(entry, message);
  const byMail = isGroupSubmission(entry.submissionId);
  const mailed = byMail ? await mailReports(services, entry, stripped[0], index) : [];
  const reports = byMail ? new Map<Placement, string>() : await reportsOf(entry, stripped[0], index);
  const all = [...copies.keys(), ...own, ...reports.keys()];
  const journaled = entry.copied || (await isJournaled(services, entry, stripped));
  if (all.length === 0 && mailed.length === 0 && entry.copied) return (other) => other;
  const durable = await placeLocally(services, all, entry.correlationId);
  const reached = new Set(
    [...copies].flatMap(([placement, to]) => (durable.has(placement) ? to.map((r) => r.address) : [])),
  );
  const reported = new Set([
    ...mailed,
    ...[...reports].flatMap(([placement, key]) => (durable.has(placement) ? [key] : [])),
  ]);
  const copied = !entry.copied && journaled && own.every((placement) => durable.has(placement));
  return (other) => ({
    ...other,
    copied: other.copied || copied,
    reports: other.reports.filter(({ key }) => !reported.has(key)),
    recipients: other.recipients.map((r) =>
      r.mailbox !== null && r.state === 'queued' && reached.has(r.address) ? { ...r, state: 'sent' } : r,
    ),
  });
}

/** Whether nothing is owed to the tenant's journal. A journal that cannot be kept now keeps no mail from its readers. */
async function isJournaled(
  services: OutboundServices,
  entry: OutboxEntry,
  message: WholeMessage,
): Promise<boolean> {
  try {
    await services.journal?.(entry, message);
    return true;
  } catch (error) {
    const { submissionId, correlationId } = entry;
    services.log.warn('outbound.not-journaled', { correlationId, submissionId, error: String(error) });
    return false;
  }
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
  const at = startOf(entry);
  for (const recipients of byMailbox.values()) {
    const [first] = recipients;
    if (first === undefined || first.mailbox === null) continue;
    const { mailboxId } = first.mailbox;
    const itemId = await derivedId(at, entry.ref.mailboxId, entry.submissionId, 'to', mailboxId);
    const bcc = recipients.every((r) => r.bcc);
    const envelope = { mailFrom: entry.mailFrom, rcptTo: first.address, ...(bcc ? { bcc } : {}) };
    copies.set({ ref: first.mailbox, itemId, at, message, envelope }, recipients);
  }
  return copies;
}

async function copyOf(entry: OutboxEntry, message: WholeMessage): Promise<Placement[]> {
  const { ref, mailFrom } = entry;
  if (!entry.saveInSentItems || entry.copied) return [];
  const envelope = { mailFrom, rcptTo: mailFrom, role: 'sent' } as const;
  return [{ ref, itemId: await sentItemId(entry), at: startOf(entry), message, envelope }];
}

/** By placement, the key of the report. */
async function reportsOf(
  entry: OutboxEntry,
  header: Uint8Array,
  index: MessageIndex,
): Promise<Map<Placement, string>> {
  const { ref, submissionId, mailFrom } = entry;
  const placements = new Map<Placement, string>();
  for (const report of entry.reports) {
    const { key, at } = report;
    const itemId = await derivedId(at, ref.mailboxId, submissionId, 'report', key);
    const messageId = `${itemId}@${mailFrom.slice(mailFrom.lastIndexOf('@') + 1)}`;
    const message = reportMessage(entry, report, messageId, header, index);
    const envelope = { mailFrom: '', rcptTo: mailFrom };
    placements.set({ ref, itemId, at, message, envelope }, key);
  }
  return placements;
}

/** Word of what a group passed on, to whoever sent it. Keys of the reports that are on their way. */
async function mailReports(
  services: OutboundServices,
  entry: OutboxEntry,
  header: Uint8Array,
  index: MessageIndex,
): Promise<string[]> {
  const sent: string[] = [];
  for (const report of entry.reports) {
    const itemId = await derivedId(report.at, entry.ref.mailboxId, entry.submissionId, 'report', report.key);
    const message = reportMessage(entry, report, `${itemId}@${entry.fromDomain}`, header, index);
    try {
      await services.report?.(entry, report.key, message);
      sent.push(report.key);
    } catch (error) {
      const { submissionId, correlationId } = entry;
      services.log.warn('outbound.not-reported', { correlationId, submissionId, error: String(error) });
    }
  }
  return sent;
}

function reportMessage(
  { submissionId, mailFrom, fromDomain, createdAt, recipients }: OutboxEntry,
  { kind, at, addresses }: PendingReport,
  messageId: string,
  header: Uint8Array,
  index: MessageIndex,
): WholeMessage {
  const about = recipients.filter((r) => addresses.includes(r.address));
  const until = Math.max(...about.map((r) => (r.firstAttemptAt ?? createdAt) + GIVE_UP_MS));
  return deliveryReport({
    kind,
    to: mailFrom,
    // The return path of what a group passes on may be of another host, whose postmaster is not here.
    domain: isGroupSubmission(submissionId) ? fromDomain : mailFrom.slice(mailFrom.lastIndexOf('@') + 1),
    messageId,
    at,
    arrivedAt: createdAt,
    until,
    header,
    index,
    about,
  });
}
