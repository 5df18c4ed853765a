import { decodePartStream } from '../../../codecs/mime/index.ts';
import type { OpaqueStream } from '../../../codecs/wbxml/index.ts';
import type { EasContext } from '../context.ts';
import type { ByteRange } from './byte-range.ts';

export interface AttachmentContent {
  mediaType: string;
  /** Bytes [start, end) of the decoded attachment, read from its range of the raw message when their turn comes. */
  bytes: OpaqueStream;
  start: number;
  end: number;
  total: number;
}

/** The decoded attachment, or a range of it; null when there is no such part in this mailbox. */
export async function openAttachment(
  context: EasContext,
  ids: { itemId: string; partNo: number },
  range: ByteRange | null,
): Promise<AttachmentContent | null | 'bad-range'> {
  const { blobs } = context.services;
  const found = await context.mailbox.part(ids.itemId, ids.partNo);
  if (found === null) return null;
  const { part, rawKey } = found;
  const total = part.decodedSize;
  const start = range?.start ?? 0;
  if (range !== null && start >= total) return 'bad-range';
  const end = Math.min(range?.end ?? total, total);
  // Looked for first: a stream that finds nothing would cut the whole answer (I7).
  if ((await blobs.head(rawKey)) === null) return null;
  const stream = async () => {
    const raw = await blobs.openRange(rawKey, part.bodyStart, part.bodyEnd);
    if (raw === null) throw new Error('raw message is missing');
    const decoded = decodePartStream(raw, part.encoding);
    return range === null ? decoded : decoded.pipeThrough(slice(start, end));
  };
  return { mediaType: part.mediaType, bytes: { length: end - start, stream }, start, end, total };
}

/** Lets bytes [start, end) of a stream through. */
function slice(start: number, end: number): TransformStream<Uint8Array, Uint8Array> {
  let at = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const from = Math.max(0, start - at);
      const to = Math.min(chunk.length, end - at);
      at += chunk.length;
      if (to > from) controller.enqueue(chunk.subarray(from, to));
      if (at >= end) controller.terminate();
    },
  });
}
