import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unwrapFlowed } from './flowed.ts';
import { readMessage } from './read-message.ts';
import { bytesOf, mail } from './testing.ts';
import { decodeTextPart } from './text-part.ts';

function part(encoding: string, charset: string | null, length: number, params: Record<string, string> = {}) {
  return { encoding, charset, mediaType: 'text/plain', params, bodyStart: 0, bodyEnd: length };
}

describe('the text of a part', () => {
  it('has its transfer encoding and charset undone', () => {
    const raw = bytesOf('=C5=BElu=C5=A5=\r\n');
    expect(decodeTextPart(raw, part('quoted-printable', 'utf-8', raw.length))).toEqual({
      text: 'žluť',
      truncated: false,
    });
  });

  it('is cut at a character where it exceeds the limit', () => {
    const raw = bytesOf('a\xc5\xbe');
    expect(decodeTextPart(raw, part('8bit', 'utf-8', 3), { maxBytes: 2 })).toEqual({
      text: 'a',
      truncated: true,
    });
    expect(decodeTextPart(raw, part('8bit', 'utf-8', 3), { maxBytes: 3 })).toEqual({
      text: 'až',
      truncated: false,
    });
  });

  it('tells when only its beginning was given', () => {
    expect(decodeTextPart(bytesOf('ab\xe6\xbc'), part('8bit', 'utf-8', 100))).toEqual({
      text: 'ab',
      truncated: true,
    });
  });

  it('of HTML is in the charset it names itself, when nothing else names one', () => {
    const raw = bytesOf(
      '<head><META http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>\xcf',
    );
    const html = { ...part('8bit', null, raw.length), mediaType: 'text/html' };
    expect(decodeTextPart(raw, html).text).toMatch(/П$/);
    expect(decodeTextPart(raw, { ...html, charset: 'us-ascii' }).text).toMatch(/П$/);
    expect(decodeTextPart(raw, { ...html, charset: 'iso-8859-1' }).text).toMatch(/Ï$/);
    expect(
      decodeTextPart(bytesOf('<meta charset=windows-1251>\xc5\xbe'), { ...html, bodyEnd: 29 }).text,
    ).toMatch(/ž$/);
    expect(decodeTextPart(bytesOf('<meta charset=utf-16>\xe9'), { ...html, bodyEnd: 22 }).text).toMatch(/é$/);
  });

  it('never holds NUL, and decoding it never throws', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.constantFrom('base64', 'quoted-printable', 'x-uuencode', '8bit'),
        fc.constantFrom('utf-7', 'utf-16', 'utf-8', null, 'x'),
        (raw, encoding, charset) => {
          const { text } = decodeTextPart(raw, part(encoding, charset, raw.length), { maxBytes: 20 });
          expect(text).not.toContain('\0');
          expect(text.isWellFormed()).toBe(true);
        },
      ),
    );
  });

  it('that is flowed is put together unless that is not wanted', () => {
    const raw = mail('Content-Type: text/plain; format=Flowed', '', 'a line that ', 'flows', '');
    expect(readMessage(raw).text).toBe('a line that flows\n');
    expect(readMessage(raw, { unwrap: false }).text).toBe('a line that \r\nflows\r\n');
  });
});

describe('flowed text', () => {
  it.each([
    ['a \nb\nc', false, 'a b\nc'],
    ['a \nb', true, 'ab'],
    ['  stuffed\n From x\n >no quote', false, ' stuffed\nFrom x\n>no quote'],
    ['> quoted \n> more\n>> deeper \n> back', false, '> quoted more\n>> deeper \n> back'],
    ['a \n> b', false, 'a \n> b'],
    ['text \n-- \nsig \nmore', false, 'text \n-- \nsig more'],
    ['> -- \n> sig', false, '> -- \n> sig'],
    ['a \r\nb\r\n', false, 'a b\n'],
    ['a ', false, 'a '],
    ['', false, ''],
    ['\n\n', false, '\n\n'],
  ])('%j', (text, delSp, expected) => {
    expect(unwrapFlowed(text, delSp)).toBe(expected);
  });
});
