import { HeaderBlock, type HeaderField } from '../header/header-block.ts';
import { readPartHead } from '../header/part-head.ts';
import type { MimeLimits } from '../limits.ts';
import type { Degraded } from '../types.ts';
import { type Delimiter, PartTree } from './part-tree.ts';

const CR = 13;
const LF = 10;
const DASH = 45;
/** RFC 2046 5.1.1: transport padding after a boundary. */
const MAX_PADDING = 256;
/** How much of the line after a would-be delimiter decides whether it is one. */
const LOOK_AHEAD = 80;
/** How much of the message decides whether bare CR ends its lines. */
export const PROBE_BYTES = 4096;

/** Progress is impossible without more data. */
const STALLED = -1;

/** Like the first line of the header of a part; the colon must come within LOOK_AHEAD. */
const PART_FIELD = /^content-[a-z-]{2,30}[ \t]*:/i;
const ANY_FIELD = /^[!-9;-~]{2,60}[ \t]*:/;

function latin1(data: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(data[i] as number);
  return text;
}

/**
 * The state machine that finds parts in the bytes of a message. It is shown windows of the message, each
 * beginning where it stopped, and its result does not depend on how the message is cut into windows.
 */
export class StructureScanner {
  readonly tree: PartTree;
  rootFields: HeaderField[] = [];
  headerEnd = 0;
  readonly #limits: MimeLimits;
  readonly #degraded: Set<Degraded>;
  readonly #header: HeaderBlock;
  /** Offset in the message of the first byte of the window. */
  #base = 0;
  #at = 0;
  #begun = false;
  /** Lines of headers end in CR too: the message has no LF where it begins. */
  #bareCr = false;
  #inHeader = true;
  #isRoot = true;
  #headerStart = 0;
  /** The rest of an overlong header line is passed over. */
  #skippingLine = false;
  /** The window begins at the start of a line whose predecessor's end is not in the window. */
  #atLineStart = false;

  constructor(limits: MimeLimits, degraded: Set<Degraded>) {
    this.#limits = limits;
    this.#degraded = degraded;
    this.tree = new PartTree(limits, degraded);
    this.#header = new HeaderBlock(limits, degraded);
  }

  /**
   * Scans a window and returns how many bytes of it are done with; the rest must begin the next window. The
   * first window must have PROBE_BYTES or be the whole message. `last`: the message ends with this window.
   */
  scan(data: Uint8Array, last: boolean): number {
    this.#at = 0;
    if (!this.#begun) this.#begin(data);
    while (this.#at < data.length) {
      const next = this.#inHeader ? this.#scanHeader(data, last) : this.#scanBody(data, last);
      if (next === STALLED) break;
      this.#at = next;
    }
    if (last) {
      // A delimiter with nothing after it begins no part.
      if (this.#inHeader && (this.#isRoot || !this.#header.isEmpty))
        this.#endHeader(this.#base + data.length);
      this.tree.end(this.#base + data.length, this.#base + this.#contentEnd(data));
    }
    this.#base += this.#at;
    return this.#at;
  }

  #begin(data: Uint8Array): void {
    this.#begun = true;
    const probe = data.subarray(0, PROBE_BYTES);
    this.#bareCr = probe.includes(CR) && !probe.includes(LF);
    if (this.#bareCr) this.#degraded.add('bare-cr');
    if (data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf) this.#at = 3;
    this.#header.reset(true);
  }

  /** Where the last part's content ends: a line end at the end of a part in a multipart belongs to a delimiter. */
  #contentEnd(data: Uint8Array): number {
    return this.#at < data.length ? this.#at : data.length;
  }

  /** Index of the byte that ends the line from `from`, or -1. */
  #lineEnd(data: Uint8Array, from: number): number {
    if (!this.#bareCr) return data.indexOf(LF, from);
    for (let i = from; i < data.length; i++) if (data[i] === LF || data[i] === CR) return i;
    return -1;
  }

  /** Index after the line end at `end`, or STALLED when its LF may be in the next window. */
  #afterLineEnd(data: Uint8Array, end: number, last: boolean): number {
    if (data[end] !== CR) return end + 1;
    if (end + 1 === data.length) return last ? end + 1 : STALLED;
    return data[end + 1] === LF ? end + 2 : end + 1;
  }

  #scanHeader(data: Uint8Array, last: boolean): number {
    const from = this.#at;
    const max = this.#limits.maxFieldBytes;
    const found = this.#lineEnd(data, from);
    if (found < 0 && !last && data.length - from <= max) return STALLED;
    const end = found < 0 ? data.length : found;
    const after = found < 0 ? data.length : this.#afterLineEnd(data, found, last);
    if (after === STALLED) return STALLED;
    if (this.#skippingLine) {
      this.#skippingLine = found < 0;
      return after;
    }
    let to = Math.min(end, from + max);
    // A line of a header can end in CR CR LF; where CR alone ends lines there is none left here.
    if (to === end) while (to > from && data[to - 1] === CR) to--;
    if (data[from] === DASH && data[from + 1] === DASH && end - from <= max) {
      const delimiter = this.#matchLine(data, from + 2, to);
      if (delimiter !== null) {
        // RFC 2046 5.1.1: delimiters that follow each other at once hold no part between them.
        if (!this.#header.isEmpty || this.#isRoot) this.#endHeader(this.#base + from);
        return this.#takeDelimiter(delimiter, this.#base + from, this.#base + after, after);
      }
    }
    if (to === from) {
      this.#endHeader(this.#base + after);
      return after;
    }
    if (this.#header.addLine(data, from, to) === 'body') {
      this.#degraded.add(this.#isRoot && this.#header.isEmpty ? 'no-headers' : 'missing-separator');
      this.#endHeader(this.#base + from);
      return from;
    }
    if (end - from > max) this.#degraded.add('field-limit');
    this.#skippingLine = found < 0 && !last;
    return after;
  }

  #endHeader(bodyStart: number): void {
    const fields = this.#header.finish();
    const head = readPartHead(fields, this.tree.defaultType, this.#limits, this.#degraded);
    if (this.#isRoot) {
      this.rootFields = fields;
      this.headerEnd = bodyStart;
    }
    this.tree.openPart(head, this.#headerStart, bodyStart);
    this.#inHeader = false;
    this.#isRoot = false;
    this.#skippingLine = false;
    this.#atLineStart = true;
  }

  #takeDelimiter(delimiter: Delimiter, end: number, next: number, at: number): number {
    this.tree.delimit(delimiter, end);
    this.#atLineStart = true;
    if (delimiter.close) this.#inHeader = false;
    else if (this.tree.isFull) {
      this.tree.swallow(next);
      this.#inHeader = false;
    } else {
      this.#inHeader = true;
      this.#headerStart = next;
      this.#header.reset(false);
    }
    return at;
  }

  /** The delimiter whose text after `--` is data[from, to), or null. */
  #matchLine(data: Uint8Array, from: number, to: number): Delimiter | null {
    const text = this.#lineText(data, from, to);
    return text === '' ? null : this.tree.match(text);
  }

  #lineText(data: Uint8Array, from: number, to: number): string {
    let end = to;
    while (end > from && (data[end - 1] === 32 || data[end - 1] === 9)) end--;
    return end - from > this.tree.longestDelimiter ? '' : latin1(data, from, end);
  }

  /** Passes content on up to the next delimiter, or as far as the window tells. */
  #scanBody(data: Uint8Array, last: boolean): number {
    const start = this.#at;
    if (this.tree.longestDelimiter === 0) {
      this.tree.feed(data, start, data.length);
      return data.length;
    }
    let p = start;
    while (p < data.length) {
      if (data[p] !== DASH || !(p === start ? this.#atLineStart : isLineEnd(data[p - 1]))) {
        p++;
        continue;
      }
      const next = this.#tryDelimiter(data, start, p, last);
      if (next === STALLED) return this.#hold(data, start, p);
      if (next > 0) return next;
      p++;
    }
    if (!last) return this.#hold(data, start, data.length);
    const end = this.tree.currentIsContainer ? data.length : lineEndStart(data, start, data.length);
    this.tree.feed(data, start, end);
    // The line end stays undone: scan() takes it for the end of the content.
    this.#at = end;
    return STALLED;
  }

  /** Passes on what certainly is content before `p`, where a line may begin. */
  #hold(data: Uint8Array, start: number, p: number): number {
    const end = lineEndStart(data, start, p);
    if (end === start) return STALLED;
    this.tree.feed(data, start, end);
    this.#atLineStart = false;
    this.#at = end;
    return STALLED;
  }

  /** Looks at the `-` at `p`, where a line begins: index to go on from, 0 when it is content, or STALLED. */
  #tryDelimiter(data: Uint8Array, start: number, p: number, last: boolean): number {
    if (p + 1 >= data.length) return last ? 0 : STALLED;
    if (data[p + 1] !== DASH) return 0;
    const cap = p + 2 + this.tree.longestDelimiter + MAX_PADDING;
    let end = p + 2;
    while (end < data.length && end < cap && !isLineEnd(data[end])) end++;
    if (end === cap) return 0;
    if (end === data.length && !last) return STALLED;
    const after = end === data.length ? end : this.#afterLineEnd(data, end, last);
    if (after === STALLED) return STALLED;
    const text = this.#lineText(data, p + 2, end);
    if (text === '') return 0;
    let delimiter = this.tree.match(text);
    if (delimiter === null && this.tree.guess !== 'no') {
      if (data.length - after < LOOK_AHEAD && !last) return STALLED;
      if (!this.#beginsPart(data, after, text)) {
        this.tree.rejectGuess();
        return 0;
      }
      delimiter = this.tree.adopt(text);
    }
    if (delimiter === null) return 0;
    const contentEnd = lineEndStart(data, start, p);
    this.tree.feed(data, start, contentEnd);
    return this.#takeDelimiter(delimiter, this.#base + contentEnd, this.#base + after, after);
  }

  /** Whether a line that no multipart named is followed by what follows a delimiter. */
  #beginsPart(data: Uint8Array, after: number, text: string): boolean {
    if (text.length > this.#limits.maxBoundaryBytes || /^-+$/.test(text)) return false;
    const next = latin1(data, after, Math.min(data.length, after + LOOK_AHEAD));
    if (PART_FIELD.test(next)) return true;
    return (
      this.tree.guess === 'undeclared' && !/\s/.test(text) && (/^[\r\n]/.test(next) || ANY_FIELD.test(next))
    );
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}

/** Where the line end before `p` begins, not before `start`. */
function lineEndStart(data: Uint8Array, start: number, p: number): number {
  if (p > start && data[p - 1] === LF) return p - 1 > start && data[p - 2] === CR ? p - 2 : p - 1;
  return p > start && data[p - 1] === CR ? p - 1 : p;
}
