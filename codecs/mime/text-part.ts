import { decodeCharset, decodeStrictUtf8 } from './charset/decode.ts';
import { resolveCharset } from './charset/labels.ts';
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

/** How far into HTML its charset is looked for; the HTML standard has it in the first 1024 bytes. */
const META_BYTES = 2048;

/** The charset in force: that of the header, else what HTML says of itself. */
function charsetOf(
  bytes: Uint8Array,
  { charset, mediaType }: Pick<PartIndex, 'charset' | 'mediaType'>,
): string | null {
  if (mediaType !== 'text/html' || resolveCharset(charset).kind !== 'undeclared') return charset;
  const head = decodeCharset(bytes.subarray(0, META_BYTES), 'windows-1252');
  const label = /<meta\s[^>]{0,200}charset\s{0,8}=\s{0,8}["']?([\w.:-]{1,40})/i.exec(head)?.[1];
  // UTF-16 cannot have been read up to here as single bytes (HTML 13.2.3.3).
  if (label === undefined || /^utf-?16/i.test(label) || decodeStrictUtf8(bytes) !== null) return charset;
  return label;
}

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
  let text = decodeCharset(head.bytes, charsetOf(head.bytes, part), truncated);
  // Where NUL is all there is, something is to be seen still (I10).
  if (text.includes('\0')) text = text.replaceAll('\0', '') || '\ufffd';
  const flowed = part.mediaType === 'text/plain' && part.params['format']?.trim().toLowerCase() === 'flowed';
  if (flowed && options.unwrap !== false) {
    text = unwrapFlowed(text, part.params['delsp']?.trim().toLowerCase() === 'yes');
  }
  return { text, truncated };
}
