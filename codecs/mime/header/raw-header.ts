import { decodeCharset, decodeStrictUtf8 } from '../charset/decode.ts';
import { replaceControls } from './clean.ts';
import { decodeEncodedWords } from './encoded-words.ts';

export interface RawField {
  /** As it is written. */
  name: string;
  /** Unfolded, encoded words decoded. */
  value: string;
}

/** Fields and characters of one value that are told; no mail that is meant to be read has as many. */
const MAX_FIELDS = 1000;
const MAX_VALUE = 32_768;

/** The header of a message from its first bytes, field by field in their order, names as they were written. */
export function readHeaderFields(head: Uint8Array): RawField[] {
  const text = headerBlock(head);
  const fields: RawField[] = [];
  for (const line of text.split(/\r?\n|\r/)) {
    const last = fields.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last !== undefined && last.value.length < MAX_VALUE) last.value += ` ${line.trim()}`;
      continue;
    }
    const [, name, value] = /^([\x21-\x39\x3b-\x7e]{1,200})[ \t]*:(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    if (fields.length === MAX_FIELDS) break;
    fields.push({ name, value: value.trim() });
  }
  return fields.map(({ name, value }) => ({
    name,
    value: replaceControls(decodeEncodedWords(value.slice(0, MAX_VALUE))).trim(),
  }));
}

/** The header of a message as it stands. */
export function headerBlock(head: Uint8Array): string {
  const block = head.subarray(0, headerEnd(head));
  return decodeStrictUtf8(block) ?? decodeCharset(block, 'windows-1252');
}

/** Where the header ends: before the empty line. */
function headerEnd(bytes: Uint8Array): number {
  for (let i = bytes.indexOf(10); i >= 0; i = bytes.indexOf(10, i + 1)) {
    if (bytes[i + 1] === 10) return i;
    if (bytes[i + 1] === 13 && bytes[i + 2] === 10) return i;
  }
  return bytes.length;
}
