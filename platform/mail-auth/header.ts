/** The header of a message as the signature checks get it: bounded, and with the body left in the stream. */

/** Bytes and lines of a header whose signatures are checked. */
const MAX_HEADER_BYTES = 256 * 1024;
const MAX_HEADER_LINES = 10_000;
/** Signatures that are looked at, from the top (RFC 6376 6.1). */
const MAX_SIGNATURES = 10;
/** ARC sets: each costs a look-up and a check of its seal. */
const MAX_ARC_FIELDS = 30;

export interface SignedHeader {
  /** Lines end in CRLF, with the empty line at the end. */
  bytes: Uint8Array;
  signatures: number;
  arcFields: number;
  /** Beyond the limits: nothing of its signatures is checked. */
  over: boolean;
}

const LF = 10;
const CR = 13;

/** Collects the header from the chunks of a message. */
export class HeaderCollector {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #lines = 0;
  /** Bytes of the present line so far, without its end. */
  #lineLength = 0;
  #lastByte = 0;
  over = false;

  /** Takes a chunk; gives where in it the body begins, or null while the header goes on. */
  take(chunk: Uint8Array): number | null {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte === LF) {
        const empty = this.#lineLength === 0 || (this.#lineLength === 1 && this.#lastByte === CR);
        this.#lines++;
        if (empty) {
          this.#keep(chunk.slice(0, i + 1));
          return i + 1;
        }
        this.#lineLength = 0;
      } else this.#lineLength++;
      this.#lastByte = byte;
    }
    this.#keep(chunk.slice());
    return null;
  }

  #keep(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size > MAX_HEADER_BYTES || this.#lines > MAX_HEADER_LINES) {
      this.over = true;
      this.#chunks = [];
    } else if (!this.over) this.#chunks.push(bytes);
  }

  finish(): SignedHeader {
    const text = this.#chunks.map(latin1).join('');
    const fields = text.replace(/\r?\n$/, '').split(/\r?\n(?![ \t])/);
    let signatures = 0;
    let arcFields = 0;
    const kept = fields.filter((field) => {
      if (/^arc-[a-z-]+[ \t]*:/i.test(field)) arcFields++;
      if (!/^dkim-signature[ \t]*:/i.test(field)) return true;
      signatures++;
      return signatures <= MAX_SIGNATURES;
    });
    const whole = kept
      .join('\r\n')
      .replace(/\r?\n/g, '\r\n')
      .replace(/(?:\r\n)*$/, '\r\n\r\n');
    return {
      bytes: Uint8Array.from(whole, (c) => c.charCodeAt(0)),
      signatures,
      arcFields,
      over: this.over || arcFields > MAX_ARC_FIELDS,
    };
  }
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

/** Line ends as CRLF; the library would take a chunk apart at each bare LF. `after`: the byte before this chunk. */
export function crlf(chunk: Uint8Array, after: number): Uint8Array {
  let bare = 0;
  for (let i = 0; i < chunk.length; i++) {
    if (chunk[i] === LF && (i === 0 ? after : chunk[i - 1]) !== CR) bare++;
  }
  if (bare === 0) return chunk.slice();
  const out = new Uint8Array(chunk.length + bare);
  let at = 0;
  for (let i = 0; i < chunk.length; i++) {
    if (chunk[i] === LF && (i === 0 ? after : chunk[i - 1]) !== CR) out[at++] = CR;
    out[at++] = chunk[i] as number;
  }
  return out;
}
