import codePages from './code-pages.data.json' with { type: 'json' };
import { type Charset, resolveCharset } from './labels.ts';
import { decodeHz, decodeIso2022Kr } from './shifted.ts';
import { decodeUtf7 } from './utf7.ts';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
const windows1252 = new TextDecoder('windows-1252');
const standardDecoders = new Map<string, InstanceType<typeof TextDecoder>>();

/** UTF-8 text, or null when the bytes are not UTF-8. A byte order mark is dropped. */
export function decodeStrictUtf8(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

/** Byte order marks outrank the label. UTF-16 ones only where the label does not contradict: they are words in KOI8. */
function byteOrderMark(bytes: Uint8Array, charset: Charset): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  const open =
    charset.kind === 'undeclared' || (charset.kind === 'standard' && charset.label.startsWith('utf-'));
  if (open && bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (open && bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

function decodeStandard(bytes: Uint8Array, label: string, cut: boolean): string {
  // A decoder that streams keeps state, so it is not shared.
  if (cut) return new TextDecoder(label).decode(bytes, { stream: true });
  let decoder = standardDecoders.get(label);
  if (decoder === undefined) {
    decoder = new TextDecoder(label);
    standardDecoders.set(label, decoder);
  }
  return decoder.decode(bytes);
}

/** The last bytes may be the beginning of a UTF-8 character: where it begins, or the length. */
function utf8End(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < need ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Old Japanese mail names no charset, for it is seven-bit: an escape sequence of RFC 1468 gives it away. */
function isIso2022Jp(bytes: Uint8Array): boolean {
  const at = bytes.indexOf(0x1b);
  return at >= 0 && bytes[at + 1] === 0x24 && (bytes[at + 2] === 0x42 || bytes[at + 2] === 0x40);
}

function decodeUndeclared(bytes: Uint8Array, cut: boolean): string {
  if (isIso2022Jp(bytes)) return decodeStandard(bytes, 'iso-2022-jp', cut);
  const utf8 = decodeStrictUtf8(cut ? bytes.subarray(0, utf8End(bytes)) : bytes);
  return utf8 ?? windows1252.decode(bytes);
}

function decodeCodePage(bytes: Uint8Array, table: string): string {
  const high = (codePages as Record<string, string>)[table] as string;
  const out: string[] = [];
  for (let at = 0; at < bytes.length; at += 4096) {
    let text = '';
    for (const byte of bytes.subarray(at, at + 4096)) {
      text += byte < 0x80 ? String.fromCharCode(byte) : high.charAt(byte - 0x80);
    }
    out.push(text);
  }
  return out.join('');
}

/**
 * Text of bytes in a charset named by a mail. No label, us-ascii and unknown labels mean UTF-8 when the bytes
 * are UTF-8, else windows-1252. Undecodable bytes become U+FFFD. `cut` tells that the bytes may end inside a
 * character, which is then left out. Never throws.
 */
export function decodeCharset(bytes: Uint8Array, label: string | null, cut = false): string {
  const charset = resolveCharset(label);
  const mark = byteOrderMark(bytes, charset);
  if (mark !== null) return decodeStandard(bytes, mark, cut);
  switch (charset.kind) {
    case 'undeclared':
      return decodeUndeclared(bytes, cut);
    case 'standard':
      return decodeStandard(bytes, charset.label, cut);
    case 'code-page':
      return decodeCodePage(bytes, charset.table);
    case 'utf-7':
      return decodeUtf7(bytes);
    case 'iso-2022-kr':
      return decodeIso2022Kr(bytes);
    case 'hz':
      return decodeHz(bytes);
  }
}
