/**
 * SMTP in: envelope -> recipient -> raw object -> queue, and nothing else. The message is not parsed here, and its
 * own headers decide nothing.
 */
import { rawKey } from '../../core/mail/place-key.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import { abortable, withDeadline } from '../../platform/deadline.ts';
import { newId } from '../../platform/ids.ts';
import type { Services } from '../../platform/services.ts';
import { AdmissionCache, admit } from './admission.ts';
import { platformAuthResults } from './auth-results.ts';
import { REFUSALS, type RefusalReason, refusalAudit } from './refusal.ts';

/** The platform ends a handler after about 30 s without telling the sender anything useful: give up before. */
const DEADLINE_MS = 20_000;

/** What is needed of the platform's ForwardableEmailMessage. */
export interface InboundMessage {
  /** Envelope sender; empty for a bounce. */
  readonly from: string;
  /** The one envelope recipient of this call. */
  readonly to: string;
  readonly headers: Headers;
  readonly raw: ReadableStream<Uint8Array>;
  readonly rawSize: number;
  /** Answers the sender with a permanent error that ends with this text. */
  setReject(reason: string): void;
}

interface Transaction {
  message: InboundMessage;
  correlationId: string;
  receivedAt: number;
  signal: AbortSignal;
}

/** One for the isolate and each environment in it: what one installation knows of an address is nothing to another. */
const caches = new WeakMap<object, AdmissionCache>();

function cacheOf({ config }: Services): AdmissionCache {
  let cache = caches.get(config);
  if (cache === undefined) {
    cache = new AdmissionCache();
    caches.set(config, cache);
  }
  return cache;
}

/**
 * The email() handler. Resolves when the message is durable and queued, or refused by policy with setReject;
 * rejects on any fault of ours, which the platform turns into a temporary error (I1, I2).
 */
export function createEmailInbound(
  services: Services,
  options: { deadlineMs?: number; cache?: AdmissionCache } = {},
): (message: InboundMessage) => Promise<void> {
  const cache = options.cache ?? cacheOf(services);
  return (message) =>
    withDeadline(options.deadlineMs ?? DEADLINE_MS, (signal) => {
      const receivedAt = services.now();
      return receive(services, cache, { message, correlationId: newId(receivedAt), receivedAt, signal });
    });
}

async function receive(services: Services, cache: AdmissionCache, transaction: Transaction): Promise<void> {
  const { message, correlationId, receivedAt, signal } = transaction;
  const authResults = platformAuthResults(message.headers, services.config.platformAuthservId);
  const admission = await admit(services, cache, message.to, message.rawSize, {
    mailFrom: message.from,
    authResults,
  });
  signal.throwIfAborted();
  if (admission.kind === 'refuse') return refuse(services, transaction, admission.reason, admission.tenantId);

  const { ref } = admission;
  const key = rawKey(ref.tenantId, receivedAt, newId(receivedAt));
  const envelope: RawEnvelope = {
    ...ref,
    mailFrom: message.from.slice(0, 512),
    rcptTo: message.to.slice(0, 512),
    receivedAt,
    rawSize: message.rawSize,
    correlationId,
    authResults,
    ...(admission.kind === 'group' ? { group: true } : {}),
  };
  const { sha256 } = await services.blobs.putRaw(key, abortable(message.raw, signal), envelope);
  signal.throwIfAborted();
  // When this fails the message is durable but in no queue. The failure goes to the sender all the same (I2):
  // the retry and what the reconciler finds have one dedupe key and become one message (I9).
  await services.queues.ingest([{ v: 1, key, ...ref, size: message.rawSize, sha256, correlationId }]);
  signal.throwIfAborted();
  cache.addSize(ref.mailboxId, message.rawSize);
  services.log.info('mail.accepted', {
    correlationId,
    tenantId: ref.tenantId,
    mailboxId: ref.mailboxId,
    key,
    size: message.rawSize,
  });
}

async function refuse(
  services: Services,
  { message, correlationId, receivedAt, signal }: Transaction,
  reason: RefusalReason,
  tenantId: string | null,
): Promise<void> {
  const audit = refusalAudit({
    eventId: newId(receivedAt),
    at: receivedAt,
    tenantId,
    recipient: message.to,
    mailFrom: message.from,
    size: message.rawSize,
    reason,
    correlationId,
  });
  // First the row, then the refusal: a refusal without its row must not happen (I3).
  await services.queues.audit([audit]);
  signal.throwIfAborted();
  services.log.info('mail.refused', { correlationId, tenantId, reason, size: message.rawSize });
  message.setReject(REFUSALS[reason]);
}
