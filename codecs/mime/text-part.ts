import { decodeCharset } from './charset/decode.ts';
import { unwrapFlowed } from './flowed.ts';
import { decodeTransferHead } from './transfer/decode.ts';
import type { PartIndex } from './types.ts';

export interface TextOptions {
  /** Decoded bytes that become text; the rest is cut off at a character. Default 2 MiB. */
  maxBytes?: number;
  /** Put the paragraphs of format=flowed together. Default true. */
  unwrap?: boolean;
}

const DEFAULT_MAX_BYTES = 2 * 1024 * 1024;

/**
 * Text of a text part: transfer encoding, charset and format=flowed undone. `raw` is the body of the part or
 * its first bytes; `truncated` tells that the text does not hold all of the part. NUL, which neither XML nor
 * Postgres can hold, is left out. Never throws.
 */
export function decodeTextPart(
  raw: Uint8Array,
  part: Pick<PartIndex, 'encoding' | 'charset' | 'mediaType' | 'params' | 'bodyStart' | 'bodyEnd'>,
  options: TextOptions = {},
): { text: string; truncated: boolean } {
  const whole = part.bodyEnd - part.bodyStart;
  const head = decodeTransferHead(raw, part.encoding, options.maxBytes ?? DEFAULT_MAX_BYTES);
  const truncated = head.truncated || raw.length < whole;
  let text = decodeCharset(head.bytes, part.charset, truncated);
  // Where NUL is all there is, something is to be seen still (I10).
  if (text.includes('\0')) text = text.replaceAll('\0', '') || '\ufffd';
  const flowed = part.mediaType === 'text/plain' && part.params['format']?.trim().toLowerCase() === 'flowed';
  if (flowed && options.unwrap !== false) {
    text = unwrapFlowed(text, part.params['delsp']?.trim().toLowerCase() === 'yes');
  }
  return { text, truncated };
}
