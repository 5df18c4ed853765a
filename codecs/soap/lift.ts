import { ByteReader } from '../streams/byte-reader.ts';
import { createBase64Decoder } from './base64.ts';
import { XmlError } from './parse.ts';

/** Elements whose text is base64 and may be long: files and whole messages. */
const LONG = ['MimeContent', 'Content', 'Data'];

export interface LiftedBody {
  /** The document with a short mark in the place of each long text. */
  text: string;
  /** Bytes of each; null for what is no base64. The mark is the index. */
  long: (Uint8Array | null)[];
}

export interface LiftLimits {
  /** Bytes of the document without what is lifted. */
  maxText: number;
  /** Decoded bytes of everything that is lifted. */
  maxLong: number;
  /** Bytes of the whole document, where its sender says so; nothing depends on it but where bytes are put. */
  expected?: number;
}

/** Bytes that end what a tag may not be looked for in. */
const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const COLON = 0x3a;
const EXCLAMATION = 0x21;
/** A name longer than this, with its prefix, is none that is looked for. */
const MAX_NAME = 256;
/** Longest tag, with all its attributes: what has not ended by then is no tag of a client. */
const MAX_TAG = 256 * 1024;
/** Tags, comments and sections: twice what the parser takes of elements, and then some. */
const MAX_MARKUP = 600_000;
const MAX_COMMENTS = 10_000;

/** A comment or a section (XML 1.0 2.5, 2.7) ends with two of its byte and `>`. */
interface Span {
  twice: number;
  /** Nobody reads comments, and the parser takes long for them: an empty one takes the place of each. */
  isComment: boolean;
}
const SPANS: readonly [opening: string, span: Span][] = [
  ['<!--', { twice: 0x2d, isComment: true }],
  ['<![CDATA[', { twice: 0x5d, isComment: false }],
];
const EMPTY_COMMENT = new TextEncoder().encode('<!---->');

/**
 * Reads a request and takes the long base64 texts out of it while they come, so that a mail of 20 MB is never a string,
 * nor a token of the XML parser.
 * @throws XmlError `limits` when it is too long, `malformed` when it is no UTF-8
 */
export async function liftBody(
  body: ReadableStream<Uint8Array> | null,
  { maxText, maxLong, expected = 0 }: LiftLimits,
): Promise<LiftedBody> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  const long: (Uint8Array | null)[] = [];
  const text: string[] = [];
  let textBytes = 0;
  let longBytes = 0;
  let base64: ReturnType<typeof createBase64Decoder> | null = null;
  /** What is read of a tag that has not ended yet. */
  let pending: Uint8Array = new Uint8Array(0);
  /** In what the bytes at hand are, and how many of its byte came right before them. */
  let span: Span | null = null;
  let run = 0;
  let markup = 0;
  let comments = 0;
  /** Bytes before the piece at hand. */
  let before = 0;

  const count = (bytes: number): void => {
    textBytes += bytes;
    if (textBytes > maxText) throw new XmlError('limits', 'the request is too long');
  };
  const keep = (bytes: Uint8Array): void => {
    count(bytes.length);
    try {
      text.push(decoder.decode(bytes, { stream: true }));
    } catch {
      throw new XmlError('malformed', 'the request is not UTF-8');
    }
  };

  /** Where the comment or section ends, or -1: one look at each byte, whatever the pieces are. */
  const endOfSpan = (bytes: Uint8Array, from: number, twice: number): number => {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === GT && run >= 2) return at + 1;
      run = byte === twice ? run + 1 : 0;
    }
    return -1;
  };

  const take = (given: Uint8Array): void => {
    let bytes = given;
    if (pending.length > 0) {
      bytes = joined(pending, given);
      pending = new Uint8Array(0);
    }
    let from = 0;
    // Where what is kept begins: whole stretches, not tag by tag.
    let begin = 0;
    while (from < bytes.length) {
      if (base64 !== null) {
        const end = bytes.indexOf(LT, from);
        const piece = bytes.subarray(from, end < 0 ? bytes.length : end);
        longBytes += base64.write(piece);
        if (longBytes > maxLong) throw new XmlError('limits', 'the request is too long');
        if (end < 0) return;
        long.push(base64.end());
        base64 = null;
        from = end;
        begin = end;
      }
      if (span !== null) {
        const end = endOfSpan(bytes, from, span.twice);
        if (span.isComment) {
          count((end < 0 ? bytes.length : end) - from);
          begin = end;
        }
        if (end < 0) {
          if (!span.isComment) keep(bytes.subarray(begin));
          return;
        }
        span = null;
        from = end;
      }
      const open = bytes.indexOf(LT, from);
      if (open < 0) break;
      if (++markup > MAX_MARKUP) throw new XmlError('limits', 'the document has too many elements');
      const opening = spanAt(bytes, open);
      if (opening !== null) {
        [from, span] = opening;
        run = 0;
        if (!span.isComment) continue;
        if (++comments > MAX_COMMENTS) throw new XmlError('limits', 'the document has too many comments');
        keep(bytes.subarray(begin, open));
        keep(EMPTY_COMMENT);
        begin = from;
        continue;
      }
      const end = endOfTag(bytes, open);
      if (end < 0) {
        keep(bytes.subarray(begin, open));
        pending = bytes.slice(open);
        if (pending.length > MAX_TAG) throw new XmlError('limits', 'a tag is too long');
        return;
      }
      from = end;
      if (opensLong(bytes, open, end)) {
        keep(bytes.subarray(begin, end));
        keep(new TextEncoder().encode(String(long.length)));
        base64 = createBase64Decoder(Math.min(maxLong, Math.ceil(((expected - before) * 3) / 4)));
        begin = end;
      }
    }
    if (begin < bytes.length) keep(bytes.subarray(begin));
  };

  if (body !== null) {
    const reader = new ByteReader(body);
    try {
      for (let chunk = await reader.read(); chunk !== null; chunk = await reader.read()) {
        take(chunk);
        before += chunk.length;
      }
    } catch (error) {
      await reader.cancel(error).catch(() => undefined);
      throw error;
    }
  }
  if (pending.length > 0) keep(pending);
  if (base64 !== null || span !== null) throw new XmlError('malformed', 'the request ends in the middle');
  try {
    text.push(decoder.decode());
  } catch {
    throw new XmlError('malformed', 'the request is not UTF-8');
  }
  return { text: text.join(''), long };
}

/** The comment or section that begins here, with where its content does; null for a tag, and for what is too short to say. */
function spanAt(bytes: Uint8Array, open: number): [from: number, span: Span] | null {
  if (bytes[open + 1] !== EXCLAMATION) return null;
  const found = SPANS.find(([opening]) => startsWith(bytes, open, opening));
  return found === undefined ? null : [open + found[0].length, found[1]];
}

/** Where the tag that begins here ends, or -1 when that is not read yet. */
function endOfTag(bytes: Uint8Array, open: number): number {
  // As long as it may still be a comment or a section.
  if (bytes[open + 1] === EXCLAMATION && bytes.length < open + 9) return -1;
  const end = bytes.indexOf(GT, open);
  return end < 0 ? -1 : end + 1;
}

function opensLong(bytes: Uint8Array, open: number, end: number): boolean {
  if (bytes[open + 1] === SLASH || bytes[end - 2] === SLASH) return false;
  let from = open + 1;
  let to = from;
  for (; to < end - 1 && to - open < MAX_NAME; to++) {
    const byte = bytes[to];
    if (byte === COLON) from = to + 1;
    else if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) break;
  }
  return LONG.some((name) => name.length === to - from && startsWith(bytes, from, name));
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
