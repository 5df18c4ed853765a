/**
 * A message that was accepted for a group goes to its members: a copy of the raw for each mailbox here, which then goes
 * the way of all mail, and one submission for all at other hosts. Who they are is written down first, each copy has an
 * id that the message and the mailbox give, and what leaves has one that the group and the message give: however often
 * this begins, and however often the sender repeats it, each gets it once (I8, I9, I23).
 */
import { encodeText, join, toCrlf } from '../../codecs/mime/edit/index.ts';
import { hopsOf, LOOP_FIELD_NAME, loopMark, loopMarks, MAX_HOPS } from '../../core/automatic/loop.ts';
import { ConflictError } from '../../core/errors.ts';
import { expandGroup, refOfMember } from '../../core/groups/expand.ts';
import { groupSender, groupSubmissionId } from '../../core/groups/submission.ts';
import { rawKey } from '../../core/mail/place-key.ts';
import { canonicalAddress, routeAddress } from '../../core/mail/recipients.ts';
import { derivedId } from '../../core/mail/sending/ids.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import type { GroupDelivery, GroupRecipient } from '../../core/ports/groups.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import { mayArrive } from '../../core/quota/check.ts';
import { receivedRows } from '../../core/trace/incoming.ts';
import { FAN_OUT, mapBounded } from '../../platform/bounded.ts';
import type { Services } from '../../platform/services.ts';
import { recordTrace, traceRows } from '../../platform/trace.ts';
import { stepOf } from './ingest-trace.ts';
import type { RawReading } from './raw-reading.ts';

/** Copies, and bytes of them, that one delivery of the queue makes; the rest is left to the next. */
const COPIES_A_STEP = 100;
const BYTES_A_STEP = 64 * 1024 * 1024;

/** One step. Rejects when a store does not answer: the queue brings it again. */
export async function deliverToGroup(
  services: Services,
  job: IngestJob,
  envelope: RawEnvelope,
  reading: RawReading,
): Promise<void> {
  const { tenantId, key } = job;
  const delivery =
    (await services.directory.getGroupDelivery(tenantId, key)) ??
    (await services.directory.beginGroupDelivery(await decide(services, job, envelope, reading)));
  const here = delivery.recipients.filter(({ mailbox }) => mailbox !== null);
  const step = Math.max(1, Math.min(COPIES_A_STEP, Math.floor(BYTES_A_STEP / Math.max(1, reading.size))));
  const next = here.slice(delivery.done, delivery.done + step);
  if (next.length > 0) {
    const jobs = await mapBounded(next, FAN_OUT, (to) => copyFor(services, job, envelope, reading, to));
    await services.queues.ingest(jobs);
    await services.directory.noteGroupDelivery(tenantId, key, delivery.done + next.length);
    if (delivery.done + next.length < here.length) {
      await services.queues.ingest([job]);
      return;
    }
  }
  await passOutside(services, job, envelope, reading, delivery);
  await services.directory.noteGroupDelivery(tenantId, key, delivery.recipients.length);
  // Every copy is durable by itself: this one was only on its way.
  await services.blobs.delete(key);
  services.log.info('group.delivered', { ...fieldsOf(job), recipients: delivery.recipients.length });
}

/** Whether a raw that is gone was a message to a group which has reached its members. */
export async function wasDelivered(services: Services, { tenantId, key }: IngestJob): Promise<boolean> {
  const delivery = await services.directory.getGroupDelivery(tenantId, key);
  return delivery !== null && delivery.done >= delivery.recipients.length;
}

/** Mailboxes here first, then the others. Whose mailbox has no room is left out: the sender got its answer long ago. */
async function decide(
  services: Services,
  job: IngestJob,
  envelope: RawEnvelope,
  { index, size }: RawReading,
): Promise<GroupDelivery> {
  const { delivery, leftOut, reason } = await expand(services, job, envelope, { index, size });
  await noteExpansion(services, job, envelope, { delivery, leftOut, reason, messageId: index?.messageId });
  return delivery;
}

interface Expansion {
  delivery: GroupDelivery;
  leftOut: { address: string; room: string }[];
  /** Why it goes to nobody. */
  reason: string | null;
}

/** Tells the trace whom the message goes to. */
async function noteExpansion(
  services: Services,
  job: IngestJob,
  envelope: RawEnvelope,
  { delivery, leftOut, reason, messageId }: Expansion & { messageId: string | null | undefined },
): Promise<void> {
  const at = services.now();
  const here = delivery.recipients.filter(({ mailbox }) => mailbox !== null).length;
  const details = { here, outside: delivery.recipients.length - here, leftOut: leftOut.length, reason };
  const steps = [
    ...stepOf(job, at, 'expand', reason === null ? 'members' : 'nobody', { details }),
    ...leftOut.flatMap(({ address, room }) =>
      stepOf(job, at, 'expand', 'left-out', {
        key: `left-out:${address}`,
        details: { member: address, room },
      }),
    ),
  ];
  const received = receivedRows(envelope, job.key, messageId ?? '');
  await recordTrace(services, traceRows(received, { messages: [], steps }));
}

async function expand(
  services: Services,
  job: IngestJob,
  envelope: RawEnvelope,
  { index, size }: Pick<RawReading, 'index' | 'size'>,
): Promise<Expansion> {
  const { tenantId, mailboxId: groupId, key: rawKeyOfGroup } = job;
  const delivery = { tenantId, rawKey: rawKeyOfGroup, groupId, done: 0, createdAt: services.now() };
  const nobody = (reason: string): Expansion => {
    services.log.warn('group.not-delivered', { ...fieldsOf(job), reason });
    return { delivery: { ...delivery, recipients: [] }, leftOut: [], reason };
  };
  if (index !== null) {
    if (loopMarks(index).includes(await loopMark(refOf(job)))) return nobody('loop');
    if (hopsOf(index) >= MAX_HOPS) return nobody('too-many-hops');
  }
  const route = await routeAddress(services.directory, envelope.rcptTo);
  if (route.kind !== 'group' || route.group.groupId !== groupId) return nobody('gone');
  const { members, tooLarge } = await expandGroup(services.directory, route.group);
  if (tooLarge) return nobody('too-large');
  const here: GroupRecipient[] = [];
  const outside: GroupRecipient[] = [];
  const leftOut: Expansion['leftOut'] = [];
  await mapBounded(members, FAN_OUT, async (member) => {
    const { address } = member;
    if (member.kind === 'remote') outside.push({ address, mailbox: null });
    else {
      const mailbox = refOfMember(member);
      const room = await mayArrive(services, mailbox, member.user, size);
      if (room === 'ok') here.push({ address, mailbox });
      else {
        leftOut.push({ address, room });
        services.log.warn('group.member-left-out', { ...fieldsOf(job), member: mailbox.mailboxId, room });
      }
    }
  });
  return { delivery: { ...delivery, recipients: [...here, ...outside] }, leftOut, reason: null };
}

/** The same bytes with the same envelope, for the mailbox of a member. Made again it is the same object. */
async function copyFor(
  { blobs }: Services,
  job: IngestJob,
  envelope: RawEnvelope,
  { bytes, sha256, size }: RawReading,
  { mailbox, address }: GroupRecipient,
): Promise<IngestJob> {
  const ref = mailbox ?? refOf(job);
  const { receivedAt } = envelope;
  const { group: _group, ...kept } = envelope;
  const itemId = await derivedId(receivedAt, job.key, ref.tenantId, ref.mailboxId);
  const key = rawKey(ref.tenantId, receivedAt, itemId);
  const raw = bytes ?? (await blobs.open(job.key))?.stream;
  if (raw === undefined) throw new Error('the raw went missing');
  try {
    await blobs.putRaw(key, raw, { ...kept, ...ref, member: address });
  } catch (error) {
    // An earlier attempt put it there.
    if (!(error instanceof ConflictError)) throw error;
  }
  return { v: 1, key, ...ref, size, sha256, correlationId: job.correlationId };
}

/** Bounces go to whoever sent it: the group has nobody who reads them (RFC 5321 3.9.1). */
async function passOutside(
  services: Services,
  job: IngestJob,
  envelope: RawEnvelope,
  { bytes, dedupeKey, index }: RawReading,
  { recipients }: GroupDelivery,
): Promise<void> {
  const outside = recipients.filter(({ mailbox }) => mailbox === null).map(({ address }) => address);
  if (outside.length === 0) return;
  const raw = bytes ?? (await readAll(services, job.key));
  const ref = refOf(job);
  const address = canonicalAddress(envelope.rcptTo) ?? envelope.rcptTo;
  // RFC 2919: machines that answer know a list by it; and the mark stops what comes back (A23).
  const own = [
    ...(index?.listId == null ? [`List-Id: <${address.replace('@', '.')}>`] : []),
    `${LOOP_FIELD_NAME}: ${await loopMark(ref)}`,
  ];
  const result = await services.outbound.submit({
    submissionId: await groupSubmissionId(ref, dedupeKey),
    sender: groupSender(ref, address),
    raw: join([encodeText(`${own.join('\r\n')}\r\n`), toCrlf(raw)]),
    saveInSentItems: false,
    correlationId: job.correlationId,
    via: 'group',
    automatic: { mailFrom: canonicalAddress(envelope.mailFrom) ?? '', recipients: outside },
  });
  if (result.kind !== 'refused') return;
  if (result.reason === 'rate-limited') throw new Error('the tenant may send no more at present');
  services.log.warn('group.not-passed-on', { ...fieldsOf(job), reason: result.reason });
}

async function readAll({ blobs }: Services, key: string): Promise<Uint8Array> {
  const object = await blobs.open(key);
  if (object === null) throw new Error('the raw went missing');
  return new Uint8Array(await new Response(object.stream).arrayBuffer());
}

function refOf({ tenantId, mailboxId, shard }: IngestJob): MailboxRef {
  return { tenantId, mailboxId, shard };
}

function fieldsOf({ tenantId, mailboxId, correlationId }: IngestJob) {
  return { tenantId, groupId: mailboxId, correlationId };
}
