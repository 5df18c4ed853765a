import { transformBytes } from '../../streams/index.ts';
import { Base64Decoder } from './base64.ts';
import type { TransferDecoder } from './decoder.ts';
import { QuotedPrintableDecoder } from './quoted-printable.ts';
import { UuDecoder } from './uuencode.ts';

/** Decoder for a Content-Transfer-Encoding in lower case, or null when its bytes stand for themselves. */
export function createTransferDecoder(encoding: string): TransferDecoder | null {
  switch (encoding) {
    case 'base64':
      return new Base64Decoder();
    case 'quoted-printable':
      return new QuotedPrintableDecoder();
    case 'x-uuencode':
    case 'uuencode':
    case 'x-uue':
    case 'uue':
      return new UuDecoder();
    default:
      return null;
  }
}

/** Decodes the whole body of a part. 7bit, 8bit, binary and unknown encodings give `raw` itself. Never throws. */
export function decodeTransfer(raw: Uint8Array, encoding: string): Uint8Array {
  const decoder = createTransferDecoder(encoding);
  if (decoder === null) return raw;
  const out = new Uint8Array(decoder.bound(raw.length) + decoder.bound(0));
  const length = decoder.decode(raw, 0, raw.length, out, 0);
  return out.subarray(0, length + decoder.finish(out, length));
}

/**
 * At most `maxBytes` of decoded bytes, decoding no more of `raw` than needed.
 * `truncated` tells that there is more.
 */
export function decodeTransferHead(
  raw: Uint8Array,
  encoding: string,
  maxBytes: number,
): { bytes: Uint8Array; truncated: boolean } {
  const decoder = createTransferDecoder(encoding);
  if (decoder === null) return { bytes: raw.subarray(0, maxBytes), truncated: raw.length > maxBytes };
  const step = 64 * 1024;
  const out = new Uint8Array(
    Math.min(maxBytes, decoder.bound(raw.length)) + decoder.bound(step) + decoder.bound(0),
  );
  let length = 0;
  let at = 0;
  while (at < raw.length && length <= maxBytes) {
    const to = Math.min(raw.length, at + step);
    length += decoder.decode(raw, at, to, out, length);
    at = to;
  }
  if (at === raw.length && length <= maxBytes) length += decoder.finish(out, length);
  return { bytes: out.subarray(0, Math.min(length, maxBytes)), truncated: length > maxBytes };
}

/**
 * Decodes the body of a part as it streams, through buffers of some 64 KB that are used again. A source that fails
 * fails the result.
 */
export function decodePartStream(
  raw: ReadableStream<Uint8Array>,
  encoding: string,
): ReadableStream<Uint8Array> {
  const decoder = createTransferDecoder(encoding);
  if (decoder === null) return raw;
  return transformBytes(raw, {
    bound: (length) => decoder.bound(length),
    write: (input, out) => decoder.decode(input, 0, input.length, out, 0),
    end: (out) => decoder.finish(out, 0),
  });
}
