import { join } from '../../codecs/mime/edit/index.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { CarrierResult } from '../../core/ports/carrier.ts';
import type { ExternalSending, TakenMessage } from '../../core/ports/outbound.ts';
import type { OutboxEntry } from '../../core/ports/outbox.ts';
import { attemptRows } from '../../core/trace/outgoing.ts';
import { finish, finishLost } from '../attempt.ts';
import { modify } from '../modify.ts';
import { note } from '../note.ts';
import { readOutgoing } from '../outgoing.ts';
import { sizeOf } from '../prepare.ts';
import { claimed, hasRemoteWork, isTakenBack, withResults } from '../progress.ts';
import { noteRemoteIds } from '../remote/aliases.ts';
import { signedMessage } from '../remote/signed.ts';
import type { OutboundServices } from '../services.ts';
import { tell } from '../tell.ts';

const CARRIER = 'external';
/** Others that are due may have work here alone. */
const LOOK_AT = 4;
const MAX_TEXT = 500;

export function createExternalSending(services: OutboundServices): ExternalSending {
  return {
    take: (tenantId, options) => take(services, tenantId, options),
    open: (ref, submissionId, lease) => open(services, ref, submissionId, lease),
    extend: (ref, submissionId, lease, ms) => extend(services, ref, submissionId, lease, ms),
    settle: (ref, submissionId, lease, results) => settle(services, { ref, submissionId, lease }, results),
  };
}

async function take(
  services: OutboundServices,
  tenantId: string,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<TakenMessage[] | null> {
  if ((await services.carrierFor(tenantId))?.name !== CARRIER) return null;
  const now = services.now();
  const due = await services.outbox.dueEntries(tenantId, now, limit * LOOK_AT);
  const taken: TakenMessage[] = [];
  for (const entry of due) {
    if (taken.length >= limit) break;
    if (!entry.begun || isTakenBack(entry) || !hasRemoteWork(entry, now)) continue;
    const one = await takeOne(services, entry, leaseMs);
    if (one !== null) taken.push(one);
  }
  return taken;
}

async function takeOne(
  services: OutboundServices,
  entry: OutboxEntry,
  leaseMs: number,
): Promise<TakenMessage | null> {
  const now = services.now();
  const lease = crypto.randomUUID();
  const message = await readOutgoing(services, entry.rawKey);
  const signed =
    message === null ? null : await signedMessage(services, entry, message, Number.POSITIVE_INFINITY);
  const signature = signed?.signature ?? entry.signature;
  // Of two who come at once, this write lets one have it.
  const mine = await modify(services, entry, (e) =>
    claimed(e, { claim: lease, at: now, now, signature, leaseMs }),
  );
  if (mine === null) return null;
  if (signed === null) {
    await finishLost(services, mine, lease);
    return null;
  }
  const recipients = mine.recipients.filter(isTaken).map(({ address }) => address);
  const doubtful = entry.recipients.filter((r) => r.state === 'sending' || r.state === 'uncertain');
  const isPlain = (text: string) => /^[\x00-\x7f]*$/.test(text);
  const [head] = signed.message;
  return {
    ...{ entry: mine, lease, size: sizeOf(signed.message) },
    uncertain: doubtful.map(({ address }) => address).filter((address) => recipients.includes(address)),
    needs: {
      smtputf8: has8Bit(head) || ![mine.mailFrom, ...recipients].every(isPlain),
      eightBit: signed.message.some(has8Bit),
    },
  };
}

function isTaken({ mailbox, state }: OutboxEntry['recipients'][number]): boolean {
  return mailbox === null && state === 'sending';
}

function has8Bit(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte > 127);
}

async function open(
  services: OutboundServices,
  ref: MailboxRef,
  submissionId: string,
  lease: string,
): Promise<Uint8Array | 'lost' | null> {
  const entry = await services.outbox.getEntry(ref, submissionId);
  if (entry === null) return null;
  if (entry.claim !== lease || entry.nextAttemptAt <= services.now()) return 'lost';
  const message = await readOutgoing(services, entry.rawKey);
  if (message === null) return 'lost';
  return join((await signedMessage(services, entry, message, Number.POSITIVE_INFINITY)).message);
}

async function extend(
  services: OutboundServices,
  ref: MailboxRef,
  submissionId: string,
  lease: string,
  leaseMs: number,
): Promise<{ until: number } | 'lost' | null> {
  const entry = await services.outbox.getEntry(ref, submissionId);
  if (entry === null) return null;
  const now = services.now();
  const until = now + leaseMs;
  const after = await modify(services, entry, (e) =>
    e.claim === lease && e.nextAttemptAt > now ? { ...e, nextAttemptAt: until, updatedAt: now } : null,
  );
  return after === null ? 'lost' : { until: after.nextAttemptAt };
}

async function settle(
  services: OutboundServices,
  { ref, submissionId, lease }: { ref: MailboxRef; submissionId: string; lease: string },
  given: readonly CarrierResult[],
): Promise<{ entry: OutboxEntry; ignored: string[] } | null> {
  const seen = await services.outbox.getEntry(ref, submissionId);
  if (seen === null) return null;
  const results = given.map((one) => ({ ...one, text: one.text.slice(0, MAX_TEXT) }));
  const roll = { now: services.now(), random: services.random() };
  const apply = (e: OutboxEntry) => {
    const mine = e.claim === lease ? results : results.filter((one) => wasTaken(e, one));
    return withResults(e, e, CARRIER, mine, roll);
  };
  const after = await modify(services, seen, (e) => {
    const to = apply(e);
    return e.recipients.every((r, n) => r === to.recipients[n]) ? e : { ...to, updatedAt: roll.now };
  });
  const entry = after ?? seen;
  services.defer(noteRemoteIds(services, entry, results));
  if (after !== null) await note(services, attemptRows(entry, { carrier: CARRIER, results }, services.now()));
  if (after !== null) tell(services, seen, after);
  const ignored = results.filter((one) => !isSo(entry, one)).map(({ address }) => address);
  if (entry === seen || (entry.claim === lease && entry.recipients.some(isTaken))) return { entry, ignored };
  const message = (await readOutgoing(services, entry.rawKey)) ?? [new Uint8Array(), new Uint8Array()];
  await finish(services, entry, { claim: lease, message, fetched: true }, (e) => e);
  return { entry: (await services.outbox.getEntry(ref, submissionId)) ?? entry, ignored };
}

/** Somebody who had it once says later that it was handed over: that must never be done again. */
function wasTaken(entry: OutboxEntry, { address, outcome }: CarrierResult): boolean {
  return outcome === 'sent' && entry.recipients.some((r) => r.address === address && r.attempts > 0);
}

const STATES: Readonly<Record<CarrierResult['outcome'], readonly string[]>> = {
  sent: ['sent'],
  failed: ['failed'],
  // After two days the last one of these fails.
  retry: ['queued', 'failed'],
  uncertain: ['uncertain', 'failed'],
};

function isSo(entry: OutboxEntry, { address, outcome, status }: CarrierResult): boolean {
  const recipient = entry.recipients.find((r) => r.address === address && r.mailbox === null);
  if (recipient === undefined || !STATES[outcome].includes(recipient.state)) return false;
  return outcome === 'sent' || recipient.failure?.status === status || recipient.failure?.status === '5.4.7';
}
