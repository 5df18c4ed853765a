import { type DecodeCode, WbxmlDecodeError } from './errors.ts';

const MAX_INTEGER_BYTES = 5;

/** A cursor over a document; no read goes past its end. */
export class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  error(code: DecodeCode): WbxmlDecodeError {
    return new WbxmlDecodeError(code, this.at);
  }

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw this.error('truncated');
    this.at += 1;
    return value;
  }

  /** mb_u_int32 (WBXML 1.3, 5.1): at most five bytes and 32 bits. */
  integer(): number {
    let value = 0;
    for (let i = 0; i < MAX_INTEGER_BYTES; i++) {
      const byte = this.byte();
      // Not by shifts: they are signed, and a length must not become negative.
      value = value * 128 + (byte & 0x7f);
      if (value > 0xffff_ffff) throw this.error('bad-integer');
      if ((byte & 0x80) === 0) return value;
    }
    throw this.error('bad-integer');
  }

  /** Passes over bytes; returns where they begin. */
  skip(length: number): number {
    const start = this.at;
    if (length > this.bytes.length - start) throw this.error('truncated');
    this.at = start + length;
    return start;
  }

  /** Passes over a zero-terminated string; returns where its terminator is. */
  skipString(): number {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw this.error('truncated');
    this.at = end + 1;
    return end;
  }
}
