import { byteStream } from '../streams/index.ts';
import { allTags, type EasVersion, type TagInfo } from './code-pages.ts';
import { WbxmlEncodeError } from './errors.ts';
import { PartSource } from './part-source.ts';
import { isNode, type OpaqueStream, type TextStream, type WbxmlContent, type WbxmlNode } from './tree.ts';

export interface EncodeOptions {
  /** The negotiated version: tags that it lacks are refused. Without it every tag may be written. */
  version?: EasVersion;
}

const SWITCH_PAGE = 0x00;
const END = 0x01;
const STR_I = 0x03;
const OPAQUE = 0xc3;
const CONTENT_BIT = 0x40;
/** mb_u_int32 (WBXML 1.3, 5.1). */
const MAX_OPAQUE = 0xffff_ffff;
/** Version 1.3, public id 1 (unknown), UTF-8, no string table (MS-ASWBXML 2.1). */
const HEADER = [0x03, 0x01, 0x6a, 0x00];

const encoder = new TextEncoder();

/** The document as bytes. Throws WbxmlEncodeError for tags that must not be written and for streams. */
export function encodeWbxml(root: WbxmlNode, options: EncodeOptions = {}): Uint8Array {
  const writer = new Writer(options);
  writer.document(root);
  const [only, ...more] = writer.pieces();
  if (more.length > 0 || !(only instanceof Uint8Array))
    throw new WbxmlEncodeError('stream-not-allowed', root.tag);
  return only;
}

/**
 * The document as a stream of known length; opaque streams in the tree are opened and read one after another as the
 * reader asks for more, and cancelled with it. A source with another number of bytes than announced fails the stream
 * with 'wrong-length', one that fails does so with its own error. Throws like encodeWbxml, and 'wrong-length' for a
 * length that is no 32-bit integer.
 */
export function encodeWbxmlStream(
  root: WbxmlNode,
  options: EncodeOptions = {},
): { stream: ReadableStream<Uint8Array>; length: number } {
  const writer = new Writer(options);
  writer.document(root);
  const pieces = writer.pieces();
  // Nothing is made, and no source opened, before it is asked for.
  const stream = byteStream(new PartSource(pieces));
  return { stream, length: pieces.reduce((sum, p) => sum + p.length, 0) };
}

/** Writes into one growing buffer; an opaque stream ends a piece and begins the next. */
class Writer {
  readonly #version: EasVersion | undefined;
  readonly #pieces: (Uint8Array | OpaqueStream)[] = [];
  #buffer = new Uint8Array(4096);
  #length = 0;
  #page = 0;

  constructor(options: EncodeOptions) {
    this.#version = options.version;
  }

  document(root: WbxmlNode): void {
    for (const byte of HEADER) this.#byte(byte);
    this.#node(root);
  }

  pieces(): (Uint8Array | OpaqueStream)[] {
    this.#flush();
    return this.#pieces;
  }

  #node(node: WbxmlNode): void {
    const info = this.#lookUp(node.tag);
    if (info.page !== this.#page) {
      this.#page = info.page;
      this.#byte(SWITCH_PAGE);
      this.#byte(info.page);
    }
    if (node.content.length === 0) {
      this.#byte(info.token);
      return;
    }
    this.#byte(info.token | CONTENT_BIT);
    for (const part of node.content) {
      if (isNode(part)) this.#node(part);
      else this.#content(info, part);
    }
    this.#byte(END);
  }

  #lookUp(tag: string): TagInfo {
    const info = allTags().get(tag);
    if (info === undefined || info.legacy) throw new WbxmlEncodeError('unknown-tag', tag);
    if (this.#version !== undefined && info.versions !== null && !info.versions.has(this.#version)) {
      throw new WbxmlEncodeError('tag-not-in-version', `${tag} in ${this.#version}`);
    }
    return info;
  }

  #content(info: TagInfo, content: WbxmlContent): void {
    if (typeof content === 'string') {
      if (info.opaque) this.#opaque(encoder.encode(content));
      else this.#text(content);
    } else if (content instanceof Uint8Array) this.#opaque(content);
    else {
      const { length } = content;
      if (!Number.isInteger(length) || length < 0 || length > MAX_OPAQUE) {
        throw new WbxmlEncodeError('wrong-length', `${info.tag}: ${length}`);
      }
      this.#stream(content, info.opaque);
    }
  }

  #stream(content: OpaqueStream | TextStream, opaqueTag: boolean): void {
    const asText = 'text' in content && !opaqueTag;
    if (asText) {
      if (content.length === 0) return;
      this.#byte(STR_I);
    } else {
      this.#byte(OPAQUE);
      this.#integer(content.length);
    }
    this.#flush();
    this.#pieces.push(content);
    if (asText) this.#byte(0);
  }

  #text(text: string): void {
    const clean = cleanText(text);
    if (clean === '') return;
    this.#byte(STR_I);
    this.#reserve(clean.length * 3 + 1);
    this.#length += encoder.encodeInto(clean, this.#buffer.subarray(this.#length)).written;
    this.#byte(0);
  }

  #opaque(bytes: Uint8Array): void {
    this.#byte(OPAQUE);
    this.#integer(bytes.length);
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #integer(value: number): void {
    const groups = [value & 0x7f];
    for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
      groups.unshift((rest % 128) | 0x80);
    }
    for (const group of groups) this.#byte(group);
  }

  #byte(value: number): void {
    if (this.#length === this.#buffer.length) this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + bytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  #flush(): void {
    if (this.#length === 0) return;
    this.#pieces.push(this.#buffer.slice(0, this.#length));
    this.#length = 0;
  }
}

const UNCLEAN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/;
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;
const NONCHARACTERS = /[\ufffe\uffff]/g;

/** Text that every client's XML parser takes: no controls, no lone surrogates, no noncharacters (XML 1.0, 2.2). */
export function cleanText(text: string): string {
  if (!UNCLEAN.test(text)) return text;
  return text.toWellFormed().replace(CONTROLS, '').replace(NONCHARACTERS, '\ufffd');
}
