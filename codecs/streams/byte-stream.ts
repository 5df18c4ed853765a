import { CHUNK } from './byte-reader.ts';

export interface ByteSource {
  /** Writes at least one byte to the beginning of `view` and gives their number; 0 at the end. */
  fill(view: Uint8Array): Promise<number>;
  cancel(reason: unknown): Promise<void>;
}

/**
 * A stream whose reader may bring the buffer (ByteReader does). Nothing is asked of the source before bytes are asked
 * of the stream.
 */
export function byteStream(source: ByteSource): ReadableStream<Uint8Array> {
  let cancelled = false;
  return new ReadableStream({
    type: 'bytes',
    autoAllocateChunkSize: CHUNK,
    async pull(controller) {
      const request = controller.byobRequest;
      const view = request?.view ?? new Uint8Array(CHUNK);
      const length = await source.fill(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      if (cancelled) return;
      if (length === 0) controller.close();
      // After the end, too: a reader that waits gets its buffer back.
      if (request !== null) request.respond(length);
      else if (length > 0) controller.enqueue(new Uint8Array(view.buffer, view.byteOffset, length));
    },
    cancel(reason) {
      cancelled = true;
      return source.cancel(reason);
    },
  });
}
