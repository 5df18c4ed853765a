/** What this installation itself still does for messages that a sender outside of it comes for. */
import { DELAYED_AFTER_MS, GIVE_UP_MS } from '../../core/mail/sending/schedule.ts';
import type { DeliveryFailure, OutboxEntry, OutboxRecipient } from '../../core/ports/outbox.ts';

/** The last attempt is at the very end of the time, and a sender may come a little later for it. */
const LAST_CHANCE_MS = 3_600_000;
/** RFC 3463 3.5: delivery time expired. */
const OVER: DeliveryFailure = {
  status: '5.4.7',
  text: 'Given up after 48 hours: nobody came for the message.',
};

function isForeign({ mailbox, state }: OutboxRecipient): boolean {
  return mailbox === null && (state === 'queued' || state === 'uncertain' || state === 'sending');
}

/** Whether there is anything to do here: copies, reports, word of a delay, the end of waiting. */
export function owesHere(entry: OutboxEntry, now: number): boolean {
  if (!entry.begun || !entry.copied || entry.reports.length > 0) return true;
  return entry.recipients.some(
    (r) =>
      (r.mailbox !== null && r.state === 'queued') ||
      (isForeign(r) && (isOver(entry, r, now) || isLate(entry, r, now))),
  );
}

/** Recipients for whom nobody came, or nobody said anything, in all the time that a message is tried. */
export function withoutTaker(entry: OutboxEntry, now: number): OutboxEntry {
  if (!entry.recipients.some((r) => isForeign(r) && isOver(entry, r, now))) return entry;
  const recipients = entry.recipients.map(
    (r): OutboxRecipient =>
      isForeign(r) && isOver(entry, r, now)
        ? { ...r, state: 'failed', failure: OVER, nextAttemptAt: null }
        : r,
  );
  return { ...entry, recipients };
}

function isOver({ createdAt, notBefore }: OutboxEntry, recipient: OutboxRecipient, now: number): boolean {
  const { firstAttemptAt } = recipient;
  const end = (firstAttemptAt ?? Math.max(createdAt, notBefore)) + GIVE_UP_MS;
  return end + (firstAttemptAt === null ? 0 : LAST_CHANCE_MS) <= now;
}

function isLate(entry: OutboxEntry, { firstAttemptAt, told }: OutboxRecipient, now: number): boolean {
  if (firstAttemptAt === null || told.delayed || entry.mailFrom === '' || entry.automatic) return false;
  return firstAttemptAt + DELAYED_AFTER_MS <= now;
}
