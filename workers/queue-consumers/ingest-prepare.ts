/** From a raw object to the message that a mailbox will keep: everything but the thread and the write. */
import type { MessageIndex } from '../../codecs/mime/index.ts';
import type { Newcomer } from '../../core/mail/join-conversation.ts';
import type { Place } from '../../core/mail/place.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { holdUnreadable } from './arrival/hold-back.ts';
import { type ArrivalNotes, decideArrival } from './arrival/index.ts';
import { deliverToGroup, wasDelivered } from './group-delivery.ts';
import { type IngestDelivery, SMALL_BYTES } from './ingest-delivery.ts';
import { isRemovedDuplicate } from './ingest-duplicates.ts';
import { itemIdOf } from './ingest-known.ts';
import type { Noted } from './ingest-trace.ts';
import { factsOfMinimal, factsOfParsed, type MessageIdentity } from './message-facts.ts';
import type { RangeReader } from './part-text.ts';
import { type RawReading, readRaw } from './raw-reading.ts';

export interface Prepared extends Newcomer {
  delivery: IngestDelivery;
  noted: Noted;
}

/**
 * Reads and indexes the raw of a delivery. `done` when it is gone for a good reason. Rejects when it cannot be
 * read, is not what the job says, or is lost; never because of what is in it (I10).
 */
export async function prepare(
  services: Services,
  delivery: IngestDelivery,
  unparsed: boolean,
): Promise<Prepared | 'done'> {
  const { job } = delivery;
  const object = await services.blobs.open(job.key);
  if (object === null) return missing(services, job);
  checkOwner(job, object.envelope);
  const keep = object.size <= SMALL_BYTES;
  const reading = await readRaw(object.stream, { size: object.size, keep, parse: !unparsed });
  if (job.sha256 !== null && job.sha256 !== reading.sha256) {
    throw new Error('the raw does not have the checksum it was stored with');
  }
  if (object.envelope?.group === true) {
    await deliverToGroup(services, job, object.envelope, reading);
    return 'done';
  }
  const envelope = await withFolder(services, job, object.envelope);
  const identity = identityOf(delivery, reading, envelope, services.now());
  const { index } = reading;
  if (index !== null) {
    try {
      const newcomer = await factsOfParsed(index, identity, rangesOf(services, job, reading));
      const notes: ArrivalNotes = { rules: [] };
      const known = { index, newcomer, reading, notes };
      const judged = await decided(services, delivery, object.envelope, known);
      return withNoted(delivery, judged, object.envelope, notes);
    } catch (error) {
      // A range that cannot be read now is no property of the message: another attempt will read it.
      if (error instanceof NotNow) throw error;
      reading.failure = error;
    }
  }
  if (reading.failure !== null) {
    services.log.error('ingest.unparsable', {
      correlationId: job.correlationId,
      key: job.key,
      error: describeError(reading.failure),
    });
  }
  const reason = unparsed ? 'unparsed' : 'parse-failed';
  const minimal = factsOfMinimal(reading, identity, reason);
  const notes: ArrivalNotes = { rules: [] };
  if (object.envelope !== null && object.envelope.role === undefined) {
    const { tenantId, mailboxId, shard, released } = job;
    const ref = { tenantId, mailboxId, shard };
    const { message } = minimal;
    const arrival = { ref, message, envelope: object.envelope, notes, released: released === true };
    minimal.message = await holdUnreadable(services, arrival);
  }
  return withNoted(delivery, minimal, object.envelope, notes);
}

function withNoted(
  delivery: IngestDelivery,
  newcomer: Newcomer,
  envelope: RawEnvelope | null,
  notes: ArrivalNotes,
): Prepared {
  return { ...newcomer, delivery, noted: { envelope, message: newcomer.message, ...notes } };
}

/** Mail that comes in is judged and sorted; what its owner put there is where it belongs. */
async function decided(
  services: Services,
  { job }: IngestDelivery,
  envelope: RawEnvelope | null,
  {
    index,
    newcomer,
    reading,
    notes,
  }: { index: MessageIndex; newcomer: Newcomer; reading: RawReading; notes: ArrivalNotes },
): Promise<Newcomer> {
  if (envelope === null || envelope.role !== undefined) return newcomer;
  const { tenantId, mailboxId, shard, correlationId, released } = job;
  const open = async () => {
    const { bytes } = reading;
    if (bytes !== null) return new Response(bytes as Uint8Array<ArrayBuffer>).body ?? new ReadableStream();
    const object = await services.blobs.open(job.key);
    if (object === null) throw new NotNow('the raw went missing');
    return object.stream;
  };
  const { message } = newcomer;
  const ref = { tenantId, mailboxId, shard };
  try {
    const arrival = {
      ref,
      envelope,
      index,
      message,
      open,
      correlationId,
      notes,
      released: released === true,
    };
    return { ...newcomer, message: await decideArrival(services, arrival) };
  } catch (error) {
    throw new NotNow('what is to become of the message cannot be decided now', { cause: error });
  }
}

/** A folder that is gone since its owner's rules put a copy into it leaves that in Deleted Items. */
async function withFolder(
  services: Services,
  { tenantId, mailboxId, shard }: IngestJob,
  envelope: RawEnvelope | null,
): Promise<RawEnvelope | null> {
  if (envelope?.folderId === undefined) return envelope;
  const { folderId, ...rest } = envelope;
  const heads = await services.mail.mailbox({ tenantId, mailboxId, shard }).folderHeads([folderId]);
  return heads.has(folderId) ? envelope : { ...rest, role: 'deleted' };
}

function identityOf(
  delivery: IngestDelivery,
  reading: RawReading,
  envelope: RawEnvelope | null,
  now: number,
): MessageIdentity {
  const { role: folderRole = 'inbox', folderId, bcc: receivedAsBcc = false } = envelope ?? {};
  const place: Place = { folderRole, receivedAsBcc, ...(folderId === undefined ? {} : { folderId }) };
  return {
    itemId: itemIdOf(delivery),
    rawKey: delivery.job.key,
    rawSha256: reading.sha256,
    // What a user sent to themselves is two messages: the one sent and the one received.
    dedupeKey: dedupeKeyOf(place, reading.dedupeKey, itemIdOf(delivery)),
    receivedAt: envelope?.receivedAt ?? now,
    place,
  };
}

function dedupeKeyOf({ folderRole, folderId }: Place, dedupeKey: string, itemId: string): string {
  // A copy that its owner's rules made is no duplicate of anything.
  if (folderId !== undefined) return `item:${itemId}`;
  return folderRole === 'inbox' ? dedupeKey : `${folderRole}:${dedupeKey}`;
}

async function missing(services: Services, job: IngestJob): Promise<'done'> {
  const { tenantId, mailboxId, shard, key } = job;
  const known = await services.mail.mailbox({ tenantId, mailboxId, shard }).knownRawKeys([key]);
  if (known.has(key) || (await isRemovedDuplicate(services, job))) return 'done';
  if (await wasDelivered(services, job)) return 'done';
  throw new Error('the raw is missing');
}

/** A job can only bring mail into the mailbox that its envelope was accepted for (A65). */
function checkOwner(job: IngestJob, envelope: RawEnvelope | null): void {
  if (envelope === null) throw new Error('the raw has no envelope');
  if (envelope.tenantId !== job.tenantId || envelope.mailboxId !== job.mailboxId) {
    throw new Error('the raw belongs to another mailbox');
  }
}

function rangesOf(services: Services, job: IngestJob, { bytes }: RawReading): RangeReader {
  if (bytes !== null) return async (start, end) => bytes.subarray(start, end);
  return async (start, end) => {
    try {
      const range = await services.blobs.readRange(job.key, start, end);
      if (range !== null) return range;
    } catch (error) {
      throw new NotNow('a range of the raw cannot be read', { cause: error });
    }
    throw new NotNow('the raw went missing');
  };
}

class NotNow extends Error {
  override name = 'NotNow';
}
