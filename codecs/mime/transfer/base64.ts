import type { TransferDecoder } from './decoder.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = 64;
const NOISE = 128;
/** 0 to 63 for data, PAD, or NOISE. */
const VALUES = new Uint8Array(256).fill(NOISE);
/** 1 for data, 0 for noise, and for padding more than any block can sum up to. */
const COUNTS = new Uint16Array(256);
const COUNT_BLOCK = 4096;
const COUNT_PAD = 8192;
for (let i = 0; i < 64; i++) {
  VALUES[ALPHABET.charCodeAt(i)] = i;
  COUNTS[ALPHABET.charCodeAt(i)] = 1;
}
VALUES[0x3d] = PAD;
COUNTS[0x3d] = COUNT_PAD;

/**
 * RFC 2045 6.8. Characters outside the alphabet are skipped, missing padding is assumed, a single left-over
 * character is dropped. Padding that completes a group ends the data: what follows is not base64 any more (a
 * footer appended by a mailing list, say).
 */
export class Base64Decoder implements TransferDecoder {
  #bits = 0;
  /** Data characters of the group under way, 0 to 3. */
  #group = 0;
  #pads = 0;
  #ended = false;

  bound(length: number): number {
    return Math.ceil(length / 4) * 3 + 3;
  }

  decode(input: Uint8Array, from: number, to: number, out: Uint8Array | null, at: number): number {
    if (this.#ended) return 0;
    return out === null ? this.#count(input, from, to) : this.#write(input, from, to, out, at);
  }

  finish(out: Uint8Array | null, at: number): number {
    return this.#ended ? 0 : this.#flush(out, at);
  }

  /** The bytes of an incomplete group. */
  #flush(out: Uint8Array | null, at: number): number {
    const bytes = this.#group > 1 ? this.#group - 1 : 0;
    if (out !== null && bytes > 0) {
      const bits = this.#bits << (6 * (4 - this.#group));
      out[at] = bits >> 16;
      if (bytes > 1) out[at + 1] = bits >> 8;
    }
    this.#group = 0;
    return bytes;
  }

  /** True when the padding character at hand ends the data. */
  #pad(): boolean {
    if (this.#group < 2) return false;
    this.#pads++;
    this.#ended = this.#group + this.#pads >= 4;
    return this.#ended;
  }

  #count(input: Uint8Array, from: number, to: number): number {
    let total = 0;
    for (let i = from; i < to; ) {
      const end = Math.min(to, i + COUNT_BLOCK);
      let sum = 0;
      for (let j = i; j < end; j++) sum += COUNTS[input[j] as number] as number;
      if (sum < COUNT_PAD) {
        if (sum > 0) this.#pads = 0;
        const characters = this.#group + sum;
        total += (characters >> 2) * 3;
        this.#group = characters & 3;
      } else {
        total += this.#write(input, i, end, null, 0);
        if (this.#ended) return total;
      }
      i = end;
    }
    return total;
  }

  #write(input: Uint8Array, from: number, to: number, out: Uint8Array | null, at: number): number {
    let o = at;
    let bits = this.#bits;
    let group = this.#group;
    for (let i = from; i < to; i++) {
      if (group === 0 && out !== null) {
        while (i + 4 <= to) {
          const a = VALUES[input[i] as number] as number;
          const b = VALUES[input[i + 1] as number] as number;
          const c = VALUES[input[i + 2] as number] as number;
          const d = VALUES[input[i + 3] as number] as number;
          if ((a | b | c | d) >= PAD) break;
          out[o] = (a << 2) | (b >> 4);
          out[o + 1] = (b << 4) | (c >> 2);
          out[o + 2] = (c << 6) | d;
          o += 3;
          i += 4;
        }
        if (i >= to) break;
      }
      const value = VALUES[input[i] as number] as number;
      if (value < PAD) {
        this.#pads = 0;
        bits = (bits << 6) | value;
        if (++group === 4) {
          if (out !== null) {
            out[o] = bits >> 16;
            out[o + 1] = bits >> 8;
            out[o + 2] = bits;
          }
          o += 3;
          group = 0;
        }
      } else if (value === PAD) {
        this.#group = group;
        this.#bits = bits;
        if (this.#pad()) return o - at + this.#flush(out, o);
      }
    }
    this.#bits = bits;
    this.#group = group;
    return o - at;
  }
}
