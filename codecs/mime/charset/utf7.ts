const PLUS = 43;
const MINUS = 45;

const VALUES = new Int8Array(256).fill(-1);
for (let i = 0; i < 64; i++) {
  VALUES['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charCodeAt(i)] = i;
}

/** RFC 2152. Bytes outside ASCII, which UTF-7 does not have, are read as Latin-1. Surrogates are always paired. */
export function decodeUtf7(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length);
  let length = 0;
  let i = 0;
  while (i < bytes.length) {
    const byte = bytes[i++] as number;
    if (byte !== PLUS) {
      units[length++] = byte;
      continue;
    }
    if (bytes[i] === MINUS) {
      units[length++] = PLUS;
      i++;
      continue;
    }
    let bits = 0;
    let count = 0;
    while (i < bytes.length) {
      const value = VALUES[bytes[i] as number] as number;
      if (value < 0) break;
      bits = ((bits << 6) | value) & 0x3fffff;
      count += 6;
      if (count >= 16) {
        count -= 16;
        units[length++] = (bits >> count) & 0xffff;
      }
      i++;
    }
    if (bytes[i] === MINUS) i++;
  }
  const native = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 'utf-16le' : 'utf-16be';
  return new TextDecoder(native, { fatal: false, ignoreBOM: true }).decode(units.subarray(0, length));
}
