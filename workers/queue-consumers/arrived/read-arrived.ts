import { type MessageIndex, MimeIndexer } from '../../../codecs/mime/index.ts';
import type { ArrivedMail } from '../../../core/automatic/arrived-mail.ts';
import { type Owner, ownerOf } from '../../../core/automatic/own-addresses.ts';
import type { MailboxRef } from '../../../core/mail/types.ts';
import type { Services } from '../../../platform/services.ts';
import type { Arrived } from '../arrived.ts';

/** Several follow-ups look at one message: it is read once. */
const read = new WeakMap<Arrived['job'], Promise<ArrivedMail | null>>();

export function refOf({ tenantId, mailboxId, shard }: MailboxRef): MailboxRef {
  return { tenantId, mailboxId, shard };
}

/** The whole message, for follow-ups that have a reason to read it. null when it, or its owner, is gone. */
export function readArrived(services: Services, arrived: Arrived): Promise<ArrivedMail | null> {
  const known = read.get(arrived.job) ?? readNow(services, arrived);
  read.set(arrived.job, known);
  known.catch(() => read.delete(arrived.job));
  return known;
}

async function readNow(services: Services, arrived: Arrived): Promise<ArrivedMail | null> {
  const { job, message } = arrived;
  const envelope = message === null ? null : await arrived.envelope();
  if (message === null || envelope === null) return null;
  const ref = refOf(job);
  const [object, owner] = await Promise.all([services.blobs.open(job.rawKey), owned(services, ref)]);
  if (object === null || owner === null) {
    await object?.stream.cancel();
    return null;
  }
  const raw = new Uint8Array(await new Response(object.stream).arrayBuffer());
  const { correlationId } = job;
  return { ref, message, envelope, index: indexOf(raw), raw, owner, correlationId };
}

function owned(services: Services, ref: MailboxRef): Promise<Owner | null> {
  return ownerOf(services.directory, ref);
}

function indexOf(raw: Uint8Array): MessageIndex {
  const indexer = new MimeIndexer();
  indexer.write(raw);
  return indexer.end();
}
