import { ByteRun } from './byte-run.ts';
import { allTags, codePages } from './code-pages.ts';
import { endOfString, readHeader, type StringTable } from './header.ts';
import { type DecodeLimits, maxTableText, resolveDecodeLimits } from './limits.ts';
import { Reader } from './reader.ts';
import type { WbxmlElement } from './tree.ts';
import { readUtf8 } from './utf8.ts';

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

/**
 * Decodes a document (MS-ASWBXML 2.1). Invalid UTF-8 is refused: an overlong form could pass a check in one layer
 * and mean something else in the next. Only byte-array tags (ComposeMail:Mime) may hold it, see WbxmlElement.opaque.
 * Characters that XML forbids are kept out.
 *
 * More is read than ActiveSync writes: WBXML 1.1 and 1.2, a string table, entities, OPAQUE wherever text may stand,
 * tags of protocol 2.x.
 *
 * Throws WbxmlDecodeError for anything that is not one well-formed element within the limits, with code 'empty' for
 * no bytes at all; RangeError for a limit out of range. Time is linear, nothing recurses. Opaque content may be a
 * view of `bytes`.
 */
export function decodeWbxml(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): WbxmlElement {
  const all = resolveDecodeLimits(limits);
  const reader = new Reader(bytes);
  if (bytes.length === 0) throw reader.error('empty');
  if (bytes.length > all.maxBytes) throw reader.error('too-large');
  const table = readHeader(reader, all);
  return new BodyDecoder(reader, table, all).run();
}

/** An element whose END has not come yet. There is one per level, used again and again. */
interface Frame {
  element: WbxmlElement;
  text: ByteRun;
  opaque: ByteRun;
}

class BodyDecoder {
  readonly #reader: Reader;
  readonly #table: StringTable;
  readonly #limits: DecodeLimits;
  readonly #frames: Frame[] = [];
  #depth = 0;
  #page = 0;
  #nodes = 0;
  #textBytes = 0;
  #tableTextLeft: number;

  constructor(reader: Reader, table: StringTable, limits: DecodeLimits) {
    this.#reader = reader;
    this.#table = table;
    this.#limits = limits;
    this.#tableTextLeft = maxTableText(reader.bytes.length);
  }

  run(): WbxmlElement {
    const reader = this.#reader;
    let root: WbxmlElement | null = null;
    do {
      const token = reader.byte();
      switch (token) {
        case SWITCH_PAGE:
          this.#switchPage();
          break;
        case END:
          this.#close();
          break;
        case STR_I:
          this.#inlineString();
          break;
        case STR_T:
          this.#tableString();
          break;
        case ENTITY:
          this.#entity();
          break;
        case OPAQUE:
          this.#opaque();
          break;
        default: {
          const element = this.#open(token);
          root ??= element;
        }
      }
    } while (root === null || this.#depth > 0);
    while (reader.at < reader.bytes.length) {
      if (reader.byte() !== SWITCH_PAGE) throw reader.error('misplaced');
      this.#switchPage();
    }
    return root;
  }

  #switchPage(): void {
    this.#page = this.#reader.byte();
    if (codePages()[this.#page] === undefined) throw this.#reader.error('bad-page');
  }

  #open(token: number): WbxmlElement {
    const code = token & 0x3f;
    if ((token & ATTRIBUTE_BIT) !== 0 || code < FIRST_TAG) throw this.#reader.error('bad-token');
    const tag = codePages()[this.#page]?.[code];
    if (tag === undefined) throw this.#reader.error('bad-tag');
    if (++this.#nodes > this.#limits.maxNodes) throw this.#reader.error('too-many-nodes');
    if (this.#depth >= this.#limits.maxDepth) throw this.#reader.error('too-deep');
    const element: WbxmlElement = { tag, children: [], text: '' };
    if (this.#depth > 0) this.#top().element.children.push(element);
    if ((token & CONTENT_BIT) !== 0) this.#push(element);
    return element;
  }

  #push(element: WbxmlElement): void {
    const frame = this.#frames[this.#depth];
    if (frame === undefined) {
      this.#frames.push({ element, text: new ByteRun(), opaque: new ByteRun() });
    } else {
      frame.element = element;
      frame.text.reset();
      frame.opaque.reset();
    }
    this.#depth += 1;
  }

  #top(): Frame {
    const frame = this.#frames[this.#depth - 1];
    if (frame === undefined) throw this.#reader.error('misplaced');
    return frame;
  }

  #close(): void {
    const { element, text, opaque } = this.#top();
    this.#depth -= 1;
    if (opaque.source !== null) element.opaque = opaque.source.subarray(opaque.start, opaque.end);
    if (text.source === null) return;
    const decoded = readUtf8(text.source, text.start, text.end);
    if (decoded !== null) {
      element.text = FORBIDDEN.test(decoded) ? decoded.replace(FORBIDDEN_ALL, '') : decoded;
    } else if (allTags().get(element.tag)?.opaque === true && opaque.source === null) {
      element.opaque = text.source.subarray(text.start, text.end);
    } else {
      throw this.#reader.error('bad-utf8');
    }
  }

  #inlineString(): void {
    const { text } = this.#top();
    const start = this.#reader.at;
    const end = this.#reader.skipString();
    this.#count(end - start);
    text.append(this.#reader.bytes, start, end);
  }

  #tableString(): void {
    const { text } = this.#top();
    const index = this.#reader.integer();
    const end = endOfString(this.#reader.bytes, this.#table, index);
    if (end === null) throw this.#reader.error('bad-string-table');
    const start = this.#table.start + index;
    this.#tableTextLeft -= end - start;
    if (this.#tableTextLeft < 0) throw this.#reader.error('too-much-text');
    this.#count(end - start);
    text.append(this.#reader.bytes, start, end);
  }

  #entity(): void {
    const { text } = this.#top();
    const code = this.#reader.integer();
    if (!isXmlCharacter(code)) throw this.#reader.error('bad-entity');
    const bytes = new TextEncoder().encode(String.fromCodePoint(code));
    this.#count(bytes.length);
    text.append(bytes, 0, bytes.length);
  }

  #opaque(): void {
    const { opaque } = this.#top();
    const length = this.#reader.integer();
    const start = this.#reader.skip(length);
    this.#count(length);
    opaque.append(this.#reader.bytes, start, start + length);
  }

  #count(bytes: number): void {
    this.#textBytes += bytes;
    if (this.#textBytes > this.#limits.maxTextBytes) throw this.#reader.error('too-much-text');
  }
}

const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const FORBIDDEN_ALL = new RegExp(FORBIDDEN.source, 'g');

/** XML 1.0, 2.2: Char. */
function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
