import { ByteReader } from './byte-reader.ts';
import { byteStream } from './byte-stream.ts';

export interface ByteTransform {
  /** Most bytes that one write() of `length` bytes, or end() with length 0, can give. */
  bound(length: number): number;
  /** Writes what becomes of the input to the beginning of `out`; gives the number of bytes, which may be 0. */
  write(input: Uint8Array, out: Uint8Array): number;
  /** What is still held back when the input ends. */
  end(out: Uint8Array): number;
  /** True when more input would make no difference: the rest of the source is not read then. */
  complete?(): boolean;
}

/**
 * What a transform makes of a stream. Memory is two buffers, for input and output, whatever the length.
 *
 * @param step most bytes of input at a time
 */
export function transformBytes(
  raw: ReadableStream<Uint8Array>,
  transform: ByteTransform,
  step?: number,
): ReadableStream<Uint8Array> {
  const reader = new ByteReader(raw, step);
  let out = new Uint8Array();
  let from = 0;
  let to = 0;
  let ended = false;

  /** Makes the next output from the next input. */
  async function next(): Promise<void> {
    from = 0;
    to = 0;
    const input = transform.complete?.() === true ? null : await reader.read();
    const bound = transform.bound(input?.length ?? 0);
    if (out.length < bound) out = new Uint8Array(bound);
    if (input !== null) {
      to = transform.write(input, out);
      return;
    }
    ended = true;
    to = transform.end(out);
    if (transform.complete?.() === true) await reader.cancel(undefined).catch(() => undefined);
  }

  return byteStream({
    async fill(view) {
      while (from === to && !ended) await next();
      const length = Math.min(view.length, to - from);
      view.set(out.subarray(from, from + length));
      from += length;
      return length;
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
