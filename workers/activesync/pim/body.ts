import { Buffer } from 'node:buffer';
import { rtfContainer, rtfDocument, rtfToText, textToRtf } from '../../../codecs/rtf/index.ts';
import { htmlToText, previewOf, textToHtml, truncateUtf8, utf8Length } from '../../../codecs/text/index.ts';
import {
  bytesOf,
  child,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { BodyPreference } from '../../../core/sync/options.ts';
import { atLeast, type Version } from '../http/versions.ts';
import { numberOf } from '../mail/body-preference.ts';

/** A text that is kept in a document, in the form in which it was written. */
export interface TextBody {
  text: string;
  contentType: 'text/plain' | 'text/html';
}

/** UTF-16 units of text that are put into RTF, where one can take nine bytes. */
const MAX_RTF_TEXT = 256 * 1024;

/**
 * AirSyncBase:Body of an Add or a Change (MS-ASAIRS 2.2.2.9): undefined when there is none, 'invalid' for a type that an
 * item of these classes cannot have. RTF becomes the text in it.
 */
export function takeBody(data: WbxmlElement): TextBody | undefined | 'invalid' {
  const body = child(data, 'AirSyncBase:Body');
  if (body === undefined) return undefined;
  const type = numberOf(body, 'AirSyncBase:Type');
  const text = textOf(body, 'AirSyncBase:Data') ?? '';
  if (type === 1) return { text, contentType: 'text/plain' };
  if (type === 2) return { text, contentType: 'text/html' };
  if (type !== 3) return 'invalid';
  const document = rtfDocument(rtfBytes(body));
  return document === null ? 'invalid' : { text: rtfToText(document), contentType: 'text/plain' };
}

/** RTF is base64 of its container; some clients send the document as it is. */
function rtfBytes(body: WbxmlElement): Uint8Array {
  const data = child(body, 'AirSyncBase:Data');
  const text = data?.text.trim() ?? '';
  if (text === '' || text.startsWith('{\\rtf')) return bytesOf(data) ?? new Uint8Array();
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** The Body element in the first form asked for that can be given as it was asked for (MS-ASAIRS 2.2.2.9, 3.2.5.2). */
export function renderBody(
  body: TextBody,
  bodies: readonly BodyPreference[],
  version: Version,
  whole: boolean,
): WbxmlNode {
  const native = body.contentType === 'text/html' ? 2 : 1;
  const wanted = bodies.filter((b) => b.type !== 4);
  const ranked = [...wanted.filter((b) => b.type === native), ...wanted.filter((b) => b.type !== native)];
  // Who asks for nothing, or for MIME, which these items have not, gets plain text.
  if (ranked.length === 0) ranked.push({ type: 1, truncationSize: null, allOrNone: false, preview: 0 });
  let last: WbxmlNode | null = null;
  for (const preference of ranked) {
    const content = contentOf(body, preference, whole);
    last = bodyNode(body, preference, content, version);
    if (!content.refused) break;
  }
  return last ?? el('AirSyncBase:Body');
}

interface Content {
  type: 1 | 2 | 3;
  size: number;
  data: string;
  truncated: boolean;
  refused: boolean;
}

function contentOf(body: TextBody, preference: BodyPreference, whole: boolean): Content {
  const type = preference.type === 4 ? 1 : preference.type;
  const limit = whole ? null : preference.truncationSize;
  const full = type === 3 ? rtfOf(plainOf(body)) : type === 2 ? htmlOf(body) : plainOf(body);
  const size = utf8Length(full);
  const fits = limit === null || size <= limit;
  // Base64 that was cut is no document any more (MS-ASAIRS 2.2.2.40).
  const data = fits ? full : type === 3 ? '' : truncateUtf8(full, limit ?? 0).text;
  return { type, size, data, truncated: !fits, refused: !fits && preference.allOrNone };
}

function bodyNode(body: TextBody, preference: BodyPreference, content: Content, version: Version): WbxmlNode {
  const { type, size, data, truncated, refused } = content;
  const preview = previewOf(plainOf(body));
  return el(
    'AirSyncBase:Body',
    el('AirSyncBase:Type', type),
    el('AirSyncBase:EstimatedDataSize', size),
    truncated ? el('AirSyncBase:Truncated', true) : null,
    refused || data === '' ? null : el('AirSyncBase:Data', data),
    preference.preview > 0 && (type !== 1 || refused) && atLeast(version, '14.0')
      ? el('AirSyncBase:Preview', Array.from(preview).slice(0, preference.preview).join(''))
      : null,
  );
}

function plainOf({ text, contentType }: TextBody): string {
  return contentType === 'text/html' ? htmlToText(text) : text;
}

function htmlOf({ text, contentType }: TextBody): string {
  return contentType === 'text/html' ? text : textToHtml(text);
}

function rtfOf(text: string): string {
  const document = new TextEncoder().encode(textToRtf(text.slice(0, MAX_RTF_TEXT)));
  return Buffer.from(rtfContainer(document)).toString('base64');
}
