const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Bytes as text: UTF-8 wherever they are that, whatever is said; else in the charset that is said, else as Windows did
 * (the usual lie of old exporters). A name of no charset counts as none.
 */
export function decodeText(bytes: Uint8Array, charset: string | null): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return decoderOf(charset).decode(bytes);
  }
}

/** What quoted-printable says of its charset counts: its bytes are no accident. */
export function decodeNamed(bytes: Uint8Array, charset: string | null): string {
  return charset === null ? decodeText(bytes, null) : decoderOf(charset).decode(bytes);
}

/** A file in UTF-16, told by its byte order mark, as UTF-8; any other without the mark of UTF-8. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  const [a, b, c] = bytes;
  if (a === 0xff && b === 0xfe) return reencoded(bytes.subarray(2), 'utf-16le');
  if (a === 0xfe && b === 0xff) return reencoded(bytes.subarray(2), 'utf-16be');
  return a === 0xef && b === 0xbb && c === 0xbf ? bytes.subarray(3) : bytes;
}

function reencoded(bytes: Uint8Array, charset: string): Uint8Array {
  return new TextEncoder().encode(new TextDecoder(charset).decode(bytes));
}

function decoderOf(charset: string | null): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder((charset ?? 'windows-1252').slice(0, 40));
  } catch {
    return new TextDecoder('windows-1252');
  }
}
