const FIRST_CAPACITY = 64;
/** Up to this many bytes a loop is faster than making a view to copy from. */
const FEW = 16;

/**
 * Bytes that arrive in pieces. A single piece stays a range of the bytes it came from; from the second on they are
 * gathered in one growing buffer, so that half a million pieces of one byte stay linear in time and memory.
 */
export class ByteRun {
  source: Uint8Array | null = null;
  start = 0;
  end = 0;
  #gathered = false;

  /** Empties the run for another use; ranges already handed out stay valid. */
  reset(): void {
    this.source = null;
    this.start = 0;
    this.end = 0;
    this.#gathered = false;
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    if (this.source === null || (this.start === this.end && !this.#gathered)) {
      this.source = bytes;
      this.start = start;
      this.end = end;
      return;
    }
    const length = end - start;
    if (length === 0) return;
    const buffer = this.#reserve(this.source, length);
    if (length <= FEW) {
      for (let i = 0; i < length; i++) buffer[this.end + i] = bytes[start + i] ?? 0;
    } else {
      buffer.set(bytes.subarray(start, end), this.end);
    }
    this.end += length;
  }

  #reserve(source: Uint8Array, length: number): Uint8Array {
    const held = this.end - this.start;
    if (this.#gathered && held + length <= source.length) return source;
    const buffer = new Uint8Array(Math.max(FIRST_CAPACITY, 2 * (held + length)));
    buffer.set(source.subarray(this.start, this.end));
    this.source = buffer;
    this.start = 0;
    this.end = held;
    this.#gathered = true;
    return buffer;
  }
}
