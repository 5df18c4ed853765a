import { WbxmlEncodeError } from './errors.ts';
import { readUtf8Leniently } from './utf8.ts';

/** A decoded element: its text, its opaque bytes if it had any, and its children in order. */
export interface WbxmlElement {
  /** `Namespace:Name`, for example `AirSync:Sync`. */
  tag: string;
  children: WbxmlElement[];
  /** Text content joined; '' when there is none. */
  text: string;
  /**
   * OPAQUE content joined; may be a view of the decoded document. Also the bytes of a string in a byte-array tag that
   * are not UTF-8: some clients send a message in 8 bits as a string, and `text` could not hold it.
   */
  opaque?: Uint8Array;
}

/** Bytes that are not in memory: their number, and where they come from. */
export interface OpaqueStream {
  length: number;
  stream:
    | ReadableStream<Uint8Array>
    | (() => ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>);
}

/** Text that is not in memory, in UTF-8: written as a string, so no byte of it may be 0. */
export interface TextStream extends OpaqueStream {
  text: true;
}

export type WbxmlContent = string | Uint8Array | OpaqueStream | TextStream;

/** An element to be written. */
export interface WbxmlNode {
  tag: string;
  content: (WbxmlNode | WbxmlContent)[];
}

type Part = WbxmlNode | WbxmlContent | number | boolean | null | undefined | readonly WbxmlNode[];

/**
 * Makes an element. Numbers become decimal, booleans 1 and 0; null and undefined are left out, lists are spliced in.
 * Throws WbxmlEncodeError 'bad-content' for a number that is not finite: a client would read the word "NaN".
 */
export function el(tag: string, ...parts: Part[]): WbxmlNode {
  const content: WbxmlNode['content'] = [];
  for (const part of parts) {
    if (part === null || part === undefined) continue;
    if (typeof part === 'number') {
      if (!Number.isFinite(part)) throw new WbxmlEncodeError('bad-content', `${tag}: ${part}`);
      content.push(String(part));
    } else if (typeof part === 'boolean') content.push(part ? '1' : '0');
    // Not as arguments of one push: their number is limited by the stack.
    else if (isList(part)) for (const node of part) content.push(node);
    else content.push(part);
  }
  return { tag, content };
}

/** The first child with this tag. */
export function child(element: WbxmlElement | undefined, tag: string): WbxmlElement | undefined {
  return element?.children.find((c) => c.tag === tag);
}

/** All children with this tag. */
export function children(element: WbxmlElement | undefined, tag: string): WbxmlElement[] {
  return element?.children.filter((c) => c.tag === tag) ?? [];
}

/** Text of the first child with this tag, undefined when there is none. Opaque content counts as UTF-8. */
export function textOf(element: WbxmlElement | undefined, tag: string): string | undefined {
  const found = child(element, tag);
  if (found === undefined) return undefined;
  return found.text === '' && found.opaque !== undefined ? readUtf8Leniently(found.opaque) : found.text;
}

/** Content of an element as bytes: its opaque bytes, or its text in UTF-8. */
export function bytesOf(element: WbxmlElement | undefined): Uint8Array | undefined {
  if (element === undefined) return undefined;
  return element.opaque ?? new TextEncoder().encode(element.text);
}

function isList(part: WbxmlNode | WbxmlContent | readonly WbxmlNode[]): part is readonly WbxmlNode[] {
  return Array.isArray(part);
}

export function isNode(part: WbxmlNode | WbxmlContent): part is WbxmlNode {
  return typeof part === 'object' && 'tag' in part;
}
