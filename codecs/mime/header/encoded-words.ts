import { decodeCharset } from '../charset/decode.ts';
import { decodeTransfer } from '../transfer/decode.ts';

/** Longer than any encoder writes; it bounds the look-ahead for the end of a word. RFC 2047 2 allows 75. */
const MAX_WORD = 4000;

interface EncodedWord {
  charset: string;
  bytes: Uint8Array;
  /** Position after the word. */
  end: number;
}

const utf8 = new TextEncoder();

function isBlank(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== 32 && unit !== 9 && unit !== 13 && unit !== 10) return false;
  }
  return true;
}

function hexDigit(unit: number): number {
  if (unit >= 48 && unit <= 57) return unit - 48;
  const letter = unit | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** The Q encoding (RFC 2047 4.2). Characters outside ASCII, which it must not hold, are taken as UTF-8. */
function decodeQ(text: string): Uint8Array {
  const input = utf8.encode(text);
  const out = new Uint8Array(input.length);
  let length = 0;
  for (let i = 0; i < input.length; i++) {
    const byte = input[i] as number;
    const high = byte === 61 ? hexDigit(input[i + 1] ?? 0) : -1;
    const low = high >= 0 ? hexDigit(input[i + 2] ?? 0) : -1;
    if (low >= 0) {
      out[length++] = high * 16 + low;
      i += 2;
    } else out[length++] = byte === 95 ? 32 : byte;
  }
  return out.subarray(0, length);
}

/** Finds the next `?=` from a position, scanning the text once however often a word turns out not to end. */
function terminatorFinder(text: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) {
      found = text.indexOf('?=', from);
      if (found < 0) found = text.length;
    }
    return found;
  };
}

/** The word that begins with the `=?` at `start`, or null when it is none. */
function readWord(text: string, start: number, terminator: (from: number) => number): EncodedWord | null {
  const charsetEnd = text.indexOf('?', start + 2);
  if (charsetEnd < 0 || charsetEnd === start + 2 || charsetEnd - start > 80) return null;
  const encoding = text.charCodeAt(charsetEnd + 1) | 32;
  if ((encoding !== 0x62 && encoding !== 0x71) || text.charAt(charsetEnd + 2) !== '?') return null;
  const charset = text.slice(start + 2, charsetEnd);
  if (/[\s=]/.test(charset)) return null;
  const from = charsetEnd + 3;
  const end = terminator(from);
  if (end >= text.length || end - from > MAX_WORD) return null;
  const payload = text.slice(from, end);
  const bytes = encoding === 0x71 ? decodeQ(payload) : decodeTransfer(utf8.encode(payload), 'base64');
  // RFC 2231 5: a language may follow the charset.
  const star = charset.indexOf('*');
  return { charset: (star < 0 ? charset : charset.slice(0, star)).toLowerCase(), bytes, end: end + 2 };
}

/**
 * Words of one charset that follow each other are decoded as one, since encoders cut inside characters;
 * apart when that fails, since each word of a stateful charset begins in its initial state.
 */
function decodeRun(words: EncodedWord[]): string {
  const first = words[0] as EncodedWord;
  if (words.length === 1) return decodeCharset(first.bytes, first.charset);
  const joined = new Uint8Array(words.reduce((sum, word) => sum + word.bytes.length, 0));
  let at = 0;
  for (const word of words) {
    joined.set(word.bytes, at);
    at += word.bytes.length;
  }
  const together = decodeCharset(joined, first.charset);
  if (!together.includes('\ufffd')) return together;
  const apart = words.map((word) => decodeCharset(word.bytes, word.charset)).join('');
  return apart.includes('\ufffd') ? together : apart;
}

function replaceEncodedWords(text: string, render: (decoded: string) => string): string {
  let out = '';
  let copied = 0;
  let run: EncodedWord[] = [];
  let runEnd = -1;
  const terminator = terminatorFinder(text);
  const flush = (): void => {
    if (run.length > 0) out += render(decodeRun(run));
    run = [];
  };
  for (let start = text.indexOf('=?'); start >= 0; ) {
    const word = readWord(text, start, terminator);
    if (word === null) {
      start = text.indexOf('=?', start + 2);
      continue;
    }
    // RFC 2047 6.2: whitespace between two encoded words is not shown.
    const adjacent = run.length > 0 && isBlank(text, runEnd, start);
    if (!adjacent || run[0]?.charset !== word.charset) flush();
    if (!adjacent) out += text.slice(copied, start);
    run.push(word);
    runEnd = word.end;
    copied = word.end;
    start = text.indexOf('=?', word.end);
  }
  flush();
  return copied === 0 ? text : out + text.slice(copied);
}

/** RFC 2047 words decoded, in linear time. The result can hold any character, CR and LF too: see cleanText. */
export function decodeEncodedWords(text: string): string {
  return text.includes('=?') ? replaceEncodedWords(text, (decoded) => decoded) : text;
}

function encodeB(text: string): string {
  let binary = '';
  for (const byte of utf8.encode(text)) binary += String.fromCharCode(byte);
  return `=?utf-8?B?${btoa(binary)}?=`;
}

/**
 * Each run of encoded words as a single UTF-8 word, for a parser that must split the field before it decodes
 * and that decodes word by word.
 */
export function joinEncodedWords(text: string): string {
  return text.includes('=?') ? replaceEncodedWords(text, encodeB) : text;
}
