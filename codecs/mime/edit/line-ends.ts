const CR = 13;
const LF = 10;

/** Offset of the first CR or LF that is no half of a CRLF, or -1. */
function firstBare(bytes: Uint8Array): number {
  let lf = bytes.indexOf(LF);
  let cr = bytes.indexOf(CR);
  while (lf >= 0 || cr >= 0) {
    if (cr < 0 || lf !== cr + 1) return cr < 0 || (lf >= 0 && lf < cr) ? lf : cr;
    cr = bytes.indexOf(CR, lf + 1);
    lf = bytes.indexOf(LF, lf + 1);
  }
  return -1;
}

/** Whether there is a CR or LF that is no half of a CRLF (RFC 5322 2.3: neither may occur alone). */
export function hasBareLineEnd(bytes: Uint8Array): boolean {
  return firstBare(bytes) >= 0;
}

/** The same lines, each ended with CRLF; the very bytes when they are so already. */
export function toCrlf(bytes: Uint8Array): Uint8Array {
  const first = firstBare(bytes);
  if (first < 0) return bytes;
  let more = 0;
  for (let i = first; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === CR && bytes[i + 1] === LF) i++;
    else if (byte === CR || byte === LF) more++;
  }
  const out = new Uint8Array(bytes.length + more);
  out.set(bytes.subarray(0, first));
  let at = first;
  for (let i = first; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte !== CR && byte !== LF) {
      out[at++] = byte;
      continue;
    }
    if (byte === CR && bytes[i + 1] === LF) i++;
    out[at++] = CR;
    out[at++] = LF;
  }
  return out;
}
