/** What the trace keeps of mail that leaves, from what the outbox knows. */
import { domainOf } from '../identity/roles.ts';
import { derivedId } from '../mail/sending/ids.ts';
import type { CarrierResult } from '../ports/carrier.ts';
import type { Refusal, Submission } from '../ports/outbound.ts';
import type { OutboxEntry, OutboxRecipient, PendingReport } from '../ports/outbox.ts';
import type { TraceDetails, TraceMessage, TraceRows, TraceStep } from '../ports/trace.ts';
import { outgoingTraceId } from './ids.ts';
import { tracedAddress } from './incoming.ts';

type Sent = Pick<Submission, 'sender' | 'via'>;

/** A message that was accepted, for all of its recipients. */
export async function submittedRows(entry: OutboxEntry, { sender, via }: Sent): Promise<TraceRows> {
  const traceId = await outgoingTraceId(entry);
  const { address } = sender.user;
  const whose = { sender: entry.mailFrom === '' ? address : entry.mailFrom, domain: domainOf(address) };
  const heldUntil = entry.begun ? null : entry.notBefore;
  const details = { via: via ?? null, size: entry.rawSize, automatic: entry.automatic, heldUntil };
  return {
    messages: entry.recipients.map((r) => ({ ...messageOf(entry, traceId, r.address), ...whose })),
    steps: [
      stepOf(entry, traceId, entry.createdAt, {
        step: 'submit',
        verdict: 'accepted',
        key: 'submit',
        details,
      }),
    ],
  };
}

/** What was handed in and not accepted. Its header is not looked at, so that its recipients are not known. */
export async function refusedSubmissionRows(
  { sender, submissionId, raw, correlationId, via, automatic }: Submission,
  reason: Refusal,
  at: number,
): Promise<TraceRows> {
  const { tenantId, mailboxId } = sender.ref;
  const traceId = await derivedId(at, 'refused', tenantId, mailboxId, submissionId);
  const { address } = sender.user;
  const recipients = automatic?.recipients ?? [''];
  return {
    messages: recipients.slice(0, 100).map((recipient) => ({
      ...{ tenantId, traceId, recipient: recipient === '' ? '' : tracedAddress(recipient), at },
      ...{ direction: 'out', sender: address, domain: domainOf(address), messageId: '', correlationId },
      ...{ mailboxId, size: raw.length },
    })),
    steps: [
      {
        ...{ tenantId, traceId, key: 'submit', at, recipient: '', step: 'submit', verdict: 'refused' },
        details: { reason, via: via ?? null },
      },
    ],
  };
}

/** What a carrier said of each recipient that was handed to it. */
export async function attemptRows(
  entry: OutboxEntry,
  { carrier, results }: { carrier: string; results: readonly CarrierResult[] },
  at: number,
): Promise<TraceRows> {
  const traceId = await outgoingTraceId(entry);
  const attempts = new Map(entry.recipients.map((r) => [r.address, r.attempts]));
  const known = results.filter(({ address }) => attempts.has(address));
  return {
    messages: known.map(({ address }) => messageOf(entry, traceId, address)),
    steps: known.map(({ address, outcome, status, text, host, remoteId }) => {
      const attempt = attempts.get(address) ?? 0;
      const details = { attempt, carrier, host: host ?? null, status, text, remoteId: remoteId ?? null };
      const key = `attempt:${attempt}:${address}`;
      return stepOf(entry, traceId, at, {
        step: 'attempt',
        verdict: outcome,
        key,
        details,
        recipient: address,
      });
    }),
  };
}

/** What became of recipients between two states of an entry, beside what a carrier said. */
export async function progressRows(before: OutboxEntry, after: OutboxEntry, at: number): Promise<TraceRows> {
  const traceId = await outgoingTraceId(after);
  const known = new Map(before.recipients.map((r) => [r.address, r]));
  const rows: TraceRows = { messages: [], steps: [] };
  for (const recipient of after.recipients) {
    const change = changeOf(known.get(recipient.address), recipient);
    if (change === null) continue;
    const { address, attempts } = recipient;
    const { step, ...rest } = change;
    const key = `${step}:${attempts}:${address}`;
    rows.messages.push(messageOf(after, traceId, address));
    rows.steps.push(stepOf(after, traceId, at, { step, key, recipient: address, ...rest }));
  }
  return rows;
}

function changeOf(
  before: OutboxRecipient | undefined,
  after: OutboxRecipient,
): { step: string; verdict: string; details: TraceDetails } | null {
  if (before?.state === after.state) return null;
  const { mailbox, group, failure } = after;
  const via: TraceDetails = group === undefined ? {} : { group };
  if (after.state === 'sent' && mailbox !== null) {
    return { step: 'deliver', verdict: 'delivered', details: { mailboxId: mailbox.mailboxId, ...via } };
  }
  if (after.state === 'failed') {
    const { status = '', text = '', by = null } = failure ?? {};
    return { step: 'fail', verdict: 'failed', details: { status, text, by, ...via } };
  }
  return after.state === 'cancelled' ? { step: 'cancel', verdict: 'cancelled', details: via } : null;
}

/** Word to the sender that is in their mailbox now. */
export async function reportRows(
  entry: OutboxEntry,
  reports: readonly PendingReport[],
  at: number,
): Promise<TraceRows> {
  if (reports.length === 0) return { messages: [], steps: [] };
  const traceId = await outgoingTraceId(entry);
  const steps = reports.flatMap(({ key, kind, addresses }) =>
    addresses.map((recipient) =>
      stepOf(entry, traceId, at, {
        ...{ step: 'report', verdict: kind, key: `report:${key}:${recipient}`, recipient },
      }),
    ),
  );
  return { messages: [], steps };
}

/** Somebody asked for it to be tried anew. */
export async function retriedRows(entry: OutboxEntry, at: number): Promise<TraceRows> {
  const traceId = await outgoingTraceId(entry);
  const key = `retry:${entry.revision}`;
  return { messages: [], steps: [stepOf(entry, traceId, at, { step: 'retry', verdict: 'asked', key })] };
}

function messageOf(entry: OutboxEntry, traceId: string, recipient: string): TraceMessage {
  const { ref, mailFrom, fromDomain, messageId, correlationId, createdAt, rawSize } = entry;
  return {
    ...{ tenantId: ref.tenantId, traceId, recipient, at: createdAt, direction: 'out', sender: mailFrom },
    ...{ domain: fromDomain, messageId, correlationId, mailboxId: ref.mailboxId, size: rawSize },
  };
}

function stepOf(
  { ref }: Pick<OutboxEntry, 'ref'>,
  traceId: string,
  at: number,
  of: Pick<TraceStep, 'step' | 'verdict' | 'key'> & { details?: TraceDetails; recipient?: string },
): TraceStep {
  const { step, verdict, key, details = {}, recipient = '' } = of;
  return { tenantId: ref.tenantId, traceId, key, at, recipient, step, verdict, details };
}
