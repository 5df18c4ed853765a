import { isFromLine } from './write.ts';

/** An entry of an mbox file. */
export interface MboxMessage {
  /** The From_ line without its end, in ISO 8859-1. */
  fromLine: string;
  /** Milliseconds since the epoch, of the From_ line; null when it names no time. */
  receivedAt: number | null;
  /** null when the message is longer than the reader was told to keep. */
  raw: Uint8Array | null;
  size: number;
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x3e;
const FROM = 'From ';
/** Longest From_ line: what begins like one and goes on is text. */
const MAX_FROM_LINE = 1000;
/** So much of a line decides whether it is quoted: more `>`s than that are nobody's quoting. */
const DECIDED = 256;
const DATED = /\b\d{1,2}:\d\d(?::\d\d)?\b.*\b(\d{4})\b/;

/**
 * Reads an mbox file as it streams. A line that begins with `From `, after an empty line or at the beginning, starts a
 * message when it names a time; in files whose first From_ line names none, every such line does. One `>` goes from lines
 * of `>`s and `From ` (mboxrd). The empty line that ends an entry is no part of it.
 * @param maxBytes longest message whose bytes are kept: of longer ones only the size is told
 */
export async function* readMbox(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<MboxMessage> {
  const reader = new MboxReader(maxBytes);
  for await (const chunk of source) {
    reader.take(chunk);
    yield* reader.ready.splice(0);
  }
  reader.end();
  yield* reader.ready.splice(0);
}

class MboxReader {
  readonly #maxBytes: number;
  readonly ready: MboxMessage[] = [];
  /** Beginning of a line whose end has not come yet. */
  #line: Uint8Array = new Uint8Array();
  /** The rest of the line is text, whatever it is. */
  #within = false;
  #message: { fromLine: string; pieces: Uint8Array[]; size: number } | null = null;
  /** An empty line whose part in the message is not yet known. */
  #blank: Uint8Array | null = null;
  #first = true;
  #dated = true;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  take(chunk: Uint8Array): void {
    let rest = chunk;
    if (this.#line.length > 0) {
      rest = joined([this.#line, chunk], this.#line.length + chunk.length);
      this.#line = new Uint8Array();
    }
    while (rest.length > 0) {
      const end = rest.indexOf(LF);
      if (end >= 0) {
        this.#whole(rest.subarray(0, end + 1));
        rest = rest.subarray(end + 1);
      } else if (this.#within || isDecided(rest)) {
        this.#part(rest);
        return;
      } else {
        // The chunk may be a buffer that is used again.
        this.#line = rest.slice();
        return;
      }
    }
  }

  end(): void {
    if (this.#line.length > 0) this.#whole(this.#line);
    this.#line = new Uint8Array();
    this.#close();
  }

  /** A line with its end, or the end of one. */
  #whole(line: Uint8Array): void {
    if (this.#within) {
      this.#keep(line);
      this.#within = false;
      return;
    }
    if (this.#isSeparator(line)) {
      this.#close();
      this.#open(line);
      return;
    }
    this.#first = false;
    this.#settleBlank();
    if (isBlank(line)) this.#blank = line.slice();
    else this.#keep(line[0] === QUOTE && isFromLine(line, 0) ? line.subarray(1) : line);
  }

  #part(piece: Uint8Array): void {
    if (!this.#within) {
      this.#first = false;
      this.#settleBlank();
    }
    this.#keep(!this.#within && piece[0] === QUOTE && isFromLine(piece, 0) ? piece.subarray(1) : piece);
    this.#within = true;
  }

  #isSeparator(line: Uint8Array): boolean {
    if (line.length > MAX_FROM_LINE || latin(line.subarray(0, FROM.length)) !== FROM) return false;
    if (this.#first) return true;
    return this.#blank !== null && (!this.#dated || DATED.test(latin(line)));
  }

  #open(line: Uint8Array): void {
    const fromLine = latin(line).replace(/\r?\n$/, '');
    if (this.#first) this.#dated = DATED.test(fromLine);
    this.#first = false;
    this.#message = { fromLine, pieces: [], size: 0 };
  }

  /** The empty line before what comes now was one of the message. */
  #settleBlank(): void {
    const blank = this.#blank;
    this.#blank = null;
    if (blank !== null) this.#keep(blank);
  }

  /** What comes before the first From_ line belongs to no message. */
  #keep(piece: Uint8Array): void {
    const message = this.#message;
    if (message === null) return;
    message.size += piece.length;
    if (message.size > this.#maxBytes) message.pieces = [];
    else message.pieces.push(piece.slice());
  }

  #close(): void {
    this.#blank = null;
    this.#within = false;
    const message = this.#message;
    this.#message = null;
    if (message === null) return;
    const { fromLine, pieces, size } = message;
    const raw = size > this.#maxBytes ? null : joined(pieces, size);
    this.ready.push({ fromLine, receivedAt: timeOf(fromLine), raw, size });
  }
}

/** Whether a piece of a line cannot become a From_ line or a quoted one any more, or already is one. */
function isDecided(piece: Uint8Array): boolean {
  if (piece.length > MAX_FROM_LINE) return true;
  if (piece.length > DECIDED) return latin(piece.subarray(0, FROM.length)) !== FROM;
  return false;
}

function isBlank(line: Uint8Array): boolean {
  return line[0] === LF || (line[0] === CR && line[1] === LF);
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

function latin(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += String.fromCharCode(byte);
  return out;
}

/** Mon Mar 29 01:30:00 [zone] 2026: in UTC unless it says another offset. */
function timeOf(line: string): number | null {
  const match =
    /\b([A-Z][a-z]{2})[ ]+(\d{1,2})[ ]+(\d{1,2}):(\d\d)(?::(\d\d))?(?: +([+-]\d{4}|[A-Z]{1,4}))? +(\d{4})(?: +([+-]\d{4}))?/.exec(
      line,
    );
  if (match === null) return null;
  const [, month, day, hour, minute, second = '0', before = '', year, after = ''] = match;
  const zone = /^[+-]/.test(before) ? before : after;
  const at = Date.parse(
    `${day} ${month} ${year} ${hour}:${minute}:${second.padStart(2, '0')} ${zone === '' ? 'GMT' : zone}`,
  );
  return Number.isNaN(at) ? null : at;
}
