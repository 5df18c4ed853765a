import { createHash, type Hash } from 'node:crypto';

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;

/** What is gathered before it is hashed: a hash is slow at a great many small pieces. */
const GATHER_BYTES = 32_768;
/** A piece as long as this is hashed where it stands. */
const LONG_BYTES = 4096;

/**
 * SHA-256 of a body whose lines end in CRLF, in its relaxed form (RFC 6376 3.4.4). The body, which may be a good part
 * of the memory, is neither copied nor changed.
 */
export function relaxedBodyHash(body: Uint8Array): Uint8Array {
  const sink = new Gathered(createHash('sha256'));
  const end = contentEnd(body);
  let from = 0;
  for (let at = 0; at < end; ) {
    if (!isBlank(body[at])) {
      at++;
      continue;
    }
    let to = at + 1;
    while (to < end && isBlank(body[to])) to++;
    const endsLine = body[to] === CR && body[to + 1] === LF;
    // One space is as it should be, unless it stands before the end of its line.
    if (endsLine || to - at > 1 || body[at] === TAB) {
      sink.add(body, from, at);
      if (!endsLine) sink.space();
      from = to;
    }
    at = to;
  }
  sink.add(body, from, end);
  if (end > 0) sink.lineEnd();
  return sink.digest();
}

/** Offset behind the last byte that is not part of the empty lines and blanks at the end. */
function contentEnd(body: Uint8Array): number {
  let end = body.length;
  for (;;) {
    if (end > 0 && isBlank(body[end - 1])) end--;
    else if (end > 1 && body[end - 1] === LF && body[end - 2] === CR) end -= 2;
    else return end;
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

class Gathered {
  private readonly hash: Hash;
  private readonly pending = new Uint8Array(GATHER_BYTES);
  private size = 0;

  constructor(hash: Hash) {
    this.hash = hash;
  }

  add(source: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (length === 0) return;
    if (this.size + length > GATHER_BYTES || length >= LONG_BYTES) this.flush();
    if (length >= LONG_BYTES) this.hash.update(source.subarray(from, to));
    else {
      this.pending.set(source.subarray(from, to), this.size);
      this.size += length;
    }
  }

  space(): void {
    if (this.size === GATHER_BYTES) this.flush();
    this.pending[this.size++] = SPACE;
  }

  lineEnd(): void {
    this.flush();
    this.hash.update(Uint8Array.of(CR, LF));
  }

  digest(): Uint8Array {
    this.flush();
    return new Uint8Array(this.hash.digest());
  }

  private flush(): void {
    // A copy: what was handed over is filled again.
    if (this.size > 0) this.hash.update(this.pending.slice(0, this.size));
    this.size = 0;
  }
}
