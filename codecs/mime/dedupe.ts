const CR = 13;
const LF = 10;
const COLON = 58;
const CRLF = new Uint8Array([CR, LF]);
/** Longer than any name of the trace block. */
const MAX_NAME = 64;

const TRACE = new Set([
  'received',
  'return-path',
  'delivered-to',
  'x-received',
  'received-spf',
  'authentication-results',
  'x-original-to',
  'envelope-to',
]);
const TRACE_PREFIXES = ['arc-', 'cf-', 'x-cf-', 'x-forwarded-'];

function isTrace(name: string): boolean {
  return TRACE.has(name) || TRACE_PREFIXES.some((prefix) => name.startsWith(prefix));
}

const LINE_START = 0;
const NAME = 1;
const COPY = 2;
const DROP = 3;
const BODY = 4;

/**
 * Feeds a message into a hash so that deliveries of one message agree and any other message differs: the fields
 * that relays add on the way (RFC 5321 4.4, RFC 8617, and those of the platform) are left out, line ends of the
 * header are written as CRLF, everything else goes in as it is. Streaming; holds at most a field name.
 */
export class DedupeHasher {
  readonly #hash: { update(bytes: Uint8Array): void };
  #state = LINE_START;
  readonly #name = new Uint8Array(MAX_NAME);
  #nameLength = 0;
  /** The field at hand is left out, and so are its continuation lines. */
  #dropping = false;
  #afterCr = false;

  constructor(hash: { update(bytes: Uint8Array): void }) {
    this.#hash = hash;
  }

  write(chunk: Uint8Array): void {
    let i = 0;
    if (this.#afterCr && chunk.length > 0) {
      this.#afterCr = false;
      if (chunk[0] === LF) i = 1;
    }
    while (i < chunk.length) {
      if (this.#state === BODY) {
        this.#hash.update(i === 0 ? chunk : chunk.subarray(i));
        return;
      }
      if (this.#state === COPY || this.#state === DROP) i = this.#copyLine(chunk, i);
      else i = this.#readByte(chunk, i);
    }
  }

  /** Must be called once, after the last chunk. */
  end(): void {
    if (this.#state === NAME) this.#release();
    this.#state = BODY;
  }

  /** The rest of a line whose fate is known. */
  #copyLine(chunk: Uint8Array, from: number): number {
    let end = from;
    while (end < chunk.length && chunk[end] !== CR && chunk[end] !== LF) end++;
    if (this.#state === COPY && end > from) this.#hash.update(chunk.subarray(from, end));
    return end === chunk.length ? end : this.#endLine(chunk, end);
  }

  #endLine(chunk: Uint8Array, end: number): number {
    if (this.#state !== DROP) this.#hash.update(CRLF);
    this.#state = LINE_START;
    if (chunk[end] === LF) return end + 1;
    if (end + 1 === chunk.length) this.#afterCr = true;
    return chunk[end + 1] === LF ? end + 2 : end + 1;
  }

  #readByte(chunk: Uint8Array, i: number): number {
    const byte = chunk[i] as number;
    if (this.#state === LINE_START) {
      if (byte === CR || byte === LF) {
        const next = this.#endLine(chunk, i);
        this.#state = BODY;
        return next;
      }
      if (byte === 32 || byte === 9) {
        this.#state = this.#dropping ? DROP : COPY;
        return i;
      }
      this.#state = NAME;
      this.#nameLength = 0;
    }
    if (byte === COLON) {
      const name = String.fromCharCode(...this.#name.subarray(0, this.#nameLength)).toLowerCase();
      this.#dropping = isTrace(name.trimEnd());
      if (this.#dropping) {
        this.#state = DROP;
        return i;
      }
    } else if (byte === CR || byte === LF) {
      // No field: the header ended without an empty line, and nothing after it is a trace field.
      this.#release();
      const next = this.#endLine(chunk, i);
      this.#state = BODY;
      return next;
    } else if (this.#nameLength < MAX_NAME) {
      this.#name[this.#nameLength++] = byte;
      return i + 1;
    } else this.#dropping = false; // Too long for a name of the trace block, whatever it is.
    this.#release();
    this.#state = COPY;
    return i;
  }

  #release(): void {
    if (this.#nameLength > 0) this.#hash.update(this.#name.slice(0, this.#nameLength));
    this.#nameLength = 0;
  }
}
