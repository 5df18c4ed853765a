import { oneLine, RelayFault } from './fault.ts';

/** A reply of one or more lines (RFC 5321 4.2). */
export interface Reply {
  code: number;
  /** Without the code. */
  lines: string[];
}

/** RFC 5321 4.5.3.1.5 says 512 octets; hosts say more in links to their explanations. */
export const MAX_LINE = 4096;
const MAX_LINES = 128;

const LINE = /^([2-5][0-9]{2})(?:([ -])(.*))?$/s;
const ENHANCED = /^([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)/;

/** Puts lines together to a reply. Throws a RelayFault for what is none. */
export class ReplyParser {
  #code: number | null = null;
  #lines: string[] = [];

  /** A line without its end; the reply, when it was the last of one. */
  line(text: string): Reply | null {
    const match = LINE.exec(text);
    if (match === null) throw new RelayFault('4.5.0', `not a reply: ${oneLine(text).slice(0, 100)}`);
    const code = Number(match[1]);
    if (this.#code !== null && this.#code !== code) {
      throw new RelayFault('4.5.0', `a reply that is both ${this.#code} and ${code}`);
    }
    this.#code = code;
    this.#lines.push(match[3] ?? '');
    if (match[2] === '-') {
      if (this.#lines.length >= MAX_LINES) throw new RelayFault('4.5.0', 'a reply of too many lines');
      return null;
    }
    const reply = { code, lines: this.#lines };
    this.#code = null;
    this.#lines = [];
    return reply;
  }
}

/** Enhanced status of a negative reply (RFC 2034 3), of the class that its code says. */
export function statusOf(reply: Reply): string {
  const kind = Math.floor(reply.code / 100);
  const match = ENHANCED.exec(reply.lines[0] ?? '');
  return match === null ? `${kind}.0.0` : `${kind}.${match[2]}.${match[3]}`;
}

/** Whether the host gave an enhanced status itself, and which. */
export function givenStatus(reply: Reply): string | null {
  return ENHANCED.exec(reply.lines[0] ?? '')?.[0] ?? null;
}

/** The words of a reply on one line, with its code and without the enhanced codes of the lines after the first. */
export function wordsOf(reply: Reply): string {
  const [first = '', ...rest] = reply.lines;
  return oneLine([`${reply.code} ${first}`, ...rest.map((line) => line.replace(ENHANCED, ''))].join(' '));
}
