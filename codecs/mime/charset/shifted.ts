/**
 * The seven-bit Asian encodings that the WHATWG standard replaces by U+FFFD altogether: a switch tells when
 * pairs of bytes are characters. Setting the high bit of the pairs gives an encoding that TextDecoder knows.
 */

/** RFC 1557: SO and SI switch between KS X 1001 and ASCII. */
export function decodeIso2022Kr(bytes: Uint8Array): string {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  let korean = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === 0x0e) korean = true;
    else if (byte === 0x0f) korean = false;
    else if (byte === 0x1b && bytes[i + 1] === 0x24 && bytes[i + 2] === 0x29 && bytes[i + 3] === 0x43) i += 3;
    else out[length++] = korean && byte > 0x20 && byte < 0x7f ? byte | 0x80 : byte;
  }
  return new TextDecoder('euc-kr').decode(out.subarray(0, length));
}

/** RFC 1843: `~{` and `~}` switch between GB 2312 and ASCII, `~~` is a tilde, `~` at a line end joins lines. */
export function decodeHz(bytes: Uint8Array): string {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  let chinese = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const next = bytes[i + 1];
    if (byte === 0x7e && (next === 0x7b || next === 0x7d)) {
      chinese = next === 0x7b;
      i++;
    } else if (byte === 0x7e && !chinese && (next === 0x7e || next === 0x0a)) {
      if (next === 0x7e) out[length++] = 0x7e;
      i++;
    } else {
      if (byte === 0x0a) chinese = false;
      out[length++] = chinese && byte > 0x20 && byte < 0x7f ? byte | 0x80 : byte;
    }
  }
  return new TextDecoder('gbk').decode(out.subarray(0, length));
}
