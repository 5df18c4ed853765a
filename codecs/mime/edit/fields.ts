import type { Address } from '../types.ts';

/** RFC 2047 2: an encoded word has at most 75 characters; these are bytes of its text. */
const WORD_BYTES = 42;
const LINE = 76;
const utf8 = new TextEncoder();

function isPlain(text: string): boolean {
  // What looks like an encoded word must become one, or its reader would decode it.
  return /^[\x20-\x7e]*$/.test(text) && !text.includes('=?');
}

/** Words of RFC 2047 (UTF-8, B), separated by a space; never cut inside a character. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length > 0) words.push(`=?utf-8?B?${btoa(String.fromCharCode(...bytes))}?=`);
    bytes = [];
  };
  for (const character of text) {
    const encoded = utf8.encode(character);
    if (bytes.length + encoded.length > WORD_BYTES) flush();
    bytes.push(...encoded);
  }
  flush();
  return words.join(' ');
}

/** Breaks at spaces so that lines have at most 76 characters where that is possible (RFC 5322 2.1.1). */
function fold(line: string): string {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > LINE && current.trim() !== '' && word !== '') {
      lines.push(current);
      current = ` ${word}`;
    } else current = current === '' && lines.length === 0 ? word : `${current} ${word}`;
  }
  lines.push(current);
  return lines.join('\r\n');
}

function clean(text: string): string {
  // A line end here would begin another field.
  return text
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .toWellFormed()
    .trim();
}

/** A field of unstructured text (RFC 5322 2.2.1, RFC 2047), folded, without its last line end. */
export function textField(name: string, text: string): string {
  const value = clean(text);
  return fold(`${name}: ${isPlain(value) ? value : encodedWords(value)}`);
}

/** A mailbox as a header writes it (RFC 5322 3.4). */
export function formatMailbox({ name, address }: Address): string {
  const display = clean(name);
  const spec = clean(address).replace(/[<>\s]/g, '');
  if (display === '') return spec;
  const phrase = !isPlain(display)
    ? encodedWords(display)
    : /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+$/.test(display)
      ? display
      : `"${display.replace(/["\\]/g, '\\$&')}"`;
  return `${phrase} <${spec}>`;
}

/** A field of addresses, one on each line. */
export function addressField(name: string, addresses: readonly Address[]): string {
  return `${name}: ${addresses.map(formatMailbox).join(',\r\n ')}`;
}

/** A field of message ids, which are given without angle brackets. */
export function idsField(name: string, ids: readonly string[]): string {
  return `${name}: ${ids.map((id) => `<${id.replace(/[\s<>]/g, '')}>`).join('\r\n ')}`;
}

/** RFC 5322 3.3, in UTC. */
export function dateField(at: number): string {
  return `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`;
}
