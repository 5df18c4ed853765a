import { derivedId } from '../core/mail/sending/ids.ts';
import type { MailboxRef } from '../core/mail/types.ts';
import type { OutboxEntry, OutboxRecipient } from '../core/ports/outbox.ts';
import { progressRows, retriedRows } from '../core/trace/outgoing.ts';
import { placeLocally } from './local/place.ts';
import { modify } from './modify.ts';
import { note } from './note.ts';
import { readOutgoing, schedule, tidy } from './outgoing.ts';
import { planRecipients } from './plan.ts';
import { isTakenBack, LOCAL_RETRY_MS, settled } from './progress.ts';
import type { OutboundServices } from './services.ts';

/** Takes back a message that has not begun to leave. */
export async function cancel(
  services: OutboundServices,
  ref: MailboxRef,
  submissionId: string,
): Promise<'cancelled' | 'too-late' | 'unknown'> {
  const entry = await services.outbox.getEntry(ref, submissionId);
  if (entry === null) return 'unknown';
  const now = services.now();
  // This one write decides: an attempt that begins later finds nobody to send it to.
  const taken = await modify(services, entry, (e) => {
    if (!e.begun && e.recipients.every((r) => r.state === 'cancelled')) return e;
    return e.begun || e.state === 'done' ? null : { ...e, ...allCancelled(e), ...later(now) };
  });
  if (taken === null) return 'too-late';
  await note(services, progressRows(entry, taken, now));
  try {
    if (isTakenBack(taken)) await giveBack(services, taken);
  } catch (error) {
    // It does not leave any more; the cron makes a draft of it.
    const { correlationId } = taken;
    services.log.warn('outbound.not-given-back', { correlationId, submissionId, error: String(error) });
  }
  return 'cancelled';
}

const later = (now: number) => ({ nextAttemptAt: now + LOCAL_RETRY_MS, updatedAt: now });

function allCancelled(entry: OutboxEntry): Pick<OutboxEntry, 'recipients' | 'reports'> {
  // Nobody needs word of recipients that could not be reached anyway.
  return { reports: [], recipients: entry.recipients.map((r) => ({ ...r, ...CANCELLED })) };
}

const CANCELLED = { state: 'cancelled', nextAttemptAt: null } as const satisfies Partial<OutboxRecipient>;

/** Puts a message that was taken back into Drafts. Doing it again changes nothing. */
export async function giveBack(services: OutboundServices, entry: OutboxEntry): Promise<void> {
  const { ref, submissionId, createdAt, mailFrom, correlationId } = entry;
  const now = services.now();
  const message = await readOutgoing(services, entry.rawKey);
  if (message === null) {
    services.log.error('outbound.raw-missing', { tenantId: ref.tenantId, submissionId, correlationId });
  } else {
    const itemId = await derivedId(createdAt, ref.mailboxId, submissionId, 'draft');
    const envelope = { mailFrom, rcptTo: mailFrom, role: 'drafts' } as const;
    const draft = { ref, itemId, at: createdAt, message, envelope };
    const durable = await placeLocally(services, [draft], correlationId);
    if (!durable.has(draft)) {
      await modify(services, entry, (e) => (isTakenBack(e) ? { ...e, ...later(now) } : null));
      return;
    }
  }
  const after = await modify(services, entry, (e) =>
    isTakenBack(e) ? { ...e, state: 'done', updatedAt: now } : e,
  );
  if (after !== null) tidy(services, after);
  services.log.info('outbound.cancelled', { correlationId, tenantId: ref.tenantId, submissionId });
}

/** Ends the attempts for whoever has not got it yet. */
export async function stop(
  services: OutboundServices,
  ref: MailboxRef,
  submissionId: string,
): Promise<number> {
  const entry = await services.outbox.getEntry(ref, submissionId);
  if (entry === null || entry.state === 'done' || !entry.begun) return 0;
  let stopped = 0;
  const after = await modify(services, entry, (e) => {
    const waiting = e.recipients.filter((r) => r.mailbox === null && /^(?:queued|uncertain)$/.test(r.state));
    if (waiting.length === 0) return e;
    stopped = waiting.length;
    const recipients = e.recipients.map((r) => (waiting.includes(r) ? { ...r, ...CANCELLED } : r));
    return settled({ ...e, recipients }, '', services.now());
  });
  if (after !== null) {
    await note(services, progressRows(entry, after, services.now()));
    tidy(services, after);
  }
  return stopped;
}

/** Tries again at once, and anew what had failed. */
export async function retry(
  services: OutboundServices,
  ref: MailboxRef,
  submissionId: string,
): Promise<'retried' | 'nothing' | 'unknown'> {
  const entry = await services.outbox.getEntry(ref, submissionId);
  if (entry === null) return 'unknown';
  const wanted = entry.recipients.filter((r) => /^(?:queued|uncertain|failed)$/.test(r.state));
  if (wanted.length === 0 || !entry.begun) return 'nothing';
  if ((await services.blobs.head(entry.rawKey)) === null) return 'nothing';
  const failed = entry.recipients.filter((r) => r.state === 'failed');
  const anew = await planRecipients(services, ref, failed.map(asAsked), entry.rawSize);
  const now = services.now();
  const after = await modify(services, entry, (e) => {
    const there = new Set(e.recipients.map((r) => r.address));
    const recipients = e.recipients.flatMap((r): OutboxRecipient | OutboxRecipient[] => {
      if (r.state === 'failed') {
        const same = anew.find((one) => one.address === r.address);
        // A group that took it now is its members, of whom some may be recipients already.
        const members = anew.filter((one) => one.group === r.address && !there.has(one.address));
        return same ?? (members.length > 0 ? members : r);
      }
      const waits = r.state === 'queued' || r.state === 'uncertain';
      return waits && r.mailbox === null ? { ...r, nextAttemptAt: now } : r;
    });
    const open = { ...e, recipients, signature: '', state: 'open' as const, updatedAt: now };
    // While an attempt is under way, its end says when the next one is.
    return e.claim === '' || e.state === 'done' ? { ...open, claim: '', nextAttemptAt: now } : open;
  });
  if (after === null) return 'nothing';
  await note(services, retriedRows(after, now));
  await schedule(services, after);
  return 'retried';
}

function asAsked({ address, bcc, failure }: OutboxRecipient) {
  return { address, bcc, name: '', canonical: failure?.status !== '5.1.3' };
}
