/** Reads little-endian values front to back; past the end there are zeros, and `take` gives null. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u16(): number {
    const value = this.left >= 2 ? this.#view.getUint16(this.#at, true) : 0;
    this.skip(2);
    return value;
  }

  u32(): number {
    const value = this.left >= 4 ? this.#view.getUint32(this.#at, true) : 0;
    this.skip(4);
    return value;
  }

  skip(bytes: number): void {
    this.#at = Math.min(this.#bytes.length, this.#at + bytes);
  }

  take(length: number): Uint8Array | null {
    if (length > this.left) return null;
    const start = this.#at;
    this.skip(length);
    return this.#bytes.subarray(start, this.#at);
  }
}
