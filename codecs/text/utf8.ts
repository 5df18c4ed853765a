const encoder = new TextEncoder();

/** Bytes of the UTF-8 form. A lone surrogate counts as the three bytes of U+FFFD, as encoders write it. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

function isPair(text: string, i: number, unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
}

/** The longest beginning of `text` that has at most `maxBytes` bytes in UTF-8 and ends after a code point. */
export function truncateUtf8(text: string, maxBytes: number): { text: string; truncated: boolean } {
  // No UTF-16 unit takes more than three bytes.
  if (text.length * 3 <= maxBytes) return { text, truncated: false };
  let bytes = 0;
  for (let i = 0; i < text.length; ) {
    const unit = text.charCodeAt(i);
    const pair = isPair(text, i, unit);
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : pair ? 4 : 3;
    if (bytes > maxBytes) return { text: text.slice(0, i), truncated: true };
    i += pair ? 2 : 1;
  }
  return { text, truncated: false };
}
