import { ByteReader, type ByteSource } from '../streams/index.ts';
import { WbxmlEncodeError } from './errors.ts';
import type { OpaqueStream } from './tree.ts';

type Part = Uint8Array | OpaqueStream;

/**
 * The parts of a document one after the other, for a stream. A source is opened when its turn comes, read only when
 * bytes are asked for, and must yield exactly what it declares.
 */
export class PartSource implements ByteSource {
  readonly #parts: readonly Part[];
  #next = 0;
  /** What is left of a part in memory. */
  #bytes: Uint8Array = new Uint8Array();
  #reader: ByteReader | null = null;
  #got = 0;
  #declared = 0;
  #cancelled = false;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  async fill(view: Uint8Array): Promise<number> {
    try {
      for (;;) {
        const bytes = await this.#read(view.length);
        if (bytes === null || this.#cancelled) return 0;
        view.set(bytes);
        if (bytes.length > 0) return bytes.length;
      }
    } catch (error) {
      await this.cancel(error);
      throw error;
    }
  }

  /**
   * Lets go of the source being read, even one that never answers, and of the open ones not reached yet. Whether
   * they end well is of no interest any more.
   */
  async cancel(reason: unknown): Promise<void> {
    this.#cancelled = true;
    const ends = this.#reader === null ? [] : [this.#reader.cancel(reason)];
    this.#reader = null;
    for (const part of this.#parts.slice(this.#next)) {
      if (!(part instanceof Uint8Array) && typeof part.stream !== 'function') {
        ends.push(part.stream.cancel(reason));
      }
    }
    this.#next = this.#parts.length;
    await Promise.allSettled(ends);
  }

  /** The next bytes, none when another part begins; null at the end. */
  async #read(most: number): Promise<Uint8Array | null> {
    if (this.#reader !== null) return this.#readSource(this.#reader, most);
    if (this.#bytes.length === 0 && !(await this.#advance())) return null;
    const bytes = this.#bytes.subarray(0, most);
    this.#bytes = this.#bytes.subarray(most);
    return bytes;
  }

  /** Goes on to the next part; false when there is none. */
  async #advance(): Promise<boolean> {
    const part = this.#parts[this.#next];
    if (part === undefined) return false;
    this.#next += 1;
    if (part instanceof Uint8Array) {
      this.#bytes = part;
      return true;
    }
    const stream = typeof part.stream === 'function' ? await part.stream() : part.stream;
    if (this.#cancelled) {
      // The document was cancelled while this was being opened.
      await stream.cancel().catch(() => undefined);
      return false;
    }
    this.#reader = new ByteReader(stream);
    this.#got = 0;
    this.#declared = part.length;
    return true;
  }

  async #readSource(reader: ByteReader, most: number): Promise<Uint8Array | null> {
    const bytes = await reader.read(most);
    if (this.#cancelled) return null;
    this.#got += bytes?.length ?? 0;
    // Bytes too many would be read as tokens, and a document too short would hang its reader.
    if (this.#got > this.#declared || (bytes === null && this.#got < this.#declared)) {
      throw new WbxmlEncodeError('wrong-length', `${this.#got} bytes for ${this.#declared}`);
    }
    if (bytes !== null) return bytes;
    this.#reader = null;
    return new Uint8Array();
  }
}
