import { LIMITS, VCardError } from './errors.ts';
import { markOf } from './mark.ts';

/** The bytes of one card of a file, or why it is left out. */
export type CardBytes = { bytes: Uint8Array; error?: undefined } | { bytes?: undefined; error: VCardError };

const [LF, CR] = [10, 13];

/**
 * The cards of a file, one by one, whatever its size: at most one of them is held. What stands between them is left out;
 * one that is too large or has no end is told of, and the next is read.
 */
export async function* splitVCards(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<CardBytes> {
  const splitter = new Splitter();
  let recode: ((chunk: Uint8Array) => Uint8Array) | null = null;
  for await (const chunk of source) {
    if (chunk.length === 0) continue;
    recode ??= recoderOf(chunk);
    yield* splitter.take(recode(chunk));
  }
  yield* splitter.end();
}

/** Files in UTF-16 begin with its mark; their cards are given in UTF-8. */
function recoderOf([a, b]: Uint8Array): (chunk: Uint8Array) => Uint8Array {
  const charset = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : null;
  if (charset === null) return (chunk) => chunk;
  const decoder = new TextDecoder(charset);
  const encoder = new TextEncoder();
  return (chunk) => encoder.encode(decoder.decode(chunk, { stream: true }));
}

class Splitter {
  /** Bytes of the line that is not yet at its end. */
  #line: Uint8Array[] = [];
  #lineBytes = 0;
  #card: Uint8Array[] = [];
  #cardBytes = 0;
  #depth = 0;
  #isFirst = true;

  *take(chunk: Uint8Array): Generator<CardBytes> {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] !== LF && chunk[i] !== CR) continue;
      this.#push(chunk.slice(start, i + 1));
      start = i + 1;
      yield* this.#endLine();
    }
    this.#push(chunk.slice(start));
  }

  *end(): Generator<CardBytes> {
    yield* this.#endLine();
    if (this.#depth > 0) yield { error: new VCardError('not-a-vcard') };
  }

  #push(bytes: Uint8Array): void {
    this.#lineBytes += bytes.length;
    // Of a line beyond all limits only its length is kept.
    if (this.#lineBytes <= LIMITS.cardBytes + 2) this.#line.push(bytes);
  }

  *#endLine(): Generator<CardBytes> {
    const parts = this.#line;
    const length = this.#lineBytes;
    this.#line = [];
    this.#lineBytes = 0;
    if (length === 0) return;
    const mark = length <= 64 ? markOf(this.#trimmed(parts)) : null;
    if (mark === 'begin') {
      // A card that was never closed ends where the next one begins, unless that is a part of it.
      if (this.#depth === 0) this.#reset();
      this.#depth++;
    }
    if (this.#depth === 0) return;
    this.#cardBytes += length;
    if (this.#cardBytes <= LIMITS.cardBytes) this.#card.push(...parts);
    if (mark !== 'end') return;
    this.#depth--;
    if (this.#depth > 0) return;
    const whole = this.#card;
    const isTooLarge = this.#cardBytes > LIMITS.cardBytes;
    this.#reset();
    yield isTooLarge ? { error: new VCardError('too-large') } : { bytes: concat(whole) };
  }

  #trimmed(parts: Uint8Array[]): Uint8Array {
    const line = concat(parts);
    const hasMark = this.#isFirst && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf;
    this.#isFirst = false;
    let end = line.length;
    while (end > 0 && (line[end - 1] === LF || line[end - 1] === CR)) end--;
    return line.subarray(hasMark ? 3 : 0, end);
  }

  #reset(): void {
    this.#card = [];
    this.#cardBytes = 0;
  }
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
