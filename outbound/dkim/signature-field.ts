import { encodeText } from '../../codecs/mime/edit/index.ts';
import type { DkimAlgorithm } from '../../core/ports/dkim.ts';

const MAX_LINE = 76;

export interface SignatureTags {
  algorithm: DkimAlgorithm;
  domain: string;
  selector: string;
  /** Seconds since the epoch. */
  signedAt: number;
  expiresAt: number;
  names: readonly string[];
  bodyHash: Uint8Array;
}

/**
 * The DKIM-Signature field of these tags without a signature (RFC 6376 3.5), folded and without its line end. There
 * is no `l=`: what is added to a body breaks its signature (8.2).
 */
export function unsignedField(tags: SignatureTags): string {
  const lines = [
    `DKIM-Signature: v=1; a=${tags.algorithm}; c=relaxed/relaxed;`,
    ...fill([`d=${tags.domain};`, `s=${tags.selector};`, `t=${tags.signedAt};`, `x=${tags.expiresAt};`], ' '),
    ...fill(
      tags.names.map((name, i) => `${i === 0 ? 'h=' : ''}${name}${i === tags.names.length - 1 ? ';' : ':'}`),
      '',
    ),
    ` bh=${base64(tags.bodyHash)};`,
    ' b=',
  ];
  return lines.join('\r\n');
}

/** The field with its signature, folded, with its line end. */
export function signedField(unsigned: string, signature: Uint8Array): string {
  const text = base64(signature);
  const [first = '', ...rest] = text.match(new RegExp(`.{1,${MAX_LINE - 4}}`, 'g')) ?? [];
  return `${[`${unsigned}${first}`, ...rest.map((part) => `  ${part}`)].join('\r\n')}\r\n`;
}

/** What the signature is made of besides the other fields (RFC 6376 3.7): the field, relaxed, without a line end. */
export function relaxedUnsigned(unsigned: string): Uint8Array {
  const [name = '', ...value] = unsigned.split(':');
  const relaxed = value
    .join(':')
    .replace(/[\r\n\t ]+/g, ' ')
    .trim();
  return encodeText(`${name.toLowerCase()}:${relaxed}`);
}

/** Words in lines that begin with a space; `between` stands between words of a line. */
function fill(words: readonly string[], between: string): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + between.length + word.length <= MAX_LINE)
      lines[lines.length - 1] = `${line}${between}${word}`;
    else lines.push(` ${word}`);
  }
  return lines;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
