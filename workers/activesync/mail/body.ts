import {
  htmlToText,
  previewOf,
  textToHtml,
  truncateUtf8,
  uniqueHtml,
  uniqueText,
  utf8Length,
} from '../../../codecs/text/index.ts';
import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Message } from '../../../core/mail/types.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';
import type { BodyPartPreference, BodyPreference } from '../../../core/sync/options.ts';
import { atLeast, type Version } from '../http/versions.ts';
import { authoredHtml, type BodySource, type Content, contentOf, plainText } from './body-content.ts';

/** What a request says of the bodies that it wants. */
export interface BodyOptions {
  bodies: BodyPreference[];
  /** Wishes for the part that is not quoted; none by default. */
  bodyParts?: BodyPartPreference[];
  /** null: the request did not say. */
  mimeSupport: 0 | 1 | 2 | null;
  /** Bytes at which MIME data is cut when its preference names no size; null or absent for none. */
  mimeTruncation?: number | null;
}

interface Context extends BodySource {
  version: Version;
  /** The body as RTF in its container, when it was written so. */
  rtf?: Uint8Array | null;
}

/** MS-ASAIRS 2.2.2.37 */
const PART_STATUS = { ok: 1, tooLarge: 176 } as const;

const WHOLE_TEXT: BodyPreference = { type: 1, truncationSize: null, allOrNone: false, preview: 0 };

/** AirSyncBase:NativeBodyType (MS-ASAIRS 2.2.2.32). */
export function nativeBodyType(message: Message, rtf: Uint8Array | null = null): 1 | 2 | 3 {
  if (message.bodyHtmlPart !== null) return 2;
  return rtf === null ? 1 : 3;
}

/**
 * The Body and BodyPart elements of a message. Who asks for parts alone gets no Body, who asks for neither gets one
 * (MS-ASCON 3.2.5.6).
 */
export async function renderBodies(
  context: Context,
  message: Message,
  options: BodyOptions,
): Promise<WbxmlNode[]> {
  const parts = atLeast(context.version, '14.1') ? (options.bodyParts ?? []) : [];
  const nodes: WbxmlNode[] = [];
  if (options.bodies.length > 0 || parts.length === 0)
    nodes.push(await renderBody(context, message, options));
  for (const part of parts) nodes.push(await renderBodyPart(context.blobs, message, part));
  return nodes;
}

/** The Body element (MS-ASAIRS 2.2.2.9), in the first form asked for that can be given as it was asked for. */
async function renderBody(context: Context, message: Message, options: BodyOptions): Promise<WbxmlNode> {
  const { preferences, withheld: noMime } = rank(message, options, context.rtf ?? null);
  let chosen = preferences[0] ?? WHOLE_TEXT;
  let body = noMime ? mimeNotSent(message) : await readContent(context, message, chosen, options);
  // AllOrNone: rather another form than a piece of this one (MS-ASAIRS 2.2.2.3.2).
  for (const preference of preferences.slice(1)) {
    if (!isRefused(chosen, body)) break;
    chosen = preference;
    body = await readContent(context, message, preference, options);
  }
  const empty = noMime || isRefused(chosen, body) || body.data.length === 0;
  return el(
    'AirSyncBase:Body',
    el('AirSyncBase:Type', body.type),
    el('AirSyncBase:EstimatedDataSize', body.size),
    // S/MIME clients want to be told either way (MS-ASCMD 2.2.3.110.3).
    body.truncated || body.type === 4 ? el('AirSyncBase:Truncated', body.truncated) : null,
    empty ? null : el('AirSyncBase:Data', body.data),
    // Beside plain text it would be the same text twice (MS-ASAIRS 2.2.2.35.1).
    chosen.preview > 0 && (body.type !== 1 || empty) && atLeast(context.version, '14.0')
      ? el('AirSyncBase:Preview', previewText(message.preview, chosen.preview))
      : null,
  );
}

/** AllOrNone counts only beside a TruncationSize (MS-ASAIRS 2.2.2.3.2). */
function isRefused(preference: BodyPreference, content: Content): boolean {
  return preference.allOrNone && preference.truncationSize !== null && content.truncated;
}

function mimeNotSent(message: Message): Content {
  return { type: 4, size: message.size, data: '', truncated: true };
}

function readContent(
  context: Context,
  message: Message,
  preference: BodyPreference,
  options: BodyOptions,
): Promise<Content> {
  const { type, truncationSize } = preference;
  const limit = type === 4 ? (truncationSize ?? options.mimeTruncation ?? null) : truncationSize;
  return contentOf(context, message, type, limit, context.rtf ?? null);
}

/**
 * The preferences in the order in which they are tried: MIME where the device wants it for this message, the form
 * the message was written in (MS-ASAIRS 2.2.2.3.2), then the others as they were asked for. `withheld`: nothing but
 * MIME was asked for, and not for a message like this.
 */
function rank(
  message: Message,
  options: BodyOptions,
  rtf: Uint8Array | null,
): { preferences: BodyPreference[]; withheld: boolean } {
  const { bodies, mimeSupport } = options;
  const mime = bodies.filter((b) => b.type === 4);
  const others = bodies.filter((b) => b.type !== 4);
  const native = nativeBodyType(message, rtf);
  const ordered = [...others.filter((b) => b.type === native), ...others.filter((b) => b.type !== native)];
  // MIMESupport 1 is for S/MIME messages only (MS-ASCMD 2.2.3.110.3).
  const wanted = mimeSupport === 2 || (mimeSupport === 1 && isSmime(message));
  if (bodies.length === 0)
    return { preferences: wanted ? [{ ...WHOLE_TEXT, type: 4 }] : [], withheld: false };
  // Who asks for MIME alone and does not speak of MIMESupport means it.
  if (others.length === 0) return { preferences: mime, withheld: !wanted && mimeSupport !== null };
  return { preferences: wanted ? [...mime, ...ordered] : ordered, withheld: false };
}

function isSmime(message: Message): boolean {
  return message.messageClass.toUpperCase().startsWith('IPM.NOTE.SMIME');
}

function previewText(preview: string, characters: number): string {
  return Array.from(preview).slice(0, characters).join('');
}

/** The BodyPart element: what the author of this message wrote, without what is quoted (MS-ASAIRS 2.2.2.10). */
async function renderBodyPart(
  blobs: BlobStore,
  message: Message,
  preference: BodyPartPreference,
): Promise<WbxmlNode> {
  const authored = await authoredHtml(blobs, message);
  const text = authored === null ? await plainText(blobs, message) : null;
  const source = authored ?? text;
  if (source !== null && utf8Length(source.text) < source.size) {
    return el(
      'AirSyncBase:BodyPart',
      el('AirSyncBase:Status', PART_STATUS.tooLarge),
      el('AirSyncBase:Type', 2),
      el('AirSyncBase:EstimatedDataSize', source.size),
    );
  }
  const unique = authored === null ? textToHtml(uniqueText(text?.text ?? '')) : uniqueHtml(authored.text);
  const { truncationSize, allOrNone, preview } = preference;
  const data = truncationSize === null ? unique : truncateUtf8(unique, truncationSize).text;
  const truncated = data.length < unique.length;
  return el(
    'AirSyncBase:BodyPart',
    el('AirSyncBase:Status', PART_STATUS.ok),
    el('AirSyncBase:Type', 2),
    el('AirSyncBase:EstimatedDataSize', utf8Length(unique)),
    truncated ? el('AirSyncBase:Truncated', true) : null,
    data === '' || (truncated && allOrNone) ? null : el('AirSyncBase:Data', data),
    preview > 0 ? el('AirSyncBase:Preview', previewText(previewOf(htmlToText(unique)), preview)) : null,
  );
}
