import { decodePartStream } from '../../../codecs/mime/index.ts';
import { type ByteTransform, transformBytes } from '../../../codecs/streams/index.ts';
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
    return range === null ? decoded : transformBytes(decoded, slice(start, end));
  };
  return { mediaType: part.mediaType, bytes: { length: end - start, stream }, start, end, total };
}

/** Lets bytes [start, end) of a stream through. */
function slice(start: number, end: number): ByteTransform {
  let at = 0;
  return {
    bound: (length) => length,
    write(input, out) {
      const bytes = input.subarray(Math.max(0, start - at), Math.max(0, end - at));
      out.set(bytes);
      at += input.length;
      return bytes.length;
    },
    end: () => 0,
    complete: () => at >= end,
  };
}
