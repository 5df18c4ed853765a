import { decodePartStream } from '../../../codecs/mime/index.ts';
import { readTnef, type TnefFacts } from '../../../codecs/tnef/index.ts';
import type { Message } from '../../../core/mail/types.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';

const MEDIA_TYPE = /^application\/(?:vnd\.)?ms-tnef$/;
/** Decoded bytes of a winmail.dat that is looked into; of a larger one only the file itself is shown. */
const MAX_BYTES = 4 * 1024 * 1024;

export interface Tnef extends TnefFacts {
  partNo: number;
}

/** What Outlook packed into the message's winmail.dat; null for a message without one (and when it is gone, I7). */
export async function tnefOf(blobs: BlobStore, message: Message): Promise<Tnef | null> {
  const part = message.attachments.find((a) => MEDIA_TYPE.test(a.mediaType));
  if (part === undefined || part.decodedSize > MAX_BYTES) return null;
  const raw = await blobs.openRange(message.rawKey, part.bodyStart, part.bodyEnd);
  if (raw === null) return null;
  const bytes = await new Response(decodePartStream(raw, part.encoding)).arrayBuffer();
  const facts = readTnef(new Uint8Array(bytes));
  return facts === null ? null : { ...facts, partNo: part.partNo };
}
