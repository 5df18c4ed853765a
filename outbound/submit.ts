import { ConflictError } from '../core/errors.ts';
import { outgoingKey } from '../core/mail/sending/ids.ts';
import { hourOf } from '../core/mail/sending/limits.ts';
import { givenRecipients, type Recipient, recipientsOf } from '../core/mail/sending/recipients.ts';
import type { Submission, SubmitResult } from '../core/ports/outbound.ts';
import type { OutboxEntry } from '../core/ports/outbox.ts';
import { refusedSubmissionRows, submittedRows } from '../core/trace/outgoing.ts';
import { placeAtOnce } from './attempt.ts';
import { passGate } from './gate.ts';
import { sentItemId } from './local/owed.ts';
import { streamOf } from './local/place.ts';
import { note } from './note.ts';
import { readOutgoing, schedule, tidy } from './outgoing.ts';
import { planRecipients } from './plan.ts';
import { type Prepared, prepare, sizeOf } from './prepare.ts';
import { isTakenBack, LOCAL_RETRY_MS, withReports } from './progress.ts';
import type { OutboundServices } from './services.ts';

export async function submit(services: OutboundServices, submission: Submission): Promise<SubmitResult> {
  const result = await hand(services, submission);
  if (result.kind === 'refused')
    services.defer(note(services, refusedSubmissionRows(submission, result.reason, services.now())));
  return result;
}

async function hand(services: OutboundServices, submission: Submission): Promise<SubmitResult> {
  const { ref } = submission.sender;
  const automatic = submission.automatic !== undefined;
  const { entry: known, ...sent } = await services.outbox.beforeSending(
    ref,
    submission.submissionId,
    hourOf(services.now()),
    automatic,
  );
  if (known !== null) return already(services, known, submission);

  const first = await prepare(services, submission);
  if (typeof first === 'string') return { kind: 'refused', reason: first };
  const recipients = askedRecipients(submission, first);
  if (recipients === 'too-many') return { kind: 'refused', reason: 'too-many-recipients' };
  if (recipients.length === 0) return { kind: 'refused', reason: 'no-recipients' };
  const passage = await passGate(services, submission, { recipients: recipients.length, ...sent });
  if (typeof passage === 'string') return { kind: 'refused', reason: passage };

  const prepared = await keepOutgoing(services, submission, first);
  const entry = await planEntry(services, submission, prepared, recipients, passage.notBefore);
  // From here on it is accepted, whatever happens (I23).
  const added = await services.outbox.addEntry(entry, passage.guards);
  // Somebody was quicker than the look before. The raw stays: an attempt of the same id may have put it there.
  if (added === 'limited') return { kind: 'refused', reason: 'rate-limited' };
  if (added === 'present') {
    const other = await services.outbox.getEntry(ref, submission.submissionId);
    return other === null ? { kind: 'already' } : already(services, other, submission);
  }
  services.log.info('outbound.accepted', {
    correlationId: submission.correlationId,
    tenantId: ref.tenantId,
    mailboxId: ref.mailboxId,
    submissionId: submission.submissionId,
    recipients: recipients.length,
    size: entry.rawSize,
    held: !entry.begun,
  });
  const noted = note(services, submittedRows(entry, submission));
  if (entry.begun) await atOnce(services, entry, prepared);
  else await schedule(services, entry);
  await noted;
  if (submission.automatic === undefined) services.defer(noteRecipients(services, submission, recipients));
  return { kind: 'accepted', itemId: submission.saveInSentItems ? await sentItemId(entry) : null };
}

function askedRecipients({ automatic }: Submission, { index }: Pick<Prepared, 'index'>) {
  return automatic === undefined ? recipientsOf(index) : givenRecipients(automatic.recipients);
}

/** Makes the message durable. When an earlier attempt did so, its bytes are the ones that count. */
async function keepOutgoing(
  services: OutboundServices,
  submission: Submission,
  prepared: Prepared,
): Promise<Prepared> {
  const { sender, submissionId, correlationId } = submission;
  const key = outgoingKey(sender.ref.tenantId, sender.ref.mailboxId, submissionId);
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
    const message = await readOutgoing(services, key);
    // Finished by another attempt in this very moment: the outbox will say so.
    if (message === null) return prepared;
    const raw = new Uint8Array(await new Response(streamOf(message)).arrayBuffer());
    const stored = await prepare(services, { ...submission, raw });
    return typeof stored === 'string' ? prepared : stored;
  }
}

async function planEntry(
  services: OutboundServices,
  submission: Submission,
  prepared: Prepared,
  asked: Recipient[],
  notBefore: number,
): Promise<OutboxEntry> {
  const { sender, submissionId, saveInSentItems, correlationId, automatic } = submission;
  const { ref } = sender;
  const stored = askedRecipients(submission, prepared);
  const recipients = typeof stored === 'string' || stored.length === 0 ? asked : stored;
  const now = services.now();
  const rawSize = sizeOf(prepared.message);
  const begun = notBefore <= now;
  const entry: OutboxEntry = {
    submissionId,
    ref,
    rawKey: outgoingKey(ref.tenantId, ref.mailboxId, submissionId),
    rawSize,
    mailFrom: prepared.mailFrom,
    fromDomain: prepared.fromDomain,
    messageId: prepared.messageId,
    automatic: automatic !== undefined,
    saveInSentItems,
    state: 'open',
    recipients: await planRecipients(services, ref, recipients, rawSize),
    notBefore: begun ? now : notBefore,
    begun,
    copied: false,
    // Until then the one that accepts it works on it.
    nextAttemptAt: begun ? now + LOCAL_RETRY_MS : notBefore,
    claim: '',
    signature: '',
    reports: [],
    correlationId,
    createdAt: now,
    updatedAt: now,
    revision: 0,
  };
  return withReports(entry, now);
}

/** An accepted message is never refused afterwards: what fails now is taken up again. */
async function atOnce(
  services: OutboundServices,
  entry: OutboxEntry,
  { message }: Pick<Prepared, 'message'>,
): Promise<void> {
  try {
    await placeAtOnce(services, entry, message);
  } catch (error) {
    const { submissionId, correlationId } = entry;
    services.log.warn('outbound.unfinished', { correlationId, submissionId, error: String(error) });
    await schedule(services, entry);
  }
}

async function already(
  services: OutboundServices,
  entry: OutboxEntry,
  submission: Submission,
): Promise<SubmitResult> {
  // The first attempt may have died before it could tell.
  services.defer(note(services, submittedRows(entry, submission)));
  if (entry.state === 'done') {
    // What a late attempt put there once more.
    tidy(services, entry);
  } else if (entry.begun && !isTakenBack(entry)) {
    // Perhaps the first attempt died: nobody else may come for a while.
    const message = await readOutgoing(services, entry.rawKey);
    if (message !== null) await atOnce(services, entry, { message });
  }
  return { kind: 'already' };
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
