// A byte order mark is a character of a string; of bytes that are read as text it is a mark.
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const lenient = new TextDecoder();

/** Up to this length printable ASCII is read faster here than by a call of the decoder. */
const SHORT = 32;
const scratch: number[][] = Array.from({ length: SHORT + 1 }, (_, n) => new Array<number>(n).fill(0));

/** UTF-8 as text; null when it is not UTF-8. */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string | null {
  const short = readShortAscii(bytes, start, end);
  if (short !== null) return short;
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch {
    return null;
  }
}

/** UTF-8 as text; what is not UTF-8 becomes U+FFFD. */
export function readUtf8Leniently(bytes: Uint8Array): string {
  return readShortAscii(bytes, 0, bytes.length) ?? lenient.decode(bytes);
}

function readShortAscii(bytes: Uint8Array, start: number, end: number): string | null {
  const codes = scratch[end - start];
  if (codes === undefined) return null;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte > 0x7f) return null;
    codes[i - start] = byte;
  }
  return String.fromCharCode(...codes);
}
