import { PAGES } from './code-pages.ts';
import { type DecodeCode, WbxmlDecodeError } from './errors.ts';
import type { WbxmlElement } from './tree.ts';

/** Bounds of a document (ATTACKS A07). */
export interface DecodeLimits {
  /** Bytes of the whole document. */
  maxBytes: number;
  maxDepth: number;
  maxNodes: number;
  /** Bytes of the string table, which ActiveSync never uses but some encoders send. */
  maxStringTable: number;
  /** Bytes of all text and opaque content together, so that table references cannot multiply. */
  maxTextBytes: number;
}

export const DEFAULT_DECODE_LIMITS: DecodeLimits = {
  maxBytes: 40 * 1024 * 1024,
  maxDepth: 32,
  maxNodes: 100_000,
  maxStringTable: 65_536,
  maxTextBytes: 40 * 1024 * 1024,
};

// Global tokens (WBXML 1.3, 7.1). All others of the low range are refused: MS-ASWBXML uses none of them.
const SWITCH_PAGE = 0x00;
const END = 0x01;
const ENTITY = 0x02;
const STR_I = 0x03;
const STR_T = 0x83;
const OPAQUE = 0xc3;
const CONTENT_BIT = 0x40;
const ATTRIBUTE_BIT = 0x80;
const FIRST_TAG = 0x05;
const CHARSET_UTF8 = 0x6a;

/**
 * Decodes a document (MS-ASWBXML 2.1). Invalid UTF-8 is refused: an overlong form could pass a check in one layer
 * and mean something else in the next. Characters that XML forbids are kept out.
 * Throws WbxmlDecodeError for anything that is not one well-formed element within the limits. Time is linear.
 */
export function decodeWbxml(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): WbxmlElement {
  return new Decoder(bytes, checked(limits)).run();
}

function checked(limits: Partial<DecodeLimits>): DecodeLimits {
  const all = { ...DEFAULT_DECODE_LIMITS, ...limits };
  for (const [name, value] of Object.entries(all)) {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`wbxml limit ${name}: ${value}`);
  }
  return all;
}

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #limits: DecodeLimits;
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
  #at = 0;
  #nodes = 0;
  #textBytes = 0;
  #table: Uint8Array = new Uint8Array();

  constructor(bytes: Uint8Array, limits: DecodeLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  run(): WbxmlElement {
    if (this.#bytes.length === 0) throw this.#error('empty');
    if (this.#bytes.length > this.#limits.maxBytes) throw this.#error('too-large');
    this.#header();
    return this.#body();
  }

  #error(code: DecodeCode): WbxmlDecodeError {
    return new WbxmlDecodeError(code, this.#at);
  }

  #byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw this.#error('truncated');
    this.#at++;
    return value;
  }

  /** mb_u_int32: at most five bytes and 32 bits. */
  #integer(): number {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const byte = this.#byte();
      value = value * 128 + (byte & 0x7f);
      if (value > 0xffff_ffff) throw this.#error('bad-integer');
      if ((byte & 0x80) === 0) return value;
    }
    throw this.#error('bad-integer');
  }

  #header(): void {
    const version = this.#byte();
    if (version < 0x01 || version > 0x03) throw this.#error('bad-header');
    const publicId = this.#integer();
    const tableIndex = publicId === 0 ? this.#integer() : null;
    if (this.#integer() !== CHARSET_UTF8) throw this.#error('bad-charset');
    const length = this.#integer();
    if (length > this.#limits.maxStringTable || length > this.#bytes.length - this.#at) {
      throw this.#error('bad-string-table');
    }
    this.#table = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    if (tableIndex !== null && tableIndex >= length) throw this.#error('bad-header');
  }

  #body(): WbxmlElement {
    const stack: WbxmlElement[] = [];
    const pieces = new Map<WbxmlElement, Uint8Array[]>();
    let root: WbxmlElement | null = null;
    let page = 0;
    while (this.#at < this.#bytes.length) {
      const token = this.#byte();
      const top = stack[stack.length - 1];
      if (token === SWITCH_PAGE) {
        page = this.#byte();
        if (PAGES[page] === undefined) throw this.#error('bad-page');
      } else if (root !== null && top === undefined) {
        throw this.#error('misplaced');
      } else if (token === END) {
        if (top === undefined) throw this.#error('misplaced');
        stack.pop();
      } else if (token === STR_I || token === STR_T || token === ENTITY) {
        if (top === undefined) throw this.#error('misplaced');
        top.text += this.#text(token);
      } else if (token === OPAQUE) {
        if (top === undefined) throw this.#error('misplaced');
        const list = pieces.get(top);
        if (list === undefined) pieces.set(top, [this.#opaque()]);
        else list.push(this.#opaque());
      } else {
        const element = this.#element(token, page);
        if (top === undefined) root = element;
        else top.children.push(element);
        if ((token & CONTENT_BIT) !== 0) {
          stack.push(element);
          if (stack.length > this.#limits.maxDepth) throw this.#error('too-deep');
        }
      }
    }
    if (root === null || stack.length > 0) throw this.#error('truncated');
    for (const [element, list] of pieces) element.opaque = join(list);
    return root;
  }

  #element(token: number, page: number): WbxmlElement {
    if ((token & ATTRIBUTE_BIT) !== 0 || (token & 0x3f) < FIRST_TAG) throw this.#error('bad-token');
    const tag = PAGES[page]?.[token & 0x3f];
    if (tag === undefined) throw this.#error('bad-tag');
    if (++this.#nodes > this.#limits.maxNodes) throw this.#error('too-many-nodes');
    return { tag, children: [], text: '' };
  }

  #text(token: number): string {
    if (token === ENTITY) {
      const code = this.#integer();
      if (code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff) || !allowed(code))
        throw this.#error('bad-entity');
      return String.fromCodePoint(code);
    }
    if (token === STR_T) {
      const start = this.#integer();
      if (start >= this.#table.length) throw this.#error('bad-string-table');
      const end = this.#table.indexOf(0, start);
      return this.#decode(this.#table.subarray(start, end < 0 ? this.#table.length : end));
    }
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw this.#error('truncated');
    const text = this.#decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  #decode(bytes: Uint8Array): string {
    this.#count(bytes.length);
    let text: string;
    try {
      text = this.#utf8.decode(bytes);
    } catch {
      throw this.#error('bad-utf8');
    }
    return FORBIDDEN.test(text) ? text.replace(FORBIDDEN_ALL, '') : text;
  }

  #opaque(): Uint8Array {
    const length = this.#integer();
    if (length > this.#bytes.length - this.#at) throw this.#error('truncated');
    this.#count(length);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #count(bytes: number): void {
    this.#textBytes += bytes;
    if (this.#textBytes > this.#limits.maxTextBytes) throw this.#error('too-much-text');
  }
}

const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const FORBIDDEN_ALL = new RegExp(FORBIDDEN.source, 'g');

/** XML 1.0, 2.2: Char. */
function allowed(code: number): boolean {
  return code === 9 || code === 10 || code === 13 || (code >= 0x20 && code !== 0xfffe && code !== 0xffff);
}

function join(list: Uint8Array[]): Uint8Array {
  if (list.length === 1 && list[0] !== undefined) return list[0];
  const whole = new Uint8Array(list.reduce((sum, b) => sum + b.length, 0));
  let at = 0;
  for (const bytes of list) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}
