import { ConflictError } from '../errors.ts';
import type { MailboxRef } from '../mail/types.ts';
import type { Sender } from '../ports/outbound.ts';
import { type JournalFacts, journalReport } from './report.ts';
import type { JournalServices } from './services.ts';
import { DEFAULT_PREFIX, type JournalSettings } from './settings.ts';

/** A message for the journal, with all that is needed to write it down the same way again. */
export interface JournalCopy {
  /** Mailbox of the tenant's user that sent or got it. */
  ref: MailboxRef;
  facts: JournalFacts;
  raw: Uint8Array;
  correlationId: string;
  /** Who hands the report in, where `ref` is no mailbox of a user. */
  sender?: Sender;
}

const JOURNAL_ID = 'journal-';
const DAY = 24 * 60 * 60 * 1000;

/** Whether a submission is a report of the journal, which is not journaled itself. Clients cannot give such an id. */
export function isJournalSubmission(submissionId: string): boolean {
  return submissionId.startsWith(JOURNAL_ID);
}

export function journalIdOf(submissionId: string): string {
  return submissionId.slice(JOURNAL_ID.length);
}

/**
 * Writes a message down wherever the setting says. Resolves when that is durable; doing it again changes nothing.
 * Rejects on faults that another attempt may not meet: whoever calls comes again.
 */
export async function keepCopy(
  services: JournalServices,
  settings: JournalSettings,
  copy: JournalCopy,
): Promise<void> {
  if (settings.r2 !== null) await keepObjects(services, settings.r2.prefix, settings.r2.lockDays, copy);
  if (settings.to !== null) await sendReport(services, settings.to, copy);
  services.log.info('journal.kept', {
    ...copy.ref,
    ...{ id: copy.facts.id, direction: copy.facts.direction, correlationId: copy.correlationId },
  });
}

async function sendReport(services: JournalServices, to: string, copy: JournalCopy): Promise<void> {
  const { ref, facts, raw, correlationId } = copy;
  const found = copy.sender ?? (await services.directory.getUser(ref.tenantId, ref.mailboxId));
  if (found === null) return undelivered(services, copy, 'there is no such user');
  const { tenant, user } = found;
  const from = `postmaster@${user.address.slice(user.address.lastIndexOf('@') + 1)}`;
  const submissionId = `${JOURNAL_ID}${facts.id}`;
  const result = await services.outbound.submit({
    submissionId,
    sender: { ref, tenant, user },
    raw: journalReport(facts, raw, { from, to }),
    saveInSentItems: false,
    correlationId,
    via: 'journal',
    // Nobody is told when it cannot be delivered, so that no report of a report is sent in circles.
    automatic: { mailFrom: '', recipients: [to], uncounted: true },
  });
  if (result.kind === 'refused') return undelivered(services, copy, result.reason);
  const entry = await services.outbound.get(ref, submissionId);
  const failed = entry?.recipients.find((recipient) => recipient.state === 'failed');
  if (failed !== undefined) await undelivered(services, copy, failed.failure?.text ?? 'it was not taken');
}

/** A report that cannot be delivered is not lost: it is kept as objects, and somebody is told. */
async function undelivered(services: JournalServices, copy: JournalCopy, reason: string): Promise<void> {
  await keepObjects(services, `${DEFAULT_PREFIX}undelivered/`, null, copy);
  const { ref, facts, correlationId } = copy;
  await tellUndelivered(services, { ref, id: facts.id, reason, correlationId, at: facts.at });
}

/** An audit event of its own for each report, and an error in the log. */
export async function tellUndelivered(
  services: Pick<JournalServices, 'queues' | 'log'>,
  failure: { ref: MailboxRef; id: string; reason: string; correlationId: string; at: number },
): Promise<void> {
  const { ref, id, reason, correlationId, at } = failure;
  services.log.error('journal.undelivered', { ...ref, id, reason, correlationId });
  await services.queues.audit([
    {
      ...({ v: 1, eventId: `journal-${id}`, at, tenantId: ref.tenantId } as const),
      ...({ actor: 'journal', action: 'journal.undelivered', outcome: 'error' } as const),
      ...{ resource: `user/${ref.mailboxId}`, details: { id, reason: reason.slice(0, 300) }, correlationId },
    },
  ]);
}

/** The message and what is known of it, each made once. The second one is there only when the first is. */
async function keepObjects(
  { blobs }: Pick<JournalServices, 'blobs'>,
  prefix: string,
  lockDays: number | null,
  { ref, facts, raw, correlationId }: JournalCopy,
): Promise<void> {
  const day = new Date(facts.at).toISOString().slice(0, 10).replaceAll('-', '/');
  const key = `${prefix}${ref.tenantId}/${day}/${facts.id}`;
  const { sender, recipients, at } = facts;
  const write = async (name: string, bytes: Uint8Array) => {
    try {
      await blobs.putRaw(name, bytes, {
        ...ref,
        mailFrom: sender.slice(0, 512),
        rcptTo: recipients[0]?.address.slice(0, 512) ?? '',
        receivedAt: at,
        rawSize: bytes.length,
        correlationId,
        authResults: '',
      });
    } catch (error) {
      // An earlier attempt wrote it.
      if (!(error instanceof ConflictError)) throw error;
    }
  };
  await write(`${key}.eml`, raw);
  const lockedUntil = lockDays === null ? null : at + lockDays * DAY;
  const facets = { v: 1, ...facts, ...ref, size: raw.length, lockedUntil, correlationId };
  await write(`${key}.json`, new TextEncoder().encode(`${JSON.stringify(facets)}\n`));
}
