/** Bytes that are asked for at once when nothing smaller is needed. */
export const CHUNK = 64 * 1024;

/**
 * Reads a stream into one buffer that is used again. An array of its own for each chunk would be garbage that is
 * collected only after tens of megabytes, as memory outside of the heap is.
 */
export class ByteReader {
  readonly #size: number;
  #buffer: ArrayBuffer | null = null;
  readonly #byob: ReadableStreamBYOBReader | null;
  readonly #plain: ReadableStreamDefaultReader<Uint8Array> | null;
  /** Rest of a chunk of a stream that brings its own. */
  #rest: Uint8Array = new Uint8Array();

  /** @param size bytes of the buffer, the most that one read() gives */
  constructor(stream: ReadableStream<Uint8Array>, size = CHUNK) {
    this.#size = size;
    this.#byob = byobReader(stream);
    this.#plain = this.#byob === null ? stream.getReader() : null;
  }

  /**
   * The next bytes, at least one and at most `most`; null at the end. They are valid until the next read(), and must
   * not be changed. Fails as the stream does.
   */
  async read(most = this.#size): Promise<Uint8Array | null> {
    const length = Math.min(most, this.#size);
    if (this.#byob !== null) return this.#readInto(this.#byob, length);
    while (this.#rest.length === 0) {
      const read = await this.#plain?.read();
      if (read === undefined || read.done) return null;
      this.#rest = read.value;
    }
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return bytes;
  }

  async cancel(reason: unknown): Promise<void> {
    await (this.#byob ?? this.#plain)?.cancel(reason);
  }

  async #readInto(reader: ReadableStreamBYOBReader, length: number): Promise<Uint8Array | null> {
    const buffer = this.#buffer ?? new ArrayBuffer(this.#size);
    // The stream takes the buffer away and gives its memory back in another.
    this.#buffer = null;
    const { done, value } = await reader.read(new Uint8Array(buffer, 0, length));
    if (value !== undefined && value.buffer.byteLength === this.#size) this.#buffer = value.buffer;
    return done ? null : value;
  }
}

/** null for a stream of chunks, which has nothing but its own arrays to give. */
function byobReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return stream.getReader({ mode: 'byob' });
  } catch (error) {
    if (stream.locked) throw error;
    return null;
  }
}
