const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Text that every database keeps as it is: no NUL (PostgreSQL refuses it) and no half surrogate pairs (there is no
 * UTF-8 for them).
 */
export function cleanText(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '') : text).toWellFormed();
}

/**
 * An id that somebody asks for, as a parameter. What no database can hold becomes something that none holds, rather
 * than an error, or another id.
 */
export function askedId(id: string): string {
  return id.replaceAll('\0', '\ufffd').toWellFormed();
}

/** Clean text, cut at a code point so that its UTF-8 has at most `maxBytes`. */
export function fitText(text: string, maxBytes: number): string {
  // Nobody needs the rest of a header of megabytes to be cleaned first.
  const clean = cleanText(text.length > maxBytes + 1 ? text.slice(0, maxBytes + 1) : text);
  if (clean.length * 3 <= maxBytes) return clean;
  const bytes = encoder.encode(clean);
  if (bytes.length <= maxBytes) return clean;
  let end = maxBytes;
  // RFC 3629 3: 10xxxxxx continues a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return decoder.decode(bytes.subarray(0, end));
}

export function fitOptional(text: string | null, maxBytes: number): string | null {
  return text === null ? null : fitText(text, maxBytes);
}

/** Order of code points, which is that of the UTF-8 bytes and of both databases; UTF-16 units order otherwise. */
export function compareText(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const surrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
    if (surrogate(x) !== surrogate(y)) return surrogate(x) ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}
