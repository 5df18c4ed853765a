import { decodeTextPart } from '../../../codecs/mime/index.ts';
import { htmlToText, textToHtml, truncateUtf8, utf8Length } from '../../../codecs/text/index.ts';
import { el, type OpaqueStream, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { type Message, type MessagePart, TEXT_HEAD_BYTES } from '../../../core/mail/types.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';
import type { BodyPreference } from '../../../core/sync/options.ts';
import { atLeast, type Version } from '../http/versions.ts';

export interface BodyOptions {
  bodies: BodyPreference[];
  mimeSupport: 0 | 1 | 2;
}

/** Bytes of a text part that are read at most: a larger one is cut and says so. */
const MAX_TEXT_BYTES = 8 * 1024 * 1024;
/** A MIME body up to this size goes as a string, as most clients expect it; a larger one streams as opaque. */
const MAX_INLINE_MIME = 512 * 1024;

const WHOLE_TEXT: BodyPreference = { type: 1, truncationSize: null, allOrNone: false, preview: 0 };

interface Content {
  type: 1 | 2 | 4;
  /** Bytes of the whole body in this type. */
  size: number;
  data: string | Uint8Array | OpaqueStream;
  truncated: boolean;
}

/** AirSyncBase:NativeBodyType (MS-ASAIRS 2.2.2.32). */
export function nativeBodyType(message: Message): 1 | 2 {
  return message.bodyHtmlPart === null ? 1 : 2;
}

/**
 * The Body element of a message (MS-ASAIRS 2.2.2.9), in the best of the forms asked for: MIME when the device
 * supports it for this message, else the native form, else the first that can be made.
 */
export async function renderBody(
  blobs: BlobStore,
  message: Message,
  options: BodyOptions,
  version: Version,
): Promise<WbxmlNode> {
  const ranked = rank(message, options);
  let content: Content | null = null;
  let chosen = ranked[0] ?? WHOLE_TEXT;
  for (const preference of ranked) {
    chosen = preference;
    content = await contentOf(blobs, message, preference);
    if (!preference.allOrNone || !content.truncated) break;
  }
  const body = content ?? (await contentOf(blobs, message, WHOLE_TEXT));
  const withheld = body.truncated && chosen.allOrNone;
  return el(
    'AirSyncBase:Body',
    el('AirSyncBase:Type', body.type),
    el('AirSyncBase:EstimatedDataSize', body.size),
    body.truncated ? el('AirSyncBase:Truncated', 1) : null,
    withheld || isEmpty(body.data) ? null : el('AirSyncBase:Data', body.data),
    chosen.preview > 0 && atLeast(version, '14.0')
      ? el('AirSyncBase:Preview', Array.from(message.preview).slice(0, chosen.preview).join(''))
      : null,
  );
}

function isEmpty(data: Content['data']): boolean {
  return data.length === 0;
}

/** The preferences in the order in which they are tried. */
function rank(message: Message, options: BodyOptions): BodyPreference[] {
  const mime = options.bodies.filter((b) => b.type === 4);
  const others = options.bodies.filter((b) => b.type === 1 || b.type === 2);
  const native = nativeBodyType(message);
  const ordered = [...others.filter((b) => b.type === native), ...others.filter((b) => b.type !== native)];
  // MIMESupport 1 is for S/MIME messages only (MS-ASCMD 2.2.3.110.3).
  const wantsMime =
    options.mimeSupport === 2 || (options.mimeSupport === 1 && isSmime(message)) || others.length === 0;
  return wantsMime ? [...mime, ...ordered] : ordered;
}

function isSmime(message: Message): boolean {
  return message.attachments.some((a) => /^application\/(x-)?pkcs7-(mime|signature)$/.test(a.mediaType));
}

function contentOf(blobs: BlobStore, message: Message, preference: BodyPreference): Promise<Content> {
  if (preference.type === 4) return mimeContent(blobs, message, preference.truncationSize);
  return preference.type === 2
    ? htmlContent(blobs, message, preference.truncationSize)
    : textContent(blobs, message, preference.truncationSize);
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
  const part = message.bodies.find((p) => p.partNo === message.bodyHtmlPart);
  if (part !== undefined) return cut(2, await partText(blobs, message, part), limit);
  const html = textToHtml((await plainText(blobs, message)).text);
  return cut(2, { text: html, size: utf8Length(html) }, limit);
}

/** A text and the UTF-8 bytes of the whole of which it may be the beginning. */
interface Decoded {
  text: string;
  size: number;
}

/** The whole plain text: the text part, or the HTML part put into words. */
async function plainText(blobs: BlobStore, message: Message): Promise<Decoded> {
  const text = message.bodies.find((p) => p.partNo === message.bodyTextPart);
  if (text !== undefined) return partText(blobs, message, text);
  const html = message.bodies.find((p) => p.partNo === message.bodyHtmlPart);
  if (html === undefined) return { text: message.textHead, size: message.textSize };
  const words = htmlToText((await partText(blobs, message, html)).text);
  return { text: words, size: utf8Length(words) };
}

async function partText(blobs: BlobStore, message: Message, part: MessagePart): Promise<Decoded> {
  const end = Math.min(part.bodyEnd, part.bodyStart + MAX_TEXT_BYTES);
  const raw = await blobs.readRange(message.rawKey, part.bodyStart, end);
  // I7: a message whose raw is gone shows what is known of it, never an error.
  if (raw === null) return { text: message.textHead, size: message.textSize };
  const { text, truncated } = decodeTextPart(raw, { ...part, params: {} }, { maxBytes: MAX_TEXT_BYTES });
  const size = utf8Length(text);
  return { text, size: truncated ? Math.max(size + 1, part.decodedSize) : size };
}

function cut(type: 1 | 2, whole: Decoded, limit: number | null): Content {
  const { text: data } = limit === null ? whole : truncateUtf8(whole.text, limit);
  return { type, size: whole.size, data, truncated: utf8Length(data) < whole.size };
}

async function mimeContent(blobs: BlobStore, message: Message, limit: number | null): Promise<Content> {
  const end = limit === null ? message.size : Math.min(limit, message.size);
  const truncated = end < message.size;
  // Looked for first: a stream that finds nothing would cut the whole answer (I7).
  if (end > MAX_INLINE_MIME && (await blobs.head(message.rawKey)) !== null) {
    const stream = async () => {
      const range = await blobs.openRange(message.rawKey, 0, end);
      if (range === null) throw new Error('raw message is missing');
      return range;
    };
    return { type: 4, size: message.size, data: { length: end, stream }, truncated };
  }
  const raw = (await blobs.readRange(message.rawKey, 0, end)) ?? new Uint8Array();
  return { type: 4, size: message.size, data: asString(raw) ?? raw, truncated };
}

/** The bytes as a string when that loses nothing, else null: 8-bit mail of another charset stays bytes. */
function asString(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
