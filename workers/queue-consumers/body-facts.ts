import type { MessageIndex, PartIndex } from '../../codecs/mime/index.ts';
import { htmlToText, previewOf, truncateUtf8, utf8Length } from '../../codecs/text/index.ts';
import type { BodyFacts } from '../../core/mail/place.ts';
import { TEXT_HEAD_BYTES } from '../../core/mail/types.ts';
import { type RangeReader, readPartText } from './part-text.ts';

/** Bytes of a plain-text body that are looked at for its preview and size. */
const MAX_TEXT_BYTES = 256 * 1024;
/** Bytes of an HTML body that are put into words when there is no plain text (ATTACKS A10). */
const MAX_HTML_BYTES = 1024 * 1024;

/** Preview and sizes of the bodies. What lies beyond the limits counts by its decoded bytes. */
export async function bodyFacts(index: MessageIndex, read: RangeReader): Promise<BodyFacts> {
  const textPart = partAt(index, index.bodyText);
  const htmlPart = partAt(index, index.bodyHtml);
  if (textPart !== null) {
    const text = await readPartText(read, textPart, MAX_TEXT_BYTES);
    const htmlSize = htmlPart === null ? 0 : await htmlBytes(read, htmlPart);
    return factsOf(text.text, sizeOf(text, textPart), htmlSize);
  }
  if (htmlPart === null) return { preview: '', textHead: '', textSize: 0, htmlSize: 0 };
  const html = await readPartText(read, htmlPart, MAX_HTML_BYTES);
  const words = htmlToText(html.text);
  // One more than was seen says that there is more.
  const textSize = utf8Length(words) + (html.truncated ? 1 : 0);
  return factsOf(words, textSize, sizeOf(html, htmlPart));
}

function factsOf(text: string, textSize: number, htmlSize: number): BodyFacts {
  return {
    preview: previewOf(text),
    textHead: truncateUtf8(text, TEXT_HEAD_BYTES).text,
    textSize,
    htmlSize,
  };
}

function partAt(index: MessageIndex, at: number | null): PartIndex | null {
  return at === null ? null : (index.parts[at] ?? null);
}

function sizeOf({ text, truncated }: { text: string; truncated: boolean }, part: PartIndex): number {
  const size = utf8Length(text);
  return truncated ? Math.max(size + 1, part.decodedSize) : size;
}

/** HTML that is not needed for words is decoded only where its bytes are not UTF-8 already. */
async function htmlBytes(read: RangeReader, part: PartIndex): Promise<number> {
  const charset = part.charset ?? '';
  if (charset === 'utf-8' || charset === 'us-ascii' || part.decodedSize > MAX_HTML_BYTES)
    return part.decodedSize;
  return sizeOf(await readPartText(read, part, MAX_HTML_BYTES), part);
}
