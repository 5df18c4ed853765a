import {
  type Chunks,
  encodeText,
  encodeTextPart,
  isContentField,
  join,
  keptFields,
  rewriteHeader,
  scanHeader,
} from '../../codecs/mime/edit/index.ts';
import { decodeTextPart, type MessageIndex, MimeIndexer, type PartIndex } from '../../codecs/mime/index.ts';
import type { WholeMessage } from '../prepare.ts';
import { htmlNotice, type LinkedFile, textNotice, withHtmlNotice } from './notice.ts';

/** Repairs of the indexer after which the borders of parts are a guess: such a message is left alone. */
const UNSURE = new Set<MessageIndex['degraded'][number]>([
  ...([
    'no-headers',
    'missing-separator',
    'bare-cr',
    'boundary-guessed',
    'boundary-mismatch',
    'no-parts',
  ] as const),
  ...([
    'unterminated',
    'encoded-multipart',
    'parts-limit',
    'depth-limit',
    'header-limit',
    'field-limit',
  ] as const),
]);
/** What is signed or encrypted breaks when a byte of it changes (A57). */
const SEALED = /^(multipart\/(signed|encrypted)|application\/(x-)?pkcs7-mime)$/;

export function indexOf([head, body]: WholeMessage): MessageIndex {
  const indexer = new MimeIndexer();
  indexer.write(head);
  indexer.write(body);
  return indexer.end();
}

/** Parts that may become links, the largest first; none when the message must not be changed. */
export function removableParts(index: MessageIndex): PartIndex[] {
  if (index.degraded.some((one) => UNSURE.has(one))) return [];
  if (index.parts.some((part) => SEALED.test(part.mediaType))) return [];
  const found = index.attachments.flatMap((n) => {
    const part = index.parts[n];
    if (part === undefined || part.isInline || part.mediaType.startsWith('multipart/')) return [];
    const parent = part.parent === null ? null : index.parts[part.parent];
    return parent === null || parent?.mediaType === 'multipart/mixed' ? [part] : [];
  });
  return found.sort((a, b) => b.bodyEnd - b.headerStart - (a.bodyEnd - a.headerStart));
}

interface Edit {
  start: number;
  end: number;
  by: Chunks;
}

/** The message without these parts and with a notice of them in its text; null when that cannot be done. */
export function withLinks(
  message: WholeMessage,
  index: MessageIndex,
  removed: readonly { part: PartIndex; file: LinkedFile }[],
  endsAt: number,
): WholeMessage | null {
  const files = removed.map(({ file }) => file);
  const text = textNotice(files, endsAt);
  const [only] = removed;
  if (only !== undefined && only.part.parent === null) return insteadOfAll(message, text);
  const edits: Edit[] = [];
  for (const { part } of removed) {
    const start = delimiterStart(message, part.headerStart);
    const end = nextDelimiter(message, part.bodyEnd);
    if (start === null || end === null) return null;
    edits.push({ start, end, by: [] });
  }
  const shown = [
    noticed(message, index, index.bodyText, (before) => [`${before}\r\n\r\n${text}`, 'plain']),
    noticed(message, index, index.bodyHtml, (before) => [
      withHtmlNotice(before, htmlNotice(files, endsAt)),
      'html',
    ]),
  ].filter((edit) => edit !== null);
  const gone = new Set(removed.map(({ part }) => part));
  const bodies = [index.bodyText, index.bodyHtml].flatMap((n) => (n === null ? [] : [index.parts[n]]));
  if (bodies.some((part) => part !== undefined && gone.has(part))) return null;
  if (shown.length > 0) edits.push(...shown);
  else {
    const added = atTheFront(message, index, text);
    if (added === null) return null;
    edits.push(added);
  }
  return [message[0], apply(message, edits)];
}

/** A message that is nothing but the file: now it is nothing but the notice. */
function insteadOfAll([head]: WholeMessage, text: string): WholeMessage {
  const names = scanHeader(head).fields.map(({ name }) => name);
  const [rest] = rewriteHeader(head, new Set(names.filter(isContentField)), []);
  // Its last empty line is that of the new part.
  const whole = join([rest.subarray(0, rest.length - 2), ...encodeTextPart('plain', text)]);
  return rewriteHeader(whole, new Set(), []);
}

/** A text part with something added; null when there is none, or it is too long to be read whole. */
function noticed(
  message: WholeMessage,
  index: MessageIndex,
  at: number | null,
  add: (text: string) => [text: string, subtype: 'plain' | 'html'],
): Edit | null {
  const part = at === null ? undefined : index.parts[at];
  if (part === undefined || part.parent === null) return null;
  const { text, truncated } = decodeTextPart(slice(message, part.bodyStart, part.bodyEnd), part);
  if (truncated) return null;
  const header = slice(message, part.headerStart, part.bodyStart);
  // Others may name the part by these.
  const kept = keptFields(header, scanHeader(header), (name) =>
    /^content-(id|location|language)$/.test(name),
  );
  return {
    start: part.headerStart,
    end: part.bodyEnd,
    by: [...kept, ...encodeTextPart(...swapped(add(text)))],
  };
}

function swapped([text, subtype]: [string, 'plain' | 'html']): ['plain' | 'html', string] {
  return [subtype, text];
}

/** A text part of its own before the first part of the outermost multipart. */
function atTheFront(message: WholeMessage, index: MessageIndex, text: string): Edit | null {
  const [root] = index.parts;
  if (root?.mediaType !== 'multipart/mixed') return null;
  const children = index.parts.filter((part) => part.parent === 0).map((part) => part.headerStart);
  const first = Math.min(...children);
  const start = Number.isFinite(first) ? delimiterStart(message, first) : null;
  if (start === null) return null;
  const delimiter = slice(message, start, first);
  return { start, end: start, by: [delimiter, ...encodeTextPart('plain', text), encodeText('\r\n')] };
}

/** Start of the delimiter line that ends right before this offset. */
function delimiterStart(message: WholeMessage, offset: number): number | null {
  const [head, body] = message;
  const to = offset - head.length;
  const line = body.lastIndexOf(10, to - 2) + 1;
  return to >= 4 && body[line] === 45 && body[line + 1] === 45 ? line + head.length : null;
}

/** Start of the delimiter line after the body that ends here, whose CRLF belongs to it (RFC 2046 5.1.1). */
function nextDelimiter(message: WholeMessage, offset: number): number | null {
  const [head, body] = message;
  const at = offset - head.length;
  const marks = [13, 10, 45, 45].every((byte, n) => body[at + n] === byte);
  return marks ? offset + 2 : null;
}

function slice([head, body]: WholeMessage, start: number, end: number): Uint8Array {
  return body.subarray(start - head.length, end - head.length);
}

function apply(message: WholeMessage, edits: Edit[]): Uint8Array {
  const [head, body] = message;
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, by } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    chunks.push(body.subarray(at, start - head.length), ...by);
    at = end - head.length;
  }
  chunks.push(body.subarray(at));
  return join(chunks);
}
