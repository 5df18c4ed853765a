import { decodeCharset, decodeStrictUtf8 } from '../charset/decode.ts';
import { resolveCharset } from '../charset/labels.ts';
import type { MimeLimits } from '../limits.ts';
import type { Degraded } from '../types.ts';
import { replaceControls } from './clean.ts';

export interface HeaderField {
  /** Lower case. */
  name: string;
  /** Unfolded and trimmed, without control characters; raw 8-bit bytes are read as UTF-8, else in the charset of the part. */
  value: string;
}

/** What a line is to a header. `body`: no line of a header, so the header has ended without an empty line. */
type LineKind = 'field' | 'body';

const COLON = 58;

/** Fields that describe a part: all that is kept of the header of a part below the root. */
const PART_FIELDS = new Set([
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'content-id',
  'content-location',
  'content-description',
]);

/** Fields of the message that are kept once even when a million others came before them. */
const KEY_FIELDS = new Set([
  ...PART_FIELDS,
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'importance',
  'content-class',
  'list-id',
  'auto-submitted',
]);
const LONGEST_KEY = 25;

/**
 * Header bytes kept for all parts below the root together, as a multiple of the limit for one. Then each field
 * is cut to MODEST_FIELD: a thousand parts with 64 KB of parameters each would cost seconds to take apart.
 */
const PARTS_BUDGET = 4;
const MODEST_FIELD = 512;

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === 9;
}

function startsWith(data: Uint8Array, from: number, to: number, text: string): boolean {
  if (to - from < text.length) return false;
  for (let i = 0; i < text.length; i++) if (data[from + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Collects the header of one part line by line, keeping no more than the limits allow. */
export class HeaderBlock {
  readonly #limits: MimeLimits;
  readonly #degraded: Set<Degraded>;
  #isRoot = true;
  #bytes = new Uint8Array(4096);
  #length = 0;
  #names: string[] = [];
  /** Start and end of each field's value in #bytes. */
  #bounds: number[] = [];
  #keys = new Set<string>();
  #keeping = false;
  #lines = 0;
  /** Bytes kept for parts below the root so far. */
  #spent = 0;

  constructor(limits: MimeLimits, degraded: Set<Degraded>) {
    this.#limits = limits;
    this.#degraded = degraded;
  }

  /** Begins the header of another part. */
  reset(isRoot: boolean): void {
    this.#isRoot = isRoot;
    this.#length = 0;
    this.#names = [];
    this.#bounds = [];
    this.#keys.clear();
    this.#keeping = false;
    this.#lines = 0;
  }

  /** True until a line of this header was taken. */
  get isEmpty(): boolean {
    return this.#lines === 0;
  }

  /** Takes the line data[from, to), which is not empty and has no line end. */
  addLine(data: Uint8Array, from: number, to: number): LineKind {
    if (isSpace(data[from])) return this.#continueField(data, from, to);
    let colon = from;
    while (
      colon < to &&
      (data[colon] as number) > 32 &&
      (data[colon] as number) < 127 &&
      data[colon] !== COLON
    ) {
      colon++;
    }
    const nameEnd = colon;
    // RFC 5322 4.5: whitespace before the colon is obsolete, but received.
    while (colon < to && isSpace(data[colon])) colon++;
    if (colon === to || data[colon] !== COLON || nameEnd === from) return this.#noField(data, from, to);
    this.#lines++;
    this.#keeping = this.#startField(data, from, nameEnd);
    if (this.#keeping) {
      this.#bounds.push(this.#length, this.#length);
      let start = colon + 1;
      while (start < to && isSpace(data[start])) start++;
      this.#append(data, start, to);
    }
    return 'field';
  }

  /** The fields in order. `charset` of 8-bit values that are not UTF-8; null means that of Content-Type. */
  finish(): HeaderField[] {
    const all = decodeStrictUtf8(this.#bytes.subarray(0, this.#length));
    const ascii = all !== null && all.length === this.#length;
    let charset: string | null | undefined;
    const fields: HeaderField[] = [];
    for (let i = 0; i < this.#names.length; i++) {
      const start = this.#bounds[2 * i] as number;
      const end = this.#bounds[2 * i + 1] as number;
      let value: string | null;
      if (ascii) value = all.slice(start, end);
      else {
        const bytes = this.#bytes.subarray(start, end);
        value = decodeStrictUtf8(bytes);
        if (value === null) {
          if (charset === undefined) charset = this.#charset();
          value = decodeCharset(bytes, charset);
          this.#degraded.add('raw-8bit-header');
        }
      }
      fields.push({ name: this.#names[i] as string, value: replaceControls(value).trim() });
    }
    return fields;
  }

  #continueField(data: Uint8Array, from: number, to: number): LineKind {
    if (this.#lines === 0) {
      // Nothing to continue: an empty line that is not quite empty, or text.
      for (let i = from; i < to; i++) if (!isSpace(data[i])) return 'body';
      return 'field';
    }
    if (this.#keeping) {
      // RFC 5322 2.2.3: the line end goes, the space stays; a tab is a space to the eye.
      const at = this.#length;
      this.#append(data, from, to);
      if (this.#length > at && this.#bytes[at] === 9) this.#bytes[at] = 32;
    }
    return 'field';
  }

  #noField(data: Uint8Array, from: number, to: number): LineKind {
    // The separator of mbox files, which delivery agents leave at the top.
    if (this.#isRoot && (startsWith(data, from, to, 'From ') || startsWith(data, from, to, '>From '))) {
      this.#keeping = false;
      return 'field';
    }
    return 'body';
  }

  /** Whether the field that begins here is kept. */
  #startField(data: Uint8Array, from: number, nameEnd: number): boolean {
    const { maxHeaderFields, maxHeaderBytes } = this.#limits;
    const full = this.#names.length >= maxHeaderFields || this.#length >= maxHeaderBytes;
    if (full || !this.#isRoot) {
      // Most lines of a flood end here, before a string is made.
      if (nameEnd - from > LONGEST_KEY) return this.#drop(full);
    } else if (nameEnd - from > 200) return this.#drop(true);
    let name = '';
    for (let i = from; i < nameEnd; i++) name += String.fromCharCode(data[i] as number);
    name = name.toLowerCase();
    if (!this.#isRoot && !PART_FIELDS.has(name)) return false;
    if (full && (!KEY_FIELDS.has(name) || this.#keys.has(name))) return this.#drop(true);
    if (KEY_FIELDS.has(name)) this.#keys.add(name);
    this.#names.push(name);
    return true;
  }

  #drop(limit: boolean): false {
    if (limit) this.#degraded.add('header-limit');
    return false;
  }

  #maxField(): number {
    const { maxFieldBytes, maxHeaderBytes } = this.#limits;
    return this.#spent < PARTS_BUDGET * maxHeaderBytes
      ? maxFieldBytes
      : Math.min(MODEST_FIELD, maxFieldBytes);
  }

  #append(data: Uint8Array, from: number, to: number): void {
    const last = this.#bounds.length - 1;
    const room = (this.#bounds[last - 1] as number) + this.#maxField() - this.#length;
    const length = Math.min(to - from, room);
    if (length < to - from) this.#degraded.add('field-limit');
    if (length <= 0) return;
    if (this.#length + length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + length));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(data.subarray(from, from + length), this.#length);
    this.#length += length;
    if (!this.#isRoot) this.#spent += length;
    this.#bounds[last] = this.#length;
  }

  /** Charset of the part where it says one about 8-bit bytes other than UTF-8, else windows-1252. */
  #charset(): string {
    const index = this.#names.indexOf('content-type');
    if (index < 0) return 'windows-1252';
    const bytes = this.#bytes.subarray(
      this.#bounds[2 * index] as number,
      this.#bounds[2 * index + 1] as number,
    );
    const label =
      /charset\s{0,8}=\s{0,8}"?([\w.:-]{1,40})/i.exec(decodeCharset(bytes, 'windows-1252'))?.[1] ?? null;
    const charset = resolveCharset(label);
    const single = charset.kind === 'standard' && !charset.label.startsWith('utf-');
    return label !== null && (single || charset.kind === 'code-page') ? label : 'windows-1252';
  }
}
