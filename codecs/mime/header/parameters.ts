import { decodeCharset } from '../charset/decode.ts';
import { cutText, replaceControls } from './clean.ts';
import { decodeEncodedWords } from './encoded-words.ts';

/** A field such as Content-Type: its value in lower case and its parameters. */
export interface Parameterised {
  value: string;
  /** Lower-case names; no prototype, so that `__proto__` is a name like any other. */
  params: Record<string, string>;
  /** There were more parameters than allowed. */
  truncated: boolean;
}

interface Section {
  index: number;
  encoded: boolean;
  value: string;
}

const MAX_NAME = 64;
/** No boundary, charset or file name is longer. */
const MAX_VALUE = 1000;
const utf8 = new TextEncoder();

function skipSpace(text: string, from: number): number {
  let i = from;
  while (i < text.length && (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9)) i++;
  return i;
}

/** A quoted-string from the quote at `from`. Other backslashes stay: senders put Windows paths in file names. */
function readQuoted(text: string, from: number): { value: string; end: number } {
  let value = '';
  let copied = from + 1;
  let i = from + 1;
  for (; i < text.length && text.charAt(i) !== '"'; i++) {
    if (text.charAt(i) !== '\\') continue;
    const next = text.charAt(i + 1);
    if (next !== '"' && next !== '\\') continue;
    value += text.slice(copied, i);
    copied = i + 1;
    i++;
  }
  value += text.slice(copied, i);
  return { value, end: i + 1 };
}

/** RFC 2231 3 and 4: `name*`, `name*0`, `name*0*`. Null for an ordinary name. */
function readSectionName(name: string): { base: string; index: number; encoded: boolean } | null {
  const star = name.indexOf('*');
  if (star <= 0) return null;
  const encoded = name.endsWith('*');
  const digits = name.slice(star + 1, encoded ? -1 : undefined);
  if (digits === '')
    return star === name.length - 1 ? { base: name.slice(0, star), index: 0, encoded } : null;
  if (digits.length > 9 || !/^\d+$/.test(digits)) return null;
  return { base: name.slice(0, star), index: Number(digits), encoded };
}

function percentDecode(text: string): Uint8Array {
  const input = utf8.encode(text);
  const out = new Uint8Array(input.length);
  let length = 0;
  for (let i = 0; i < input.length; i++) {
    const byte = input[i] as number;
    const hex = byte === 37 ? String.fromCharCode(input[i + 1] ?? 0, input[i + 2] ?? 0) : '';
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      out[length++] = Number.parseInt(hex, 16);
      i += 2;
    } else out[length++] = byte;
  }
  return out.subarray(0, length);
}

/** Sections joined in order of their numbers. Neighbouring encoded ones together: a character may be cut. */
function joinSections(sections: Section[]): string {
  const sorted = sections.sort((a, b) => a.index - b.index);
  const first = sorted[0];
  if (first === undefined) return '';
  let charset: string | null = null;
  if (first.encoded) {
    const open = first.value.indexOf("'");
    const close = open < 0 ? -1 : first.value.indexOf("'", open + 1);
    if (close >= 0) {
      charset = first.value.slice(0, open);
      first.value = first.value.slice(close + 1);
    }
  }
  let out = '';
  let pending = '';
  for (const section of sorted) {
    if (section.encoded) pending += section.value;
    else {
      if (pending !== '') out += decodeCharset(percentDecode(pending), charset);
      pending = '';
      out += section.value;
    }
  }
  if (pending !== '') out += decodeCharset(percentDecode(pending), charset);
  return sorted.some((section) => section.encoded) ? out : decodeEncodedWords(out);
}

/**
 * Splits `value; name=value; …` (RFC 2045 5.1, RFC 2183 2, RFC 2231), taking what mail really has: unquoted
 * values with spaces, missing closing quotes, encoded words in values. The first of equal names counts; an RFC
 * 2231 form outranks a plain one. Linear in the length of the field.
 */
export function parseParameters(field: string, maxParams: number): Parameterised {
  const params: Record<string, string> = Object.create(null);
  const sections = new Map<string, Section[]>();
  const semicolon = field.indexOf(';');
  const value = (semicolon < 0 ? field : field.slice(0, semicolon)).trim().toLowerCase();
  let count = 0;
  let i = semicolon < 0 ? field.length : semicolon + 1;
  while (i < field.length) {
    i = skipSpace(field, i);
    const start = i;
    while (i < field.length && field.charAt(i) !== '=' && field.charAt(i) !== ';') i++;
    if (field.charAt(i) !== '=') {
      i++;
      continue;
    }
    const name = field.slice(start, i).trim().toLowerCase();
    i = skipSpace(field, i + 1);
    let text: string;
    if (field.charAt(i) === '"') {
      const quoted = readQuoted(field, i);
      text = quoted.value;
      i = quoted.end;
      while (i < field.length && field.charAt(i) !== ';') i++;
    } else {
      let end = field.indexOf(';', i);
      if (end < 0) end = field.length;
      text = field.slice(i, end).trim();
      i = end;
    }
    i++;
    if (name === '' || name.length > MAX_NAME) continue;
    if (++count > maxParams) return { value, params: finish(params, sections), truncated: true };
    const section = readSectionName(name);
    if (section === null) {
      if (!(name in params)) params[name] = cutText(replaceControls(decodeEncodedWords(text)), MAX_VALUE);
      continue;
    }
    const list = sections.get(section.base) ?? [];
    if (!list.some((known) => known.index === section.index)) {
      list.push({ index: section.index, encoded: section.encoded, value: text });
    }
    sections.set(section.base, list);
  }
  return { value, params: finish(params, sections), truncated: false };
}

function finish(params: Record<string, string>, sections: Map<string, Section[]>): Record<string, string> {
  for (const [name, list] of sections) params[name] = cutText(replaceControls(joinSections(list)), MAX_VALUE);
  return params;
}
