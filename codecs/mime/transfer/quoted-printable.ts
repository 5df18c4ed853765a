import type { TransferDecoder } from './decoder.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const EQUALS = 61;

/** Whitespace held back because it may end a line. A longer run is content: real lines have at most 76 characters. */
const MAX_HELD = 1024;

const TEXT = 0;
const ESCAPE = 1;
const ESCAPE_DIGIT = 2;
/** `=` and whitespace: a soft line break with transport padding, or literal. */
const ESCAPE_SPACE = 3;
/** A soft line break ended in CR, its LF may follow. */
const SOFT_CR = 4;

/** Bytes that need no attention in the TEXT state. */
const PLAIN = new Uint8Array(256).fill(1);
for (const special of [TAB, LF, CR, SPACE, EQUALS]) PLAIN[special] = 0;

const HEX = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) {
  HEX['0123456789ABCDEF'.charCodeAt(i)] = i;
  HEX['0123456789abcdef'.charCodeAt(i)] = i;
}

/**
 * RFC 2045 6.7. Whitespace at the end of a line is removed (rule 3), lower-case digits are taken, an `=` that
 * begins no escape stays as it is, line breaks stay as they came.
 */
export class QuotedPrintableDecoder implements TransferDecoder {
  #state = TEXT;
  #digit = 0;
  readonly #held = new Uint8Array(MAX_HELD);
  #heldLength = 0;

  bound(length: number): number {
    return length + MAX_HELD + 2;
  }

  decode(input: Uint8Array, from: number, to: number, out: Uint8Array | null, at: number): number {
    let o = at;
    let state = this.#state;
    for (let i = from; i < to; i++) {
      const byte = input[i] as number;
      if (state === TEXT) {
        if (PLAIN[byte] === 1) {
          if (this.#heldLength > 0) o = this.#release(out, o);
          if (out !== null) out[o] = byte;
          o++;
        } else if (byte === SPACE || byte === TAB) {
          if (this.#heldLength === MAX_HELD) o = this.#release(out, o);
          this.#held[this.#heldLength++] = byte;
        } else if (byte === EQUALS) {
          if (this.#heldLength > 0) o = this.#release(out, o);
          state = ESCAPE;
        } else {
          this.#heldLength = 0;
          if (out !== null) out[o] = byte;
          o++;
        }
        continue;
      }
      if (state === ESCAPE && (HEX[byte] as number) >= 0) {
        this.#digit = byte;
        state = ESCAPE_DIGIT;
      } else if (state === ESCAPE_DIGIT && (HEX[byte] as number) >= 0) {
        if (out !== null) out[o] = ((HEX[this.#digit] as number) << 4) | (HEX[byte] as number);
        o++;
        state = TEXT;
      } else if (state === SOFT_CR) {
        state = TEXT;
        if (byte !== LF) i--;
      } else if (state !== ESCAPE_DIGIT && (byte === LF || byte === CR)) {
        this.#heldLength = 0;
        state = byte === CR ? SOFT_CR : TEXT;
      } else if (state !== ESCAPE_DIGIT && (byte === SPACE || byte === TAB) && this.#heldLength < MAX_HELD) {
        this.#held[this.#heldLength++] = byte;
        state = ESCAPE_SPACE;
      } else {
        o = this.#literal(out, o, state);
        state = TEXT;
        i--;
      }
    }
    this.#state = state;
    return o - at;
  }

  finish(out: Uint8Array | null, at: number): number {
    const end = this.#state === ESCAPE_DIGIT ? this.#literal(out, at, ESCAPE_DIGIT) : at;
    this.#state = TEXT;
    this.#heldLength = 0;
    return end - at;
  }

  /** What began like an escape and was none. */
  #literal(out: Uint8Array | null, at: number, state: number): number {
    let o = at;
    if (out !== null) out[o] = EQUALS;
    o++;
    if (state === ESCAPE_DIGIT) {
      if (out !== null) out[o] = this.#digit;
      o++;
    }
    return this.#release(out, o);
  }

  #release(out: Uint8Array | null, at: number): number {
    const length = this.#heldLength;
    if (out !== null) for (let i = 0; i < length; i++) out[at + i] = this.#held[i] as number;
    this.#heldLength = 0;
    return at + length;
  }
}
