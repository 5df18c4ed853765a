import { WbxmlEncodeError } from './errors.ts';
import type { OpaqueStream } from './tree.ts';

type Part = Uint8Array | OpaqueStream;

const NOTHING = new Uint8Array();

/**
 * The parts of a document one after the other, for a ReadableStream. A source is opened when its turn comes, read
 * only when bytes are asked for, and must yield exactly what it declares.
 */
export class PartSource {
  readonly #parts: readonly Part[];
  #next = 0;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #got = 0;
  #declared = 0;
  #cancelled = false;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const chunk = await this.#read();
      if (this.#cancelled) return;
      if (chunk === null) controller.close();
      else controller.enqueue(chunk);
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

  /** The next bytes, at least one; null at the end. */
  async #read(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#reader === null ? await this.#advance() : await this.#readSource(this.#reader);
      if (chunk === null || chunk.length > 0) return chunk;
    }
  }

  /** Goes on to the next part: its bytes, or nothing yet if it is a stream. */
  async #advance(): Promise<Uint8Array | null> {
    const part = this.#parts[this.#next];
    if (part === undefined) return null;
    this.#next += 1;
    if (part instanceof Uint8Array) return part;
    const stream = typeof part.stream === 'function' ? await part.stream() : part.stream;
    if (this.#cancelled) {
      // The document was cancelled while this was being opened.
      await stream.cancel().catch(() => undefined);
      return null;
    }
    this.#reader = stream.getReader();
    this.#got = 0;
    this.#declared = part.length;
    return NOTHING;
  }

  async #readSource(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | null> {
    const { done, value } = await reader.read();
    if (this.#cancelled) return null;
    if (!done) this.#got += value.length;
    // Bytes too many would be read as tokens, and a document too short would hang its reader.
    if (this.#got > this.#declared || (done && this.#got < this.#declared)) {
      throw new WbxmlEncodeError('wrong-length', `${this.#got} bytes for ${this.#declared}`);
    }
    if (!done) return value;
    this.#reader = null;
    return NOTHING;
  }
}
