import { Buffer } from 'node:buffer';
import type { Random } from './random.ts';

/** Base64 in the shapes that mail has it: any line length, noise, missing padding. */
export function base64(random: Random, content: Uint8Array, eol: string): string {
  let text = Buffer.from(content).toString('base64');
  if (random.chance(15)) text = text.replace(/=+$/, '');
  const width = random.pick([76, 76, 76, 60, 64, 4, 19, 1000]);
  const lines: string[] = [];
  for (let i = 0; i < text.length; i += width) lines.push(text.slice(i, i + width));
  const noise = random.chance(15) ? random.pick([' ', '\t', '!', '*', ' %']) : '';
  const end = random.chance(80) ? eol : '';
  return lines.join(noise + eol) + end;
}

/** Quoted-printable of any bytes, line ends escaped, with soft line breaks in places no one else puts them. */
export function quotedPrintable(random: Random, content: Uint8Array, eol: string): string {
  const lower = random.chance(30);
  let out = '';
  let column = 0;
  for (const byte of content) {
    const plain = byte > 32 && byte < 127 && byte !== 61 && !random.chance(3);
    const hex = byte.toString(16).padStart(2, '0');
    const piece = plain ? String.fromCharCode(byte) : `=${lower ? hex : hex.toUpperCase()}`;
    if (column + piece.length > 75 || random.chance(1)) {
      out += `=${eol}`;
      column = 0;
    }
    out += piece;
    column += piece.length;
  }
  return out;
}

export function uuencode(content: Uint8Array, eol: string): string {
  const digit = (value: number): string => String.fromCharCode(value === 0 ? 96 : value + 32);
  const lines = ['begin 644 file.bin'];
  for (let i = 0; i < content.length; i += 45) {
    const line = content.subarray(i, i + 45);
    let text = digit(line.length);
    for (let j = 0; j < line.length; j += 3) {
      const [a = 0, b = 0, c = 0] = line.subarray(j, j + 3);
      text +=
        digit(a >> 2) + digit(((a & 3) << 4) | (b >> 4)) + digit(((b & 15) << 2) | (c >> 6)) + digit(c & 63);
    }
    lines.push(text);
  }
  return [...lines, '`', 'end', ''].join(eol);
}

function percent(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** A file name as parameter text, in one of the ways that clients write names. */
export function nameParameter(random: Random, parameter: string, name: string, eol: string): string {
  const utf8 = Buffer.from(name, 'utf8');
  const ascii = /^[\x20-\x7e]*$/.test(name);
  if (ascii && random.chance(50)) return `${parameter}="${name.replace(/["\\]/g, '\\$&')}"`;
  const word = (bytes: Uint8Array): string => `=?UTF-8?B?${Buffer.from(bytes).toString('base64')}?=`;
  switch (random.below(ascii ? 2 : 4)) {
    case 0:
      return `${parameter}*=utf-8''${percent(utf8)}`;
    case 1: {
      // RFC 2231 3 and 4.1: cut anywhere, inside characters too; an escape stays whole.
      const parts: string[] = [];
      for (let i = 0; i < utf8.length; i += 7) {
        parts.push(
          `${parameter}*${parts.length}*=${i === 0 ? "utf-8'en'" : ''}${percent(utf8.subarray(i, i + 7))}`,
        );
      }
      return parts.join(`;${eol} `);
    }
    case 2:
      return `${parameter}="${word(utf8)}"`;
    default:
      return `${parameter}="=?utf-8?q?${percent(utf8).replaceAll('%', '=')}?="`;
  }
}
