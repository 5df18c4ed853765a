import { decodePartStream } from '../../codecs/mime/index.ts';
import type { BlobStore } from '../../core/ports/blobs.ts';
import { parseRange, sliceStream } from '../../platform/byte-range.ts';
import type { ByteAnswer } from '../../shared/data/common.ts';
import { DataError } from '../../shared/data/errors.ts';
import { notThere } from './scope.ts';

/** [start, end) of so many bytes. @throws DataError for a range that lies beyond them */
function rangeOf(range: string | undefined, size: number): [number, number] {
  const asked = range === undefined ? null : parseRange(range, size);
  if (asked === 'unsatisfiable') {
    throw new DataError('INVALID_ARGUMENT', `there are only ${size} bytes`, { status: 416 });
  }
  return asked ?? [0, size];
}

/** Bytes of a raw as they come out of the bucket. */
export async function rawBytes(
  blobs: BlobStore,
  raw: { key: string; size: number },
  { range, ...about }: Pick<ByteAnswer, 'mediaType' | 'name'> & { range: string | undefined },
): Promise<ByteAnswer> {
  const [start, end] = rangeOf(range, raw.size);
  const body = await blobs.openRange(raw.key, start, end);
  // I7: a row whose raw is gone is no fault of who asks.
  if (body === null) throw notThere();
  return { ...about, body, start, end, size: raw.size };
}

/** A part of a raw, decoded while it goes out. */
export async function partBytes(
  blobs: BlobStore,
  {
    key,
    part,
  }: { key: string; part: { bodyStart: number; bodyEnd: number; encoding: string; decodedSize: number } },
  { range, ...about }: Pick<ByteAnswer, 'mediaType' | 'name'> & { range: string | undefined },
): Promise<ByteAnswer> {
  const size = part.decodedSize;
  const [start, end] = rangeOf(range, size);
  const raw = await blobs.openRange(key, part.bodyStart, part.bodyEnd);
  if (raw === null) throw notThere();
  const decoded = decodePartStream(raw, part.encoding);
  const body = start === 0 && end === size ? decoded : sliceStream(decoded, start, end);
  return { ...about, body, start, end, size };
}

/** Bytes in memory. */
export function memoryBytes(
  bytes: Uint8Array,
  { range, ...about }: Pick<ByteAnswer, 'mediaType' | 'name'> & { range: string | undefined },
): ByteAnswer {
  const [start, end] = rangeOf(range, bytes.length);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (end > start) controller.enqueue(bytes.subarray(start, end));
      controller.close();
    },
  });
  return { ...about, body, start, end, size: bytes.length };
}
