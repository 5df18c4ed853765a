/** How an entry of the outbox goes on. Pure: each function gives another entry, and given again changes nothing. */
import { DELAYED_AFTER_MS, nextAttempt } from '../core/mail/sending/schedule.ts';
import type { CarrierResult } from '../core/ports/carrier.ts';
import type { DeliveryFailure, OutboxEntry, OutboxRecipient, PendingReport } from '../core/ports/outbox.ts';

/** After this time an attempt counts as dead: longer than a carrier takes for one consignment. */
const LEASE_MS = 10 * 60_000;
/** When what could not be done here is tried again. */
export const LOCAL_RETRY_MS = 60_000;

const BROKE_OFF: DeliveryFailure = {
  status: '4.4.2',
  text: 'An attempt broke off; the message may have been taken.',
};

/** Whether the sender took it back, and it is not a draft again yet. */
export function isTakenBack(entry: OutboxEntry): boolean {
  return entry.state === 'open' && !entry.begun && entry.recipients.every((r) => r.state === 'cancelled');
}

function waits({ state }: OutboxRecipient): boolean {
  return state === 'queued' || state === 'uncertain';
}

function isDue(recipient: OutboxRecipient, at: number): boolean {
  if (recipient.mailbox !== null) return false;
  // Of an attempt that died: nobody knows how far it came.
  return recipient.state === 'sending' || (waits(recipient) && (recipient.nextAttemptAt ?? at) <= at);
}

/** Whether an attempt at this time would hand something to a carrier. */
export function hasRemoteWork(entry: OutboxEntry, at: number): boolean {
  return entry.recipients.some((r) => isDue(r, at));
}

interface Claim {
  claim: string;
  at: number;
  now: number;
  signature: string;
  /** After this time it counts as dead. */
  leaseMs?: number;
  /** false: nothing is handed to anybody, recipients of other hosts wait on. */
  hands?: boolean;
}

/** An attempt takes the entry; null when it is not its turn. */
export function claimed(
  entry: OutboxEntry,
  { claim, at, now, signature, leaseMs = LEASE_MS, hands = true }: Claim,
): OutboxEntry | null {
  if (entry.claim === claim) return entry;
  if (entry.state === 'done' || isTakenBack(entry) || entry.nextAttemptAt > at) return null;
  const recipients = entry.recipients.map((r): OutboxRecipient => {
    if (!isDue(r, at)) return r;
    const failure = r.state === 'sending' ? BROKE_OFF : r.failure;
    if (!hands) return r.state === 'sending' ? { ...r, failure, state: 'uncertain', nextAttemptAt: now } : r;
    const firstAttemptAt = r.firstAttemptAt ?? now;
    return { ...r, failure, state: 'sending', attempts: r.attempts + 1, firstAttemptAt };
  });
  const nextAttemptAt = now + leaseMs;
  return { ...entry, recipients, claim, signature, begun: true, nextAttemptAt, updatedAt: now };
}

export interface Roll {
  now: number;
  /** Of [0, 1), for the time of the next attempt. */
  random: number;
}

/** What a carrier said of the recipients that an attempt (`before` is the entry as it took it) handed to it. */
export function withResults(
  entry: OutboxEntry,
  before: OutboxEntry,
  carrier: string,
  results: readonly CarrierResult[],
  roll: Roll,
): OutboxEntry {
  const byAddress = new Map(results.map((result) => [result.address, result]));
  const attempts = new Map(before.recipients.map((r) => [r.address, r.attempts]));
  const recipients = entry.recipients.map((r) => {
    const result = byAddress.get(r.address);
    if (result === undefined || r.mailbox !== null) return r;
    // What was handed over is handed over, also when this attempt was taken for dead in the meantime.
    if (result.outcome === 'sent' && (r.state === 'sending' || waits(r))) return sent(r, carrier, result);
    if (r.state !== 'sending' || r.attempts !== attempts.get(r.address)) return r;
    return afterFailure(r, carrier, result, roll);
  });
  return { ...entry, recipients };
}

function sent(recipient: OutboxRecipient, carrier: string, { remoteId }: CarrierResult): OutboxRecipient {
  return {
    ...recipient,
    ...{ state: 'sent', failure: null, nextAttemptAt: null, carrier },
    remoteId: remoteId ?? null,
  };
}

function afterFailure(
  recipient: OutboxRecipient,
  carrier: string,
  { outcome, status, text, host }: CarrierResult,
  { now, random }: Roll,
): OutboxRecipient {
  const by = host === undefined ? `x-waypost; ${carrier}` : `dns; ${host}`;
  const failure: DeliveryFailure = { status, text, by };
  if (outcome === 'failed') return { ...recipient, state: 'failed', failure, carrier, nextAttemptAt: null };
  const { attempts, firstAttemptAt } = recipient;
  const nextAttemptAt = nextAttempt(attempts, firstAttemptAt ?? now, now, random);
  if (nextAttemptAt !== null) {
    const state = outcome === 'uncertain' ? 'uncertain' : 'queued';
    return { ...recipient, state, failure, carrier, nextAttemptAt };
  }
  // RFC 3463 3.5: delivery time expired.
  const words = `Given up after 48 hours. The last answer was: ${status} ${text}`;
  const over = { status: '5.4.7', text: words, by };
  return { ...recipient, state: 'failed', failure: over, carrier, nextAttemptAt: null };
}

/**
 * The end of an attempt: what the sender is to be told, and when the next one is. `claim` is the attempt's own; while
 * another one is under way, only that one says when.
 */
export function settled(entry: OutboxEntry, claim: string, now: number): OutboxEntry {
  const told = withReports(entry, now);
  if (told.claim !== '' && told.claim !== claim) return { ...told, updatedAt: now };
  const times = told.recipients.flatMap((r) => {
    if (r.state === 'sending') return [told.nextAttemptAt];
    if (!waits(r)) return [];
    if (r.mailbox !== null) return [now + LOCAL_RETRY_MS];
    return [
      r.nextAttemptAt ?? now,
      ...(mayTellDelay(told, r) ? [(r.firstAttemptAt ?? now) + DELAYED_AFTER_MS] : []),
    ];
  });
  if (told.reports.length > 0 || !told.copied) times.push(now + LOCAL_RETRY_MS);
  return {
    ...told,
    claim: '',
    state: times.length === 0 ? 'done' : 'open',
    nextAttemptAt: times.length === 0 ? now : Math.min(...times),
    updatedAt: now,
  };
}

/** One report for all that failed in one pass, and one for all that take longer than the sender would think. */
export function withReports(entry: OutboxEntry, now: number): OutboxEntry {
  // A null return path wants no word (RFC 5321 6.1).
  if (entry.mailFrom === '') return entry;
  const failed = entry.recipients.filter((r) => r.state === 'failed' && !r.told.failed);
  const late = entry.recipients.filter(
    (r) => mayTellDelay(entry, r) && (r.firstAttemptAt ?? now) + DELAYED_AFTER_MS <= now,
  );
  if (failed.length === 0 && late.length === 0) return entry;
  const report = (kind: PendingReport['kind'], about: OutboxRecipient[]): PendingReport[] =>
    about.length === 0
      ? []
      : [{ key: `${kind}-${entry.revision}`, kind, at: now, addresses: about.map((r) => r.address) }];
  const recipients = entry.recipients.map((r) =>
    failed.includes(r)
      ? { ...r, told: { ...r.told, failed: true } }
      : late.includes(r)
        ? { ...r, told: { ...r.told, delayed: true } }
        : r,
  );
  return {
    ...entry,
    recipients,
    reports: [...entry.reports, ...report('failed', failed), ...report('delayed', late)],
  };
}

function mayTellDelay(entry: OutboxEntry, recipient: OutboxRecipient): boolean {
  const { mailbox, firstAttemptAt, told } = recipient;
  const open = waits(recipient) && mailbox === null && firstAttemptAt !== null;
  return open && !told.delayed && entry.mailFrom !== '' && !entry.automatic;
}

/** Nothing of it can be sent any more: its bytes are gone. */
export function withoutBytes(entry: OutboxEntry): OutboxEntry {
  const failure = { status: '5.3.0', text: 'The message was lost before it could be sent.' };
  return {
    ...entry,
    copied: true,
    recipients: entry.recipients.map((r) =>
      waits(r) || r.state === 'sending' ? { ...r, state: 'failed', failure, nextAttemptAt: null } : r,
    ),
  };
}
