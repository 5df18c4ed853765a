/** The way out of the house: what users send, brought to mailboxes of this installation. */
import { rewriteHeader } from '../codecs/mime/edit/index.ts';
import type { MessageIndex } from '../codecs/mime/types.ts';
import { ConflictError } from '../core/errors.ts';
import { outgoingKey } from '../core/mail/sending/ids.ts';
import { type Recipient, recipientsOf } from '../core/mail/sending/recipients.ts';
import type { Outbound, Submission, SubmitResult } from '../core/ports/outbound.ts';
import type { OutboxEntry } from '../core/ports/outbox.ts';
import { deliver, sentItemId } from './deliver.ts';
import { streamOf } from './local/place.ts';
import { planRecipients } from './plan.ts';
import { headerIndex, type Prepared, prepare, sizeOf, type WholeMessage } from './prepare.ts';
import type { OutboundServices } from './services.ts';

export { createComposer } from './compose/composer.ts';

/** An entry that was touched later than this may still be under way somewhere else. */
const IDLE_MS = 60_000;
const RESUME_AT_ONCE = 50;
/** How long a client may come back with what it sent already. */
const REMEMBER_MS = 14 * 24 * 60 * 60 * 1000;

export function createOutbound(services: OutboundServices): Outbound {
  return {
    submit: (submission) => submit(services, submission),
    resume: (tenantId, options) => resume(services, tenantId, options),
  };
}

async function submit(services: OutboundServices, submission: Submission): Promise<SubmitResult> {
  const { ref } = submission.sender;
  const known = await services.outbox.getEntry(ref, submission.submissionId);
  if (known !== null) return already(services, known);

  const first = await prepare(services, submission);
  if (typeof first === 'string') return { kind: 'refused', reason: first };
  const recipients = recipientsOf(first.index);
  if (recipients === 'too-many') return { kind: 'refused', reason: 'too-many-recipients' };
  if (recipients.length === 0) return { kind: 'refused', reason: 'no-recipients' };

  const prepared = await keepOutgoing(services, submission, first);
  const entry = await planEntry(services, submission, prepared, recipients);
  // From here on it is accepted, whatever happens (I23).
  if (!(await services.outbox.addEntry(entry))) {
    const other = await services.outbox.getEntry(ref, submission.submissionId);
    return other === null ? { kind: 'already' } : already(services, other);
  }
  services.log.info('outbound.accepted', {
    correlationId: submission.correlationId,
    tenantId: ref.tenantId,
    mailboxId: ref.mailboxId,
    submissionId: submission.submissionId,
    recipients: recipients.length,
    size: entry.rawSize,
  });
  await attempt(services, entry, prepared.message, prepared.index);
  services.defer(noteRecipients(services, submission, recipients));
  return { kind: 'accepted', itemId: submission.saveInSentItems ? await sentItemId(entry) : null };
}

/** Makes the message durable. When an earlier attempt did so, its bytes are the ones that count. */
async function keepOutgoing(
  services: OutboundServices,
  submission: Submission,
  prepared: Prepared,
): Promise<Prepared> {
  const { sender, submissionId, correlationId } = submission;
  const key = outgoingKey(sender.ref.tenantId, submissionId);
  try {
    await services.blobs.putRaw(key, streamOf(prepared.message), {
      ...sender.ref,
      mailFrom: prepared.mailFrom,
      rcptTo: '',
      receivedAt: services.now(),
      rawSize: sizeOf(prepared.message),
      correlationId,
      authResults: '',
    });
    return prepared;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const raw = await readOutgoing(services, key);
    // Finished by another attempt in this very moment: the outbox will say so.
    if (raw === null) return prepared;
    const stored = await prepare(services, { sender, submissionId, raw });
    return typeof stored === 'string' ? prepared : stored;
  }
}

async function readOutgoing(services: OutboundServices, key: string): Promise<Uint8Array | null> {
  const object = await services.blobs.open(key);
  return object === null ? null : new Uint8Array(await new Response(object.stream).arrayBuffer());
}

async function planEntry(
  services: OutboundServices,
  { sender, submissionId, saveInSentItems, correlationId }: Submission,
  { message, index, mailFrom }: Prepared,
  asked: Recipient[],
): Promise<OutboxEntry> {
  const stored = recipientsOf(index);
  const recipients = typeof stored === 'string' || stored.length === 0 ? asked : stored;
  const now = services.now();
  const rawSize = sizeOf(message);
  return {
    submissionId,
    ref: sender.ref,
    rawKey: outgoingKey(sender.ref.tenantId, submissionId),
    rawSize,
    mailFrom,
    saveInSentItems,
    state: 'open',
    recipients: await planRecipients(services, recipients, rawSize),
    correlationId,
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
}

/** An accepted message is never refused afterwards: what fails now is taken up again. */
async function attempt(
  services: OutboundServices,
  entry: OutboxEntry,
  message: WholeMessage,
  index: MessageIndex,
): Promise<void> {
  try {
    await deliver(services, entry, message, index);
  } catch (error) {
    const { submissionId, correlationId } = entry;
    services.log.warn('outbound.unfinished', { correlationId, submissionId, error: String(error) });
  }
}

/** Goes on with an entry by what was kept of it. False when that is gone. */
async function takeUp(services: OutboundServices, entry: OutboxEntry): Promise<boolean> {
  const raw = await readOutgoing(services, entry.rawKey);
  if (raw === null) return false;
  const message = rewriteHeader(raw, new Set(), []);
  await attempt(services, entry, message, headerIndex(message[0]));
  return true;
}

async function already(services: OutboundServices, entry: OutboxEntry): Promise<SubmitResult> {
  if (entry.state === 'done') {
    // What a late attempt put there once more.
    services.defer(services.blobs.delete(entry.rawKey).catch(() => undefined));
  } else {
    // Perhaps the first attempt died: nobody else may come for a while.
    await takeUp(services, entry);
  }
  return { kind: 'already' };
}

async function resume(
  services: OutboundServices,
  tenantId: string,
  { idleMs = IDLE_MS, limit = RESUME_AT_ONCE }: { idleMs?: number; limit?: number } = {},
): Promise<number> {
  const now = services.now();
  const entries = await services.outbox.openEntries(tenantId, now - idleMs, limit);
  for (const entry of entries) {
    if (await takeUp(services, entry)) continue;
    services.log.warn('outbound.raw-missing', { tenantId, submissionId: entry.submissionId });
  }
  await services.outbox.forgetEntries(tenantId, now - REMEMBER_MS);
  return entries.length;
}

async function noteRecipients(
  services: OutboundServices,
  { sender, correlationId }: Submission,
  recipients: readonly Recipient[],
): Promise<void> {
  const people = recipients
    .filter(({ canonical, address }) => canonical && address !== sender.user.address)
    .map(({ address, name }) => ({ address, name }));
  if (people.length === 0) return;
  try {
    await services.mail.mailbox(sender.ref).noteCorrespondents(people, services.now());
  } catch (error) {
    services.log.warn('outbound.not-noted', { correlationId, error: String(error) });
  }
}
