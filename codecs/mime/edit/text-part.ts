import { type Chunks, encodeText } from './bytes.ts';
import { toCrlf } from './line-ends.ts';

/** RFC 5322 2.1.1 */
const MAX_LINE = 998;
const QP_LINE = 76;

/** A text part in UTF-8, with its header (RFC 2045). Its lines end in CRLF. */
export function encodeTextPart(subtype: 'plain' | 'html', text: string): Chunks {
  const bytes = toCrlf(encodeText(text));
  const encoding = encodingOf(bytes);
  const head = `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  const body =
    encoding === '7bit' ? bytes : encodeText(encoding === 'base64' ? toBase64(bytes) : toQuoted(bytes));
  return [encodeText(head), body];
}

function encodingOf(bytes: Uint8Array): '7bit' | 'quoted-printable' | 'base64' {
  let wide = 0;
  let line = 0;
  let longest = 0;
  for (const byte of bytes) {
    if (byte > 126 || byte === 0) wide++;
    line = byte === 10 ? 0 : line + 1;
    if (line > longest) longest = line;
  }
  if (wide === 0 && longest <= MAX_LINE) return '7bit';
  return wide * 6 > bytes.length ? 'base64' : 'quoted-printable';
}

/** Base64 in lines of 76 characters (RFC 2045 6.8). */
export function toBase64(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let i = 0; i < bytes.length; i += 57)
    lines.push(btoa(String.fromCharCode(...bytes.subarray(i, i + 57))));
  return lines.join('\r\n');
}

/** RFC 2045 6.7 of lines that end in CRLF. */
function toQuoted(bytes: Uint8Array): string {
  const out: string[] = [];
  let line = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === 13) {
      out.push(line, '\r\n');
      line = '';
      i++;
      continue;
    }
    const blankAtEnd = (byte === 32 || byte === 9) && (bytes[i + 1] === 13 || i + 1 === bytes.length);
    const literal = (byte === 9 || (byte >= 32 && byte <= 126)) && byte !== 61 && !blankAtEnd;
    const token = literal
      ? String.fromCharCode(byte)
      : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    if (line.length + token.length > QP_LINE - 1) {
      out.push(line, '=\r\n');
      line = '';
    }
    line += token;
  }
  out.push(line);
  return out.join('');
}
