/** What a message consists of, taken apart and put together again without touching other bytes. */
import {
  type assemble,
  type Chunks,
  carryPart,
  encodeText,
  isContentField,
  join,
  keptFields,
  scanHeader,
} from '../../codecs/mime/edit/index.ts';
import { decodeTextPart, MimeIndexer } from '../../codecs/mime/index.ts';
import type { MessageIndex, PartIndex } from '../../codecs/mime/types.ts';

/** A message in memory. */
export interface IndexedRaw {
  raw: Uint8Array;
  index: MessageIndex;
}

export type Content = Parameters<typeof assemble>[0];

/** Bytes of a body that are taken over. */
const MAX_BODY = 8 * 1024 * 1024;

export function indexRaw(raw: Uint8Array): IndexedRaw {
  const indexer = new MimeIndexer();
  indexer.write(raw);
  return { raw, index: indexer.end() };
}

/** Bodies and files of a message. `drop`: numbers of parts that are left out. */
export function contentOf({ raw, index }: IndexedRaw, drop: readonly number[] = []): Content {
  const partAt = (at: number | null) => (at === null ? undefined : index.parts[at]);
  const calendar = partAt(index.bodyCalendar);
  const files = index.attachments.flatMap((at) => (drop.includes(at) ? [] : (index.parts[at] ?? [])));
  const carried = (wanted: (part: PartIndex) => boolean) =>
    files.filter(wanted).map((part) => carryPart(raw, part));
  return {
    text: textOf(raw, partAt(index.bodyText)),
    html: textOf(raw, partAt(index.bodyHtml)),
    calendar: calendar === undefined ? null : carryPart(raw, calendar),
    inline: carried((part) => part.isInline),
    attachments: carried((part) => !part.isInline && part !== calendar),
  };
}

function textOf(raw: Uint8Array, part: PartIndex | undefined): string | null {
  if (part === undefined) return null;
  return decodeTextPart(raw.subarray(part.bodyStart, part.bodyEnd), part, { maxBytes: MAX_BODY }).text;
}

/** The message with other content under the same fields. */
export function withContent(raw: Uint8Array, content: Chunks): Uint8Array {
  const fields = keptFields(raw, scanHeader(raw), (name) => !isContentField(name) && name !== 'mime-version');
  return join([...fields, encodeText('MIME-Version: 1.0\r\n'), ...content]);
}
