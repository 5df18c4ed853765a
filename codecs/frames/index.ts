/**
 * Items of any size in one stream: each a line of JSON that says how many bytes follow it (`bytes`), and those bytes.
 */

/** Content type of such a stream. */
export const FRAMES_TYPE = 'application/vnd.waypost.frames';
/** Longest line of JSON. */
const MAX_HEADER = 1024 * 1024;
const LF = 0x0a;

export interface Frame {
  header: Record<string, unknown>;
  body: Uint8Array;
}

/** The stream is not what it should be: cut, or with items that are too long. */
export class FrameError extends Error {}

/** The line that announces `bytes` bytes. */
export function frameHead(header: object, bytes: number): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ ...header, bytes })}\n`);
}

/**
 * The items of a stream, one in memory at a time. Rejects with FrameError for what is no such stream, and for an item of
 * more than `maxBytes`.
 */
export async function* readFrames(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Frame> {
  const input = new Input(source);
  for (;;) {
    const line = await input.line();
    if (line === null) return;
    const header = headerOf(line);
    if (header.bytes > maxBytes) throw new FrameError(`an item of ${header.bytes} bytes is too long`);
    yield { header: header.all, body: await input.exactly(header.bytes) };
  }
}

function headerOf(line: string): { all: Record<string, unknown>; bytes: number } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new FrameError('a line of the stream is no JSON');
  }
  if (typeof value !== 'object' || value === null) throw new FrameError('a line of the stream is no object');
  const all = value as Record<string, unknown>;
  const bytes = all['bytes'];
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) {
    throw new FrameError('a line of the stream does not say how many bytes follow');
  }
  return { all, bytes };
}

class Input {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** null at the end of the stream. */
  async line(): Promise<string | null> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const end = this.#rest.indexOf(LF);
      const piece = end < 0 ? this.#rest : this.#rest.subarray(0, end);
      size += piece.length;
      if (size > MAX_HEADER) throw new FrameError('a line of the stream is too long');
      pieces.push(piece);
      if (end >= 0) {
        this.#rest = this.#rest.subarray(end + 1);
        return new TextDecoder().decode(joined(pieces, size));
      }
      if (!(await this.#more())) {
        if (size > 0) throw new FrameError('the stream ends within a line');
        return null;
      }
    }
  }

  async exactly(length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      if (this.#rest.length === 0 && !(await this.#more())) {
        throw new FrameError('the stream ends within an item');
      }
      const piece = this.#rest.subarray(0, length - at);
      out.set(piece, at);
      at += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
    return out;
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) {
      this.#rest = new Uint8Array();
      return false;
    }
    this.#rest = next.value;
    return true;
  }
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
