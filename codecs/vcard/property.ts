import ICAL from 'ical.js';
import { decodeNamed, decodeText } from './charset.ts';
import { LIMITS } from './errors.ts';
import type { JCardProperty, VCardVersion } from './types.ts';

const NAME = /^[a-z0-9-]+$/i;
/** Values that vCard 2.1 lets be lists with commas; in all others a comma is a comma. */
const OLD_LISTS = new Set(['categories', 'nickname']);
const ENCODINGS = new Set(['quoted-printable', 'base64', 'b', '8bit', '7bit']);
const VALUE_KINDS = new Set(['inline', 'url', 'content-id', 'cid']);

interface Head {
  group: string | null;
  name: string;
  params: Record<string, string | string[]>;
  valueAt: number;
}

/**
 * One unfolded line as a property; null when it is none. The head is read here, tolerantly: types without `TYPE=` as in
 * vCard 2.1 stand in files of every version. The value is read by its kind.
 */
export function readProperty(line: Uint8Array, version: VCardVersion): JCardProperty | null {
  const head = readHead(line, version);
  if (head === null) return null;
  const { group, name, params } = head;
  const charset = textParam(params, 'charset');
  const encoding = textParam(params, 'encoding')?.toLowerCase() ?? null;
  const bytes = line.subarray(head.valueAt);
  const isQuoted = encoding === 'quoted-printable';
  const isBinary = encoding === 'base64' || encoding === 'b';
  let value = isQuoted ? decodeNamed(fromQuotedPrintable(bytes), charset) : decodeText(bytes, charset);
  if (isBinary) value = value.replace(/\s+/g, '');
  else if (version === '2.1' || isQuoted) value = escaped(value, name, version);
  delete params.charset;
  if (isQuoted || encoding === '8bit' || encoding === '7bit') delete params.encoding;
  const said = textParam(params, 'value')?.toLowerCase();
  delete params.value;
  const type = said === 'url' ? 'uri' : said;
  const all = group === null ? params : { ...params, group };
  if (isBinary) return [name, all, 'binary', value];
  const [parsedType, ...values] = readValue(name, type, value, version);
  return [name, all, parsedType, ...values];
}

type Read = [string, ...JCardProperty[3][]];

function readValue(name: string, type: string | undefined, value: string, version: VCardVersion): Read {
  const design = version === '4.0' ? ICAL.design.vcard : ICAL.design.vcard3;
  const kind = type !== undefined && NAME.test(type) ? `;VALUE=${type}` : '';
  try {
    const text = isPlainText(name, type, design) ? value.replace(/\\([\\;])/g, semicolon) : value;
    const [, , read, ...values] = ICAL.parse.property(`${name}${kind}:${text}`, design);
    if (typeof read === 'string' && values.every(isValue)) return [read, ...values];
  } catch {
    // Kept as it stands, below.
  }
  return ['unknown', value];
}

type Design = typeof ICAL.design.vcard;

/** Many escape the semicolon where it divides nothing: the library leaves its backslash there. */
function isPlainText(name: string, type: string | undefined, { property }: Design): boolean {
  const known = Object.hasOwn(property, name) ? property[name] : undefined;
  if (known?.structuredValue !== undefined) return false;
  return (type ?? known?.defaultType) === 'text';
}

function semicolon(pair: string): string {
  return pair === '\\;' ? ';' : pair;
}

function isValue(value: unknown): value is JCardProperty[3] {
  if (typeof value === 'string') return true;
  const isText = (part: unknown) => typeof part === 'string';
  return Array.isArray(value) && value.every((p) => isText(p) || (Array.isArray(p) && p.every(isText)));
}

function readHead(line: Uint8Array, version: VCardVersion): Head | null {
  const end = headEnd(line);
  if (end < 0) return null;
  const [path, ...pieces] = splitOutside(decodeText(line.subarray(0, end), null), ';');
  const dot = path?.lastIndexOf('.') ?? -1;
  const name = (path?.slice(dot + 1) ?? '').trim().toLowerCase();
  const group = dot < 0 ? null : (path?.slice(0, dot).trim().toLowerCase() ?? '');
  if (!NAME.test(name) || name.length > LIMITS.name || pieces.length > LIMITS.params) return null;
  const params = new Map<string, string[]>();
  for (const piece of pieces) {
    const [key, values] = readParam(piece, version);
    if (key !== '') params.set(key, [...(params.get(key) ?? []), ...values]);
  }
  const read = [...params].map(([key, values]): [string, string | string[]] => [
    key,
    values.length === 1 ? (values[0] ?? '') : values,
  ]);
  const isGroup = group !== null && NAME.test(group) && group.length <= LIMITS.name;
  return { group: isGroup ? group : null, name, params: Object.fromEntries(read), valueAt: end + 1 };
}

/** Where the colon is that ends the head: the first outside of quotes. -1 when there is none. */
function headEnd(line: Uint8Array): number {
  const [quote, colon] = [34, 58];
  let isQuoted = false;
  const first = line.indexOf(colon);
  for (let i = 0; i < line.length; i++) {
    if (line[i] === quote) isQuoted = !isQuoted;
    else if (line[i] === colon && !isQuoted) return i;
  }
  // A quote that is never closed quotes nothing.
  return first;
}

function splitOutside(text: string, delimiter: string): string[] {
  const parts: string[] = [];
  let isQuoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') isQuoted = !isQuoted;
    else if (text[i] === delimiter && !isQuoted) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** Name and values of a parameter; what has no name is a type, an encoding or a kind of value (vCard 2.1, 2.1.2). */
function readParam(piece: string, version: VCardVersion): [string, string[]] {
  const text = piece.slice(0, LIMITS.param).trim();
  if (text === '') return ['', []];
  const equals = text.indexOf('=');
  if (equals < 0) {
    const lower = text.toLowerCase();
    return [ENCODINGS.has(lower) ? 'encoding' : VALUE_KINDS.has(lower) ? 'value' : 'type', [text]];
  }
  const key = text.slice(0, equals).trim().toLowerCase();
  // `group` is what RFC 7095 calls what stands before the name.
  if (!NAME.test(key) || key === 'group') return ['', []];
  const raw = text.slice(equals + 1);
  const parts = key === 'type' ? splitOutside(raw.replaceAll('"', ''), ',') : [unquoted(raw)];
  return [key, parts.map((part) => (version === '2.1' ? part.trim() : uncaret(part.trim())))];
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  return trimmed.length >= 2 && trimmed.startsWith('"') && trimmed.endsWith('"')
    ? trimmed.slice(1, -1)
    : trimmed;
}

/** RFC 6868 3 */
function uncaret(text: string): string {
  return text.replace(/\^(['n^])/g, (_, c: string) => (c === 'n' ? '\n' : c === "'" ? '"' : '^'));
}

function textParam(params: Head['params'], name: string): string | null {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

/** A value of vCard 2.1 with the escapes that later versions have; `\;` is its only one. */
function escaped(value: string, name: string, version: VCardVersion): string {
  const lines = value.replace(/\r\n?|\n/g, '\\n');
  if (version !== '2.1') return lines;
  const own = value.replace(/\\(?![;\\])/g, '\\\\').replace(/\r\n?|\n/g, '\\n');
  return OLD_LISTS.has(name) ? own : own.replaceAll(',', '\\,');
}

/** Bytes of quoted-printable; what is no escape stays. */
function fromQuotedPrintable(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    const [high, low] = byte === 61 ? [hex(bytes[i + 1]), hex(bytes[i + 2])] : [-1, -1];
    if (high >= 0 && low >= 0) {
      out[length++] = high * 16 + low;
      i += 2;
    } else out[length++] = byte;
  }
  return out.subarray(0, length);
}

function hex(byte: number | undefined): number {
  if (byte === undefined) return -1;
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase());
  return digit;
}
