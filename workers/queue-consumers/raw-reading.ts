import { createHash } from 'node:crypto';
import { DedupeHasher, type MessageIndex, MimeIndexer } from '../../codecs/mime/index.ts';
import { MINIMAL_HEAD_BYTES } from '../../core/mail/place-minimal.ts';

/** What one pass over a raw message gives. */
export interface RawReading {
  size: number;
  /** Lower-case hex SHA-256 of all bytes. */
  sha256: string;
  /** The same for all deliveries of one message, whatever the relays wrote above it (I9). */
  dedupeKey: string;
  /** null when it was not asked for, or the indexer failed: then `failure` says how. */
  index: MessageIndex | null;
  failure: unknown;
  /** The first bytes. */
  head: Uint8Array;
  /** All bytes, when they were to be kept. */
  bytes: Uint8Array | null;
}

export interface ReadOptions {
  /** Bytes that the object has; a stream of another length is an error. */
  size: number;
  /** Hold all bytes in memory. */
  keep: boolean;
  parse: boolean;
}

/** Reads a raw message once, with both hashes and the index made on the way. Rejects only when the source fails. */
export async function readRaw(stream: ReadableStream<Uint8Array>, options: ReadOptions): Promise<RawReading> {
  if (options.keep) {
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return finish(options, bytes, [bytes]);
  }
  return finish(options, null, stream);
}

/** Of a message that is in memory, all but what it is a duplicate by. */
export interface BytesReading extends Omit<RawReading, 'dedupeKey' | 'bytes'> {
  bytes: Uint8Array;
}

/** Reads a raw message that is in memory. `sha256`: where that is known already. */
export function readBytes(raw: Uint8Array, sha256?: string): BytesReading {
  const parser = new ContainedIndexer(true);
  parser.write(raw);
  return {
    size: raw.length,
    sha256: sha256 ?? createHash('sha256').update(raw).digest('hex'),
    index: parser.end(),
    failure: parser.failure,
    head: raw.slice(0, MINIMAL_HEAD_BYTES),
    bytes: raw,
  };
}

async function finish(
  { size, parse }: ReadOptions,
  bytes: Uint8Array | null,
  chunks: Iterable<Uint8Array> | ReadableStream<Uint8Array>,
): Promise<RawReading> {
  const sha256 = createHash('sha256');
  const dedupe = createHash('sha256');
  const hasher = new DedupeHasher(dedupe);
  const parser = new ContainedIndexer(parse);
  const head: Uint8Array[] = [];
  let seen = 0;
  for await (const chunk of chunks) {
    if (seen < MINIMAL_HEAD_BYTES) head.push(chunk.slice(0, MINIMAL_HEAD_BYTES - seen));
    seen += chunk.length;
    sha256.update(chunk);
    hasher.write(chunk);
    parser.write(chunk);
  }
  if (seen !== size) throw new Error(`the raw has ${seen} bytes of ${size}`);
  hasher.end();
  return {
    size,
    sha256: sha256.digest('hex'),
    dedupeKey: dedupe.digest('hex'),
    index: parser.end(),
    failure: parser.failure,
    head: joined(head),
    bytes,
  };
}

/** The indexer, whose failure is kept instead of thrown: the hashes must come to their end all the same (I10). */
class ContainedIndexer {
  #indexer: MimeIndexer | null;
  failure: unknown = null;

  constructor(wanted: boolean) {
    this.#indexer = wanted ? new MimeIndexer() : null;
  }

  write(chunk: Uint8Array): void {
    try {
      this.#indexer?.write(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  end(): MessageIndex | null {
    try {
      return this.#indexer?.end() ?? null;
    } catch (error) {
      this.#fail(error);
      return null;
    }
  }

  #fail(error: unknown): void {
    this.#indexer = null;
    this.failure = error;
  }
}

function joined(chunks: Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const out = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
