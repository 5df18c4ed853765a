/** What the trace keeps of mail that comes in: the envelope, verdicts and names of places. Never content. */
import { domainOf } from '../identity/roles.ts';
import { parseRawKey } from '../mail/place-key.ts';
import { canonicalAddress } from '../mail/recipients.ts';
import type { NewMessage } from '../mail/types.ts';
import type { RawEnvelope } from '../ports/blobs.ts';
import type { AuditJob } from '../ports/queues.ts';
import type { TraceDetails, TraceMessage, TraceRows, TraceStep } from '../ports/trace.ts';

/** An address as a search asks for it: canonical where it can be. */
export function tracedAddress(address: string): string {
  return canonicalAddress(address) ?? address.slice(0, 512);
}

/** A message that was accepted: it is stored, and its pointer lies in the queue. */
export function receivedRows(envelope: RawEnvelope, rawKey: string, messageId = ''): TraceRows {
  const message = incomingMessage(envelope, rawKey, messageId);
  if (message === null) return { messages: [], steps: [] };
  const { tenantId, traceId, at, size } = message;
  const verdict = envelope.submitted === true ? 'submitted' : 'accepted';
  const details: TraceDetails = { size };
  if (envelope.group === true) details['group'] = true;
  if (envelope.member !== undefined) details['group'] = tracedAddress(envelope.rcptTo);
  const step = { tenantId, traceId, key: 'receive', at, recipient: '', step: 'receive', verdict, details };
  return { messages: [message], steps: [step] };
}

function incomingMessage(envelope: RawEnvelope, rawKey: string, messageId: string): TraceMessage | null {
  const parsed = parseRawKey(rawKey);
  if (parsed === null || !isTraced(envelope)) return null;
  const recipient = tracedAddress(envelope.member ?? envelope.rcptTo);
  return {
    ...{ tenantId: parsed.tenantId, traceId: parsed.itemId, recipient, at: envelope.receivedAt },
    ...{ direction: 'in', sender: tracedAddress(envelope.mailFrom), domain: domainOf(recipient), messageId },
    ...{ correlationId: envelope.correlationId, mailboxId: envelope.mailboxId, size: envelope.rawSize },
  };
}

/** What its owner, or a rule of theirs, put into the mailbox came from nowhere. */
export function isTraced({ role, folderId }: RawEnvelope): boolean {
  return role === undefined && folderId === undefined;
}

/** One thing that happened to a message that came in. */
export function incomingStep(
  to: { tenantId: string; traceId: string; at: number },
  step: string,
  verdict: string,
  { key = step, details = {} }: { key?: string; details?: TraceDetails } = {},
): TraceStep {
  return { ...to, key, recipient: '', step, verdict, details };
}

/** Where it was put, by which verdict and which rules. */
export function placeDetails(
  { folderRole, folderId, verdict, degraded }: NewMessage,
  rules: readonly string[],
): TraceDetails {
  return {
    folder: folderId === undefined ? folderRole : null,
    folderId: folderId ?? null,
    rules: rules.length === 0 ? null : rules.join(', '),
    unparsed: degraded.some((one) => one === 'unparsed' || one === 'parse-failed'),
    ...verdictDetails(verdict),
  };
}

export function verdictDetails(verdict: NewMessage['verdict']): TraceDetails {
  if (verdict === undefined || verdict === null || verdict.source === 'submitted') return {};
  const { spf, dkim, dmarc, arc, policy, spam, fromDomain, disposition, reasons, source } = verdict;
  const checks = { source, spf, dkim, dmarc, arc, policy, fromDomain, spam, disposition };
  return { ...checks, reasons: reasons.join('; ') };
}

/** The trace of what was refused, from the event of the audit log that tells of it. */
export function refusedRows(event: AuditJob): TraceRows {
  const { tenantId, eventId: traceId, at, details, correlationId } = event;
  if (event.action !== 'mail.refuse' || tenantId === null) return { messages: [], steps: [] };
  const recipient = tracedAddress(event.resource);
  const sender = tracedAddress(String(details['mailFrom'] ?? ''));
  const size = Number(details['size'] ?? 0);
  const step = incomingStep({ tenantId, traceId, at }, 'receive', 'refused', {
    details: { reason: String(details['reason'] ?? ''), size },
  });
  return {
    messages: [
      {
        ...{ tenantId, traceId, recipient, at, direction: 'in', sender, domain: domainOf(recipient) },
        ...{ messageId: '', correlationId, mailboxId: '', size },
      },
    ],
    steps: [step],
  };
}
