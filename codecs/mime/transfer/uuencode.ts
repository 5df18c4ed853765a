import type { TransferDecoder } from './decoder.ts';

/** How far into the data a `begin` line is looked for; without one the data is given as it is. */
const MAX_PREFACE = 8192;
/** A line holds at most 63 bytes in 84 characters after its length; the rest of a longer line is ignored. */
const MAX_LINE = 128;

const SEEKING = 0;
const DECODING = 1;
const ENDED = 2;
const VERBATIM = 3;

function isBegin(line: Uint8Array, length: number): boolean {
  let i = 6;
  if (length < 8 || String.fromCharCode(...line.subarray(0, 6)) !== 'begin ') return false;
  while (i < length && (line[i] as number) >= 0x30 && (line[i] as number) <= 0x37) i++;
  return i > 6 && line[i] === 0x20;
}

function isEnd(line: Uint8Array, length: number): boolean {
  let end = length;
  while (end > 3 && (line[end - 1] as number) <= 0x20) end--;
  return end === 3 && line[0] === 0x65 && line[1] === 0x6e && line[2] === 0x64;
}

/**
 * Spaces at the end of a line may have been eaten on the way and stand for zero bits. Where less than half of
 * the characters came, that is no explanation: a line of one character must not turn into 63 bytes.
 */
function lineBytes(announced: number, characters: number): number {
  const expected = Math.ceil(announced / 3) * 4;
  return characters * 2 >= expected ? announced : Math.min(announced, Math.ceil(characters / 4) * 3);
}

/** POSIX uuencode: the first file between `begin` and `end`; a file cut short gives what there is. */
export class UuDecoder implements TransferDecoder {
  #state = SEEKING;
  readonly #preface = new Uint8Array(MAX_PREFACE);
  #prefaceLength = 0;
  readonly #line = new Uint8Array(MAX_LINE);
  #lineLength = 0;

  bound(length: number): number {
    return 2 * length + MAX_PREFACE + MAX_LINE;
  }

  decode(input: Uint8Array, from: number, to: number, out: Uint8Array | null, at: number): number {
    let o = at;
    for (let i = from; i < to; i++) {
      if (this.#state === VERBATIM) {
        if (out !== null) out.set(input.subarray(i, to), o);
        return o - at + (to - i);
      }
      if (this.#state === ENDED) return o - at;
      const byte = input[i] as number;
      if (this.#state === SEEKING) this.#preface[this.#prefaceLength++] = byte;
      if (byte === 10 || byte === 13) o = this.#endLine(out, o);
      else if (this.#lineLength < MAX_LINE) this.#line[this.#lineLength++] = byte;
      if (this.#state === SEEKING && this.#prefaceLength === MAX_PREFACE) o = this.#giveUp(out, o);
    }
    return o - at;
  }

  finish(out: Uint8Array | null, at: number): number {
    const end = this.#endLine(out, at);
    return (this.#state === SEEKING ? this.#giveUp(out, end) : end) - at;
  }

  #giveUp(out: Uint8Array | null, at: number): number {
    const length = this.#prefaceLength;
    if (out !== null) out.set(this.#preface.subarray(0, length), at);
    this.#state = VERBATIM;
    this.#prefaceLength = 0;
    return at + length;
  }

  #endLine(out: Uint8Array | null, at: number): number {
    const length = this.#lineLength;
    this.#lineLength = 0;
    if (length === 0) return at;
    if (this.#state === SEEKING) {
      if (isBegin(this.#line, length)) this.#state = DECODING;
      return at;
    }
    if (this.#state !== DECODING) return at;
    if (isEnd(this.#line, length)) {
      this.#state = ENDED;
      return at;
    }
    const bytes = lineBytes(((this.#line[0] as number) - 32) & 63, length - 1);
    if (out === null) return at + bytes;
    const value = (i: number): number => (i < length ? ((this.#line[i] as number) - 32) & 63 : 0);
    for (let done = 0, i = 1; done < bytes; i += 4) {
      const bits = (value(i) << 18) | (value(i + 1) << 12) | (value(i + 2) << 6) | value(i + 3);
      for (let shift = 16; shift >= 0 && done < bytes; shift -= 8) out[at + done++] = bits >> shift;
    }
    return at + bytes;
  }
}
