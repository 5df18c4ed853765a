import { escapeXml } from './escape.ts';
import { rootType, type SchemaElement, schemaType } from './schema.ts';

/** Bytes that are written as base64 while they are read, so that they are never in memory as a whole. */
export interface StreamedBytes {
  open(): Promise<ReadableStream<Uint8Array>>;
}

/**
 * Content of an element: text, or its children by name. Names are those of the schema; the order is the schema's. An
 * array is the same element several times; undefined and null are no element. `@Id` is an attribute, `#` the text beside
 * attributes, `$` a list of [name, content] for what comes in the order of the data.
 */
export type XmlContent = string | number | boolean | StreamedBytes | XmlObject;
export interface XmlObject {
  [name: string]: XmlContent | readonly XmlContent[] | readonly XmlPair[] | null | undefined;
}
export type XmlPair = readonly [name: string, content: XmlContent];

/** A piece of a document, in order. */
export type XmlChunk = string | StreamedBytes;

export const NAMESPACES = {
  s: 'http://schemas.xmlsoap.org/soap/envelope/',
  t: 'http://schemas.microsoft.com/exchange/services/2006/types',
  m: 'http://schemas.microsoft.com/exchange/services/2006/messages',
} as const;

/**
 * One element of the SOAP body, by the schema. Throws for a name or a type that is not in the schema: that is a fault
 * of ours, and tests find it.
 */
export function writeElement(name: string, content: XmlObject): XmlChunk[] {
  const type = rootType(name);
  if (type === null) throw new Error(`the schema has no answer ${name}`);
  const out = new Chunks();
  write(out, { name, prefix: 'm', type }, content);
  return out.end();
}

/** The same for an element inside of an answer, of a type that is named. */
export function writeTyped(element: SchemaElement, content: XmlContent): XmlChunk[] {
  const out = new Chunks();
  write(out, element, content);
  return out.end();
}

class Chunks {
  #list: XmlChunk[] = [];
  /** One text that grows: thousands of pieces in a list take longer to put together. */
  #text = '';

  add(text: string): void {
    this.#text += text;
  }

  stream(bytes: StreamedBytes): void {
    this.#flush();
    this.#list.push(bytes);
  }

  end(): XmlChunk[] {
    this.#flush();
    return this.#list;
  }

  #flush(): void {
    if (this.#text !== '') this.#list.push(this.#text);
    this.#text = '';
  }
}

function isStream(content: object): content is StreamedBytes {
  return typeof (content as Partial<StreamedBytes>).open === 'function';
}

function write(out: Chunks, element: SchemaElement, content: XmlContent): void {
  const tag = element.tag ?? `${element.prefix}:${element.name}`;
  if (typeof content !== 'object') {
    const text = typeof content === 'string' ? escapeXml(content) : String(content);
    out.add(text === '' ? `<${tag}/>` : `<${tag}>${text}</${tag}>`);
    return;
  }
  if (isStream(content)) {
    out.add(`<${tag}>`);
    out.stream(content);
    out.add(`</${tag}>`);
    return;
  }
  if (Object.isFrozen(content)) out.add(constantText(element, tag, content));
  else writeObject(out, element, tag, content);
}

/** Texts of frozen objects: what stands in hundreds of items of one answer, such as the path of a property. */
const constants = new WeakMap<XmlObject, { tag: string; text: string }>();

function constantText(element: SchemaElement, tag: string, content: XmlObject): string {
  const before = constants.get(content);
  if (before?.tag === tag) return before.text;
  const out = new Chunks();
  writeObject(out, element, tag, content);
  const text = out.end().join('');
  constants.set(content, { tag, text });
  return text;
}

function writeObject(out: Chunks, element: SchemaElement, tag: string, content: XmlObject): void {
  let open = `<${tag}`;
  const names: string[] = [];
  for (const key of Object.keys(content)) {
    const mark = key.charCodeAt(0);
    if (mark === ATTRIBUTE) {
      const value = content[key];
      if (value !== undefined && value !== null) open += ` ${key.slice(1)}="${escapeXml(String(value))}"`;
    } else if (mark !== TEXT) names.push(key);
  }
  const text = content['#'];
  if (names.length === 0 && (text === undefined || text === null || text === '')) {
    out.add(`${open}/>`);
    return;
  }
  out.add(`${open}>`);
  if (typeof text === 'object' && text !== null && 'open' in text) out.stream(text as StreamedBytes);
  else if (text !== undefined && text !== null) out.add(escapeXml(String(text)));
  if (names.length > 0) {
    if (element.type === null) throw new Error(`${tag} has no elements`);
    writeChildren(out, element.type, content, names);
  }
  out.add(`</${tag}>`);
}

const ATTRIBUTE = '@'.charCodeAt(0);
const TEXT = '#'.charCodeAt(0);

/** @param names keys of what is neither an attribute nor text */
function writeChildren(out: Chunks, typeName: string, content: XmlObject, names: readonly string[]): void {
  const type = schemaType(typeName);
  const children: SchemaElement[] = [];
  let last = -1;
  let ordered = true;
  for (const name of names) {
    if (name === '$') continue;
    const child = type.byName.get(name);
    if (child === undefined) throw new Error(`${typeName} has no element ${name}`);
    children.push(child);
    const place = child.place ?? 0;
    if (place < last) ordered = false;
    last = place;
  }
  if (!ordered) children.sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
  for (const child of children) {
    const value = content[child.name];
    if (value === undefined || value === null) continue;
    if (Array.isArray(value)) for (const one of value as XmlContent[]) write(out, child, one);
    else write(out, child, value as XmlContent);
  }
  const list = content['$'] as readonly XmlPair[] | undefined;
  if (list === undefined) return;
  if (!type.list) throw new Error(`${typeName} is no list`);
  for (const [name, value] of list) {
    const child = type.byName.get(name);
    if (child === undefined) throw new Error(`${typeName} has no element ${name}`);
    write(out, child, value);
  }
}
