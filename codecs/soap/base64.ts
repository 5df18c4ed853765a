const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(256).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;
// White space may stand anywhere (XML Schema 2, 3.2.16).
for (const space of [0x20, 0x09, 0x0a, 0x0d]) VALUES[space] = -2;
const PAD = 0x3d;

export interface Base64Decoder {
  /** Number of bytes that were decoded. */
  write(piece: Uint8Array): number;
  /** Everything, or null when it was no base64. */
  end(): Uint8Array | null;
}

/** Largest piece that is decoded into. */
const MAX_PIECE = 4 * 1024 * 1024;
/** What has grown to this is likely to be most of its request. */
const LONG_BYTES = 256 * 1024;

/**
 * Decodes base64 that comes in pieces: into pieces as well, so that what is there is copied once and no more. `expected`:
 * bytes that it has at most, where that is known; what is long is then written where it stays, and not copied at all.
 */
export function createBase64Decoder(expected = 0): Base64Decoder {
  const full: Uint8Array[] = [];
  let out = new Uint8Array(1024);
  let length = 0;
  let before = 0;
  let bits = 0;
  let have = 0;
  let padding = 0;
  let bad = false;
  return {
    write(piece) {
      const known = before + length;
      const most = Math.ceil((piece.length * 3) / 4) + 3;
      if (known >= LONG_BYTES && full.length > 0 && expected >= known + most) {
        const room = new Uint8Array(expected);
        joinInto(room, [...full, out.subarray(0, length)]);
        full.length = 0;
        before = 0;
        length = known;
        out = room;
      } else if (most > out.length - length) {
        full.push(out.subarray(0, length));
        before = known;
        length = 0;
        out = new Uint8Array(Math.max(most, Math.min(before, MAX_PIECE)));
      }
      for (const byte of piece) {
        if (byte === PAD) {
          padding++;
          continue;
        }
        const value = VALUES[byte] ?? -1;
        if (value === -2) continue;
        if (value < 0 || padding > 0) {
          bad = true;
          continue;
        }
        bits = (bits << 6) | value;
        have += 6;
        if (have >= 8) {
          have -= 8;
          out[length++] = (bits >> have) & 0xff;
          bits &= (1 << have) - 1;
        }
      }
      return before + length - known;
    },
    end() {
      if (bad || padding > 2 || have === 6) return null;
      const last = out.subarray(0, length);
      // Nobody keeps a buffer that is mostly empty.
      if (full.length === 0) return length * 2 < out.length ? last.slice() : last;
      return joinInto(new Uint8Array(before + length), [...full, last]);
    },
  };
}

function joinInto(whole: Uint8Array, pieces: readonly Uint8Array[]): Uint8Array {
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Base64 of bytes, in pieces as they come. */
export function base64Stream(): TransformStream<Uint8Array, Uint8Array> {
  const encoder = new TextEncoder();
  let rest: Uint8Array = new Uint8Array(0);
  const encode = (bytes: Uint8Array): Uint8Array => {
    let text = '';
    // btoa takes strings: pieces small enough for one call of fromCharCode.
    for (let i = 0; i < bytes.length; i += 24_576) {
      text += btoa(String.fromCharCode(...bytes.subarray(i, i + 24_576)));
    }
    return encoder.encode(text);
  };
  return new TransformStream({
    transform(chunk, controller) {
      const bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
      const whole = bytes.length - (bytes.length % 3);
      rest = bytes.slice(whole);
      if (whole > 0) controller.enqueue(encode(bytes.subarray(0, whole)));
    },
    flush(controller) {
      if (rest.length > 0) controller.enqueue(encode(rest));
    },
  });
}
