/** Lines that hosts on the way may cut, and bytes that they may drop, are encoded before a message leaves. */
import { encodeText, join, rewriteHeader, toBase64 } from '../codecs/mime/edit/index.ts';
import { decodeTransfer, MimeIndexer } from '../codecs/mime/index.ts';
import type { PartIndex } from '../codecs/mime/types.ts';

/** RFC 5322 2.1.1, without CRLF. */
const MAX_LINE = 998;
/** Where a field is folded for it. */
const FOLD_AT = 900;
/** Messages in messages. */
const MAX_DEPTH = 5;
const LF = 10;

interface Edit {
  start: number;
  end: number;
  bytes: Uint8Array;
}

/**
 * The message, whose lines end in CRLF, with no line over 998 bytes and no NUL: content that has them is put into
 * base64, fields are folded. The very bytes when there is nothing to do; null when it cannot be done without changing
 * what the message says.
 */
export function fitLines(raw: Uint8Array, depth = 0): Uint8Array | null {
  if (fits(raw)) return raw;
  if (depth === MAX_DEPTH) return null;
  const indexer = new MimeIndexer();
  indexer.write(raw);
  const { parts } = indexer.end();
  const edits: Edit[] = [];
  for (const part of parts) {
    const before = edits.at(-1);
    // Parts made up to show hidden bytes lie within others.
    if (before !== undefined && part.headerStart < before.end) continue;
    const isLeaf = !part.mediaType.startsWith('multipart/');
    if (isLeaf && !fits(raw.subarray(part.bodyStart, part.bodyEnd))) {
      const bytes = encoded(raw, part, depth);
      if (bytes === null) return null;
      edits.push({ start: part.headerStart, end: part.bodyEnd, bytes });
      continue;
    }
    const bytes = folded(raw.subarray(part.headerStart, part.bodyStart));
    if (bytes === null) return null;
    edits.push({ start: part.headerStart, end: part.bodyStart, bytes });
  }
  const out = join(applied(raw, edits));
  return fits(out) ? out : null;
}

/** A part with its header, its content in base64. */
function encoded(raw: Uint8Array, part: PartIndex, depth: number): Uint8Array | null {
  const header = folded(raw.subarray(part.headerStart, part.bodyStart));
  if (header === null) return null;
  const body = raw.subarray(part.bodyStart, part.bodyEnd);
  if (part.mediaType === 'message/rfc822' || part.mediaType === 'message/global') {
    // RFC 2046 5.2.1: it is not encoded itself.
    const inner = fitLines(body, depth + 1);
    return inner === null ? null : join([header, inner]);
  }
  const content = decodeTransfer(body, part.encoding);
  const [head] = rewriteHeader(header, new Set(['content-transfer-encoding']), [
    'Content-Transfer-Encoding: base64',
  ]);
  const end = part.headerStart === 0 ? '\r\n' : '';
  return join([head, encodeText(toBase64(content) + end)]);
}

/** The header with its long lines folded where that changes nothing (RFC 5322 2.2.3); null when there is no such place. */
function folded(header: Uint8Array): Uint8Array | null {
  if (fits(header)) return header;
  if (header.includes(0)) return null;
  const pieces: Uint8Array[] = [];
  for (const [start, end] of linesOf(header)) {
    let at = start;
    while (end - at > FOLD_AT) {
      const to = foldPlace(header, at, Math.min(end - 2, at + FOLD_AT));
      if (to === null) return null;
      const comma = header[to - 1] === COMMA && !isBlank(header[to]);
      pieces.push(header.subarray(at, to), encodeText(comma ? '\r\n ' : '\r\n'));
      at = to;
    }
    pieces.push(header.subarray(at, end));
  }
  return join(pieces);
}

const COMMA = 44;

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 9;
}

/** Before a blank that something else follows, or after a comma; the first column is no place. */
function foldPlace(header: Uint8Array, from: number, to: number): number | null {
  for (let at = to; at > from + 1; at--) {
    if (isBlank(header[at]) && !isBlank(header[at - 1]) && header[at + 1] !== 13) return at;
  }
  for (let at = to; at > from + 1; at--) if (header[at - 1] === COMMA && header[at] !== 13) return at;
  return null;
}

function fits(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  for (const [start, end] of linesOf(bytes)) if (end - start > MAX_LINE + 2) return false;
  return true;
}

/** Start and end of each line, its line end included. */
function* linesOf(bytes: Uint8Array): Generator<[number, number]> {
  for (let start = 0; start < bytes.length; ) {
    const lf = bytes.indexOf(LF, start);
    const end = lf < 0 ? bytes.length : lf + 1;
    yield [start, end];
    start = end;
  }
}

function applied(raw: Uint8Array, edits: readonly Edit[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, bytes } of edits) {
    pieces.push(raw.subarray(at, start), bytes);
    at = end;
  }
  pieces.push(raw.subarray(at));
  return pieces;
}
