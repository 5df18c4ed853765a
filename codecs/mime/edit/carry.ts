/** Parts of one message as parts of another, byte for byte. */
import { decodeTransfer } from '../transfer/decode.ts';
import type { PartIndex } from '../types.ts';
import { type Chunks, encodeText } from './bytes.ts';
import { isContentField, keptFields, scanHeader } from './header.ts';
import { hasBareLineEnd, toCrlf } from './line-ends.ts';
import { toBase64 } from './text-part.ts';

const CRLF = encodeText('\r\n');

/**
 * A part with its own header, as it stands in `raw`. Its content is the same byte for byte; only one that holds bare
 * CR or LF, which no message may, is put into base64. Of the header of a whole message the fields that describe
 * content are taken.
 */
export function carryPart(raw: Uint8Array, part: PartIndex): Chunks {
  const header = toCrlf(raw.subarray(part.headerStart, part.bodyStart));
  const body = raw.subarray(part.bodyStart, part.bodyEnd);
  const isRoot = part.headerStart === 0;
  const keep = (name: string) => !isRoot || isContentField(name);
  const scanned = scanHeader(header);
  // Bytes that no header describes (codecs/mime/indexer shows them as text).
  if (!scanned.fields.some(({ name }) => keep(name))) return carryPlain(part, body);
  if (!hasBareLineEnd(body)) return [...keptFields(header, scanned, keep), CRLF, body];
  if (/^(?:multipart|message)\//.test(part.mediaType) || isEncoded(part.encoding)) {
    return [...keptFields(header, scanned, keep), CRLF, toCrlf(body)];
  }
  return [
    ...keptFields(header, scanned, (name) => keep(name) && name !== 'content-transfer-encoding'),
    encodeText('Content-Transfer-Encoding: base64\r\n\r\n'),
    encodeText(toBase64(decodeTransfer(body, part.encoding))),
  ];
}

/** Whether line ends of the body are no part of its content. */
function isEncoded(encoding: string): boolean {
  return encoding === 'base64' || encoding === 'quoted-printable';
}

function carryPlain(part: PartIndex, body: Uint8Array): Chunks {
  const charset = part.charset === null ? '' : `; charset="${part.charset.replace(/[^\w.:-]/g, '')}"`;
  return [
    encodeText(`Content-Type: ${part.mediaType}${charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`),
    toCrlf(body),
  ];
}

/** A whole message as an attachment (RFC 2046 5.2.1: never encoded). `name` without its ending. */
export function carryMessage(
  raw: Uint8Array,
  name: string,
  of: { contentId?: string | null; contentLocation?: string | null } = {},
): Chunks {
  const file = `${
    name
      .replace(/[^A-Za-z0-9 _.-]+/g, '_')
      .slice(0, 60)
      .trim() || 'message'
  }.eml`;
  const bytes = toCrlf(raw);
  const encoding = bytes.some((byte) => byte > 127) ? '8bit' : '7bit';
  const visible = (text: string | null | undefined) => /^[\x21-\x7e]{1,900}$/.test(text ?? '');
  const more = [
    ...(visible(of.contentId) ? [`Content-ID: <${of.contentId}>\r\n`] : []),
    ...(visible(of.contentLocation) ? [`Content-Location: ${of.contentLocation}\r\n`] : []),
  ].join('');
  return [
    encodeText(
      `Content-Type: message/rfc822; name="${file}"\r\nContent-Disposition: attachment; filename="${file}"\r\nContent-Transfer-Encoding: ${encoding}\r\n${more}\r\n`,
    ),
    bytes,
  ];
}
