/** The message itself as a body (MS-ASAIRS 2.2.2.41, type 4), with what a reader gets to see of its header. */
import { HeaderFilter, type HeaderFilterOptions } from '../../../codecs/mime/index.ts';
import { type ByteTransform, transformBytes } from '../../../codecs/streams/index.ts';
import type { Message } from '../../../core/mail/types.ts';
import { shownHeader } from '../../../core/trust/shown.ts';
import type { BodySource, Content } from './body-content.ts';

/** A MIME body up to this size goes as a string, as most clients expect it; a larger one streams as opaque. */
const MAX_INLINE_MIME = 512 * 1024;

/** At most `limit` bytes of the message; the size is that of all that would be served. */
export async function mimeContent(
  { blobs, names }: BodySource,
  message: Message,
  limit: number | null,
): Promise<Content> {
  const options = shownHeader(message.verdict, names);
  const stream = await blobs.openRange(message.rawKey, 0, message.size);
  // I7: a message whose raw is gone shows what is known of it, never an error.
  if (stream === null) {
    return { type: 4, size: message.size, data: '', truncated: message.size > (limit ?? message.size) };
  }
  const { bytes, total } = await beginning(stream, options, message.size, limit ?? Number.POSITIVE_INFINITY);
  const end = Math.min(limit ?? total, total);
  const truncated = end < total;
  if (end > MAX_INLINE_MIME) {
    const whole = async () => {
      const range = await blobs.openRange(message.rawKey, 0, message.size);
      if (range === null) throw new Error('raw message is missing');
      return transformBytes(range, new Cut(new HeaderFilter(options), end));
    };
    return { type: 4, size: total, data: { length: end, stream: whole }, truncated };
  }
  const raw = bytes.subarray(0, end);
  return { type: 4, size: total, data: asString(raw) ?? raw, truncated };
}

/** What is served of the beginning, as far as it is wanted in memory, and the size of all that is served. */
async function beginning(
  stream: ReadableStream<Uint8Array>,
  options: HeaderFilterOptions,
  rawSize: number,
  limit: number,
): Promise<{ bytes: Uint8Array; total: number }> {
  const wanted = Math.min(limit, MAX_INLINE_MIME);
  const filter = new HeaderFilter(options);
  const bytes = new Uint8Array(Math.min(wanted, rawSize + filter.bound(0)));
  let [kept, read, shown] = [0, 0, 0];
  const take = (out: Uint8Array) => {
    const part = out.subarray(0, Math.max(0, bytes.length - kept));
    bytes.set(part, kept);
    kept += part.length;
    shown += out.length;
  };
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const out = new Uint8Array(filter.bound(next.value.length));
    read += next.value.length;
    take(out.subarray(0, filter.write(next.value, out)));
    // From here on every byte is served as it is.
    if (filter.inBody && kept === bytes.length) break;
  }
  if (!filter.inBody) {
    const out = new Uint8Array(filter.bound(0));
    take(out.subarray(0, filter.end(out)));
  }
  await reader.cancel().catch(() => undefined);
  return { bytes: bytes.subarray(0, kept), total: shown + rawSize - read };
}

/** The first `left` bytes of what a transform makes. */
class Cut implements ByteTransform {
  readonly #inner: ByteTransform;
  #left: number;

  constructor(inner: ByteTransform, left: number) {
    this.#inner = inner;
    this.#left = left;
  }

  bound(length: number): number {
    return this.#inner.bound(length);
  }

  write(input: Uint8Array, out: Uint8Array): number {
    return this.#count(this.#inner.write(input, out));
  }

  end(out: Uint8Array): number {
    return this.#left === 0 ? 0 : this.#count(this.#inner.end(out));
  }

  complete(): boolean {
    return this.#left === 0;
  }

  #count(length: number): number {
    const taken = Math.min(length, this.#left);
    this.#left -= taken;
    return taken;
  }
}

/** The bytes as a string when that loses nothing, else null: 8-bit mail of another charset stays bytes. */
function asString(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
