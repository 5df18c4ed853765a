import { Buffer } from 'node:buffer';
import { decodeTextPart } from '../../../codecs/mime/index.ts';
import { rtfContainer, textToRtf } from '../../../codecs/rtf/index.ts';
import { htmlToText, textToHtml, truncateUtf8, utf8Length } from '../../../codecs/text/index.ts';
import type { OpaqueStream } from '../../../codecs/wbxml/index.ts';
import { formatParams } from '../../../core/mail/part-format.ts';
import { type Message, type MessagePart, TEXT_HEAD_BYTES } from '../../../core/mail/types.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';
import type { TrustedNames } from '../../../core/trust/shown.ts';
import { mimeContent } from './mime-body.ts';

/** Bytes of a text part that are read at most: a larger one is cut and says so. */
const MAX_TEXT_BYTES = 8 * 1024 * 1024;
/** UTF-16 units of text that are put into RTF, where one can take nine bytes. */
const MAX_RTF_TEXT = 256 * 1024;

/** A body in one of the types of MS-ASAIRS 2.2.2.41, cut to a limit. */
export interface Content {
  type: 1 | 2 | 3 | 4;
  /** Bytes of the whole body in this type. */
  size: number;
  data: string | Uint8Array | OpaqueStream;
  truncated: boolean;
}

/** Where bodies come from, and in whose names nobody else may speak in their headers. */
export interface BodySource {
  blobs: BlobStore;
  names: TrustedNames;
}

/** A text and the UTF-8 bytes of the whole of which it may be the beginning. */
export interface Decoded {
  text: string;
  size: number;
}

/**
 * The body as plain text (1), HTML (2), RTF (3) or the message itself (4), at most `limit` bytes of it. `written`:
 * the RTF that its author wrote, if any.
 */
export function contentOf(
  source: BodySource,
  message: Message,
  type: Content['type'],
  limit: number | null,
  written: Uint8Array | null = null,
): Promise<Content> {
  const { blobs } = source;
  switch (type) {
    case 1:
      return textContent(blobs, message, limit);
    case 2:
      return htmlContent(blobs, message, limit);
    case 3:
      return written === null ? rtfContent(blobs, message, limit) : Promise.resolve(rtfOf(written, limit));
    case 4:
      return mimeContent(source, message, limit);
  }
}

async function textContent(blobs: BlobStore, message: Message, limit: number | null): Promise<Content> {
  const head = message.textHead;
  // The first bytes are kept beside the message: a list of previews needs no blob.
  if ((limit !== null && limit <= TEXT_HEAD_BYTES) || utf8Length(head) >= message.textSize) {
    return cut(1, { text: head, size: message.textSize }, limit);
  }
  return cut(1, await plainText(blobs, message), limit);
}

async function htmlContent(blobs: BlobStore, message: Message, limit: number | null): Promise<Content> {
  const html = await authoredHtml(blobs, message);
  if (html !== null) return cut(2, html, limit);
  const made = textToHtml((await plainText(blobs, message)).text);
  return cut(2, { text: made, size: utf8Length(made) }, limit);
}

async function rtfContent(blobs: BlobStore, message: Message, limit: number | null): Promise<Content> {
  const { text, size } = await plainText(blobs, message);
  const seen = text.slice(0, MAX_RTF_TEXT);
  const content = rtfOf(rtfContainer(new TextEncoder().encode(textToRtf(seen))), limit);
  if (seen.length === text.length && utf8Length(text) >= size) return content;
  return { ...content, size: Math.max(size, content.size + 1), truncated: true };
}

/** Base64 that was cut is no document any more: it comes whole or not at all. */
function rtfOf(container: Uint8Array, limit: number | null): Content {
  const { buffer, byteOffset, length } = container;
  const data = Buffer.from(buffer, byteOffset, length).toString('base64');
  const fits = limit === null || data.length <= limit;
  return { type: 3, size: data.length, data: fits ? data : '', truncated: !fits };
}

/** The HTML part as it was sent; null when there is none. */
export async function authoredHtml(blobs: BlobStore, message: Message): Promise<Decoded | null> {
  const part = message.bodies.find((p) => p.partNo === message.bodyHtmlPart);
  return part === undefined ? null : partText(blobs, message, part);
}

/** The whole plain text: the text part, or the HTML part put into words. */
export async function plainText(blobs: BlobStore, message: Message): Promise<Decoded> {
  const text = message.bodies.find((p) => p.partNo === message.bodyTextPart);
  if (text !== undefined) return partText(blobs, message, text);
  const html = await authoredHtml(blobs, message);
  if (html === null) return { text: message.textHead, size: message.textSize };
  const words = htmlToText(html.text);
  return { text: words, size: utf8Length(words) };
}

async function partText(blobs: BlobStore, message: Message, part: MessagePart): Promise<Decoded> {
  const end = Math.min(part.bodyEnd, part.bodyStart + MAX_TEXT_BYTES);
  const raw = await blobs.readRange(message.rawKey, part.bodyStart, end);
  // I7: a message whose raw is gone shows what is known of it, never an error.
  if (raw === null) return { text: message.textHead, size: message.textSize };
  const described = { ...part, params: formatParams(part.format) };
  const { text, truncated } = decodeTextPart(raw, described, { maxBytes: MAX_TEXT_BYTES });
  const size = utf8Length(text);
  return { text, size: truncated ? Math.max(size + 1, part.decodedSize) : size };
}

function cut(type: 1 | 2, whole: Decoded, limit: number | null): Content {
  const { text: data } = limit === null ? whole : truncateUtf8(whole.text, limit);
  return { type, size: whole.size, data, truncated: utf8Length(data) < whole.size };
}
