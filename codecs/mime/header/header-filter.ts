import type { ByteTransform } from '../../streams/index.ts';

const CR = 13;
const LF = 10;
const COLON = 58;
/** Longer than any name that a filter looks for. */
const MAX_NAME = 128;
/** Bytes of a value that decide what becomes of a field. */
const MAX_VALUE = 2048;

/** What becomes of a field: `look` asks again with the beginning of its value, unfolded. */
export type FieldFate = 'keep' | 'drop' | 'look';

export interface HeaderFilterOptions {
  /** @param name lower case, without white space around it */
  fate(name: string): FieldFate;
  /** Of the fields whose fate is `look`. Of a value that is longer only the first 2,048 bytes are given. */
  drops(name: string, value: string): boolean;
  /** Bytes that stand before the first field, with their line end; none when the message has no field. */
  top: Uint8Array;
}

const LINE_START = 0;
const NAME = 1;
/** Over a line of a field that is kept, dropped, or whose fate its value decides. */
const KEEP = 2;
const DROP = 3;
const LOOK = 4;
/** Over a line that belongs to no field but ends no header either (`From ` of mbox files). */
const OTHER = 5;
const BODY = 6;

/**
 * Leaves fields out of the header of a message and puts others on top, as the bytes stream through. All that stays is
 * byte for byte what it was, the body to its end. CR alone ends a line too, for some readers it does.
 */
export class HeaderFilter implements ByteTransform {
  readonly #options: HeaderFilterOptions;
  #state = LINE_START;
  /** The fate of the field at hand, for its continuation lines. */
  #fate: typeof KEEP | typeof DROP | typeof LOOK | typeof OTHER = OTHER;
  /** The field at hand as far as its fate is open: first its name, with LOOK its value too. */
  readonly #held = new Uint8Array(MAX_NAME + MAX_VALUE + 2);
  #heldLength = 0;
  /** Where in #held the value begins. */
  #valueAt = 0;
  #name = '';
  #afterCr = false;
  #begun = false;

  constructor(options: HeaderFilterOptions) {
    this.#options = options;
  }

  bound(length: number): number {
    return length + this.#held.length + this.#options.top.length;
  }

  /** True when the header is over: all that comes goes through. */
  get inBody(): boolean {
    return this.#state === BODY;
  }

  write(input: Uint8Array, out: Uint8Array): number {
    let o = 0;
    for (let i = 0; i < input.length; i++) {
      if (this.#state === BODY) {
        out.set(input.subarray(i), o);
        return o + input.length - i;
      }
      o = this.#byte(input[i] as number, out, o);
    }
    return o;
  }

  end(out: Uint8Array): number {
    let o = 0;
    if (this.#state === LOOK || (this.#state === LINE_START && this.#fate === LOOK)) o = this.#decide(out, 0);
    // A name without a colon is no field: the rest of a message without a body.
    else if (this.#state === NAME) o = this.#release(out, 0);
    this.#state = BODY;
    return o;
  }

  #byte(byte: number, out: Uint8Array, at: number): number {
    if (this.#afterCr) {
      this.#afterCr = false;
      // The end of the same line.
      if (byte === LF) return this.#emit(byte, out, at);
    }
    if (this.#state === LINE_START) return this.#beginLine(byte, out, at);
    if (this.#state === NAME) return this.#nameByte(byte, out, at);
    return this.#lineByte(byte, out, at);
  }

  /** A byte of a line whose field, or other nature, is known. */
  #lineByte(byte: number, out: Uint8Array, at: number): number {
    const o = this.#emit(byte, out, at);
    if (byte === CR || byte === LF) {
      this.#afterCr = byte === CR;
      this.#state = LINE_START;
    }
    return o;
  }

  #beginLine(byte: number, out: Uint8Array, at: number): number {
    if (byte === 32 || byte === 9) {
      this.#state = this.#fate;
      return this.#lineByte(byte, out, at);
    }
    const o = this.#fate === LOOK ? this.#decide(out, at) : at;
    if (byte === CR || byte === LF) {
      // The empty line: whatever stands behind it, the LF after a CR too, is not of the header.
      this.#state = BODY;
      out[o] = byte;
      return o + 1;
    }
    this.#state = NAME;
    this.#heldLength = 0;
    return this.#nameByte(byte, out, o);
  }

  #nameByte(byte: number, out: Uint8Array, at: number): number {
    if (byte === COLON && this.#heldLength > 0) return this.#beginField(out, at);
    const spaced = this.#heldLength > 0 && isBlank(this.#held[this.#heldLength - 1]);
    const isName = byte > 32 && byte < 127 && byte !== COLON && !spaced;
    if ((isName || (isBlank(byte) && this.#heldLength > 0)) && this.#heldLength < MAX_NAME) {
      this.#held[this.#heldLength++] = byte;
      return at;
    }
    return this.#noField(byte, out, at);
  }

  /** A line that begins no field, or one with a name that is longer than any: those stay. */
  #noField(byte: number, out: Uint8Array, at: number): number {
    const text = latin1(this.#held, 0, this.#heldLength);
    const mbox = !this.#begun && /^>?From /.test(`${text}${String.fromCharCode(byte)}`);
    const long = this.#heldLength === MAX_NAME && byte !== CR && byte !== LF;
    const o = this.#release(out, at);
    if (mbox || long) {
      this.#fate = OTHER;
      this.#state = OTHER;
      return this.#lineByte(byte, out, o);
    }
    this.#state = BODY;
    out[o] = byte;
    return o + 1;
  }

  #beginField(out: Uint8Array, at: number): number {
    let o = at;
    if (!this.#begun) {
      this.#begun = true;
      out.set(this.#options.top, o);
      o += this.#options.top.length;
    }
    this.#name = latin1(this.#held, 0, this.#heldLength).trim().toLowerCase();
    this.#held[this.#heldLength++] = COLON;
    const fate = this.#options.fate(this.#name);
    this.#fate = fate === 'keep' ? KEEP : fate === 'drop' ? DROP : LOOK;
    this.#state = this.#fate;
    this.#valueAt = this.#heldLength;
    if (fate === 'keep') o = this.#release(out, o);
    else if (fate === 'drop') this.#heldLength = 0;
    return o;
  }

  #emit(byte: number, out: Uint8Array, at: number): number {
    if (this.#fate === DROP) return at;
    if (this.#fate !== LOOK) {
      out[at] = byte;
      return at + 1;
    }
    if (this.#heldLength === this.#held.length) {
      const o = this.#decide(out, at);
      return this.#emit(byte, out, o);
    }
    this.#held[this.#heldLength++] = byte;
    return at;
  }

  /** Of a field whose value was to be looked at. */
  #decide(out: Uint8Array, at: number): number {
    const value = latin1(this.#held, this.#valueAt, this.#heldLength).replace(/[\r\n]+/g, '');
    const dropped = this.#options.drops(this.#name, value.trim());
    this.#fate = dropped ? DROP : KEEP;
    if (this.#state === LOOK) this.#state = this.#fate;
    if (!dropped) return this.#release(out, at);
    this.#heldLength = 0;
    return at;
  }

  #release(out: Uint8Array, at: number): number {
    out.set(this.#held.subarray(0, this.#heldLength), at);
    const o = at + this.#heldLength;
    this.#heldLength = 0;
    return o;
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 9;
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}
