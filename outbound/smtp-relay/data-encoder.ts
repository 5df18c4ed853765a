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

  /**
   * Writes into `out` from `at` on, which must have room for twice the bytes and two more. Returns where it stopped.
   */
  encode(bytes: Uint8Array, out: Uint8Array, at: number): number {
    let to = at;
    for (const byte of bytes) {
      if (this.#carriageReturn) {
        this.#carriageReturn = false;
        to = this.#endLine(out, to);
        if (byte === LF) continue;
      }
      if (byte === CR) {
        this.#carriageReturn = true;
      } else if (byte === LF) {
        to = this.#endLine(out, to);
      } else {
        if (byte === DOT && this.#lineStart) out[to++] = DOT;
        out[to++] = byte;
        this.#lineStart = false;
      }
    }
    return to;
  }

  /** What is left, and the end of the message: at most five bytes. */
  end(out: Uint8Array, at: number): number {
    let to = at;
    if (this.#carriageReturn || !this.#lineStart) to = this.#endLine(out, to);
    out.set([DOT, CR, LF], to);
    return to + 3;
  }

  #endLine(out: Uint8Array, at: number): number {
    out[at] = CR;
    out[at + 1] = LF;
    this.#lineStart = true;
    return at + 2;
  }
}
