/** Bytes in pieces, so that what is carried over is copied once. */
export type Chunks = readonly Uint8Array[];

const utf8 = new TextEncoder();

/** Text as UTF-8. */
export function encodeText(text: string): Uint8Array {
  return utf8.encode(text);
}

export function join(chunks: Chunks): Uint8Array {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const out = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

export function has8Bit(chunks: Chunks): boolean {
  return chunks.some((chunk) => chunk.some((byte) => byte > 127));
}
