const CR = 13;
const LF = 10;
const DOT = 46;

/**
 * A message as it goes after DATA: every line end is CRLF whatever it was before, and a line that begins with a dot
 * gets another (RFC 5321 4.5.2). Line ends are made one first, so that no `\n.\n` or `\r.\r\n` in the message can be
 * taken for its end by anybody on the way (SMTP smuggling, CVE-2023-51764 and its kin).
 */
export class DataEncoder {
  #lineStart = true;
  #carriageReturn = false;

  encode(chunk: Uint8Array): Uint8Array {
    // Each byte becomes two at most, beside a line end that was still open.
    const out = new Uint8Array(chunk.length * 2 + 2);
    let at = 0;
    for (const byte of chunk) {
      if (this.#carriageReturn) {
        this.#carriageReturn = false;
        at = this.#endLine(out, at);
        if (byte === LF) continue;
      }
      if (byte === CR) {
        this.#carriageReturn = true;
      } else if (byte === LF) {
        at = this.#endLine(out, at);
      } else {
        if (byte === DOT && this.#lineStart) out[at++] = DOT;
        out[at++] = byte;
        this.#lineStart = false;
      }
    }
    return out.subarray(0, at);
  }

  /** What is left, and the end of the message. */
  end(): Uint8Array {
    const out = new Uint8Array(5);
    let at = 0;
    if (this.#carriageReturn || !this.#lineStart) at = this.#endLine(out, at);
    out.set([DOT, CR, LF], at);
    return out.subarray(0, at + 3);
  }

  #endLine(out: Uint8Array, at: number): number {
    out[at] = CR;
    out[at + 1] = LF;
    this.#lineStart = true;
    return at + 2;
  }
}
