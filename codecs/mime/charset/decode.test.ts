import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../testing.ts';
import { decodeCharset } from './decode.ts';

describe('a charset label', () => {
  it.each([
    ['utf-8', '\xc5\xbe', 'ž'],
    ['UTF8', '\xc5\xbe', 'ž'],
    ['utf-8mb4', '\xc5\xbe', 'ž'],
    ['iso-8859-2', '\xbe', 'ž'],
    ['Latin-1', '\xe9', 'é'],
    ['windows-1251', '\xcf', 'П'],
    ['cp1251', '\xcf', 'П'],
    ['win-1251', '\xcf', 'П'],
    ['koi8-r', '\xf0', 'П'],
    ['cp932', '\x93\xfa', '日'],
    ['x-sjis', '\x93\xfa', '日'],
    ['ms936', '\xc4\xe3', '你'],
    ['gb2312', '\xc4\xe3', '你'],
    ['ks_c_5601-1987', '\xc7\xd1', '한'],
    ['cp949', '\xc7\xd1', '한'],
    ['tis-620', '\xca', 'ส'],
    ['iso-8859-8-i', '\xf9', 'ש'],
    ['iso-2022-jp', '\x1b$B%F\x1b(B', 'テ'],
    ['cp50221', '\x1b$B-!\x1b(B', '①'],
    ['iso-2022-kr', '\x1b$)C\x0eGQ\x0f ok', '한 ok'],
    ['hz-gb-2312', '~{Dc~} ~~', '你 ~'],
    ['cp437', '\x82\xe1', 'éß'],
    ['ibm850', '\x82', 'é'],
    ['cp852', '\xa7', 'ž'],
    ['macintosh', '\x8e', 'é'],
    ['utf-16', '\xff\xfea\x00', 'a'],
    ['utf-16be', '\x00a', 'a'],
  ])('%s is understood', (label, latin1, text) => {
    expect(decodeCharset(bytesOf(latin1), label)).toBe(text);
  });

  it.each([
    null,
    '',
    'us-ascii',
    'x-unknown',
    'no such charset',
    '__proto__',
    'constructor',
    'x'.repeat(5000),
  ])('%s that says nothing means UTF-8, else windows-1252', (label) => {
    expect(decodeCharset(bytesOf('\xc3\xa9'), label)).toBe('é');
    expect(decodeCharset(bytesOf('\xe9\x80'), label)).toBe('é€');
  });

  it('is not needed for ISO-2022-JP', () => {
    expect(decodeCharset(bytesOf('\x1b$B%F\x1b(B'), null)).toBe('テ');
    expect(decodeCharset(bytesOf('\x1b[1m'), null)).toBe('\x1b[1m');
  });

  it('gives way to a byte order mark', () => {
    expect(decodeCharset(bytesOf('\xef\xbb\xbf\xc5\xbe'), 'iso-8859-1')).toBe('ž');
    expect(decodeCharset(bytesOf('\xff\xfea\x00'), null)).toBe('a');
    expect(decodeCharset(bytesOf('\xff\xfe'), 'koi8-r')).toBe('ЪЧ');
  });

  it('never makes decoding throw', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.oneof(fc.string(), fc.constantFrom('utf-7', 'hz', 'utf-16', 'big5', 'cp437')),
        (bytes, label) => {
          const text = decodeCharset(bytes, label);
          expect(text.isWellFormed()).toBe(true);
          expect(decodeCharset(bytes, label, true).isWellFormed()).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('UTF-7', () => {
  it('is decoded with its escapes, and a lone surrogate does not get through', () => {
    expect(decodeCharset(bytesOf('Hi +AOk- +- +ADw-script+AD4 x'), 'utf-7')).toBe('Hi é + <script> x');
    expect(decodeCharset(bytesOf('+2DzfiQ- +2Dw-'), 'unicode-1-1-utf-7')).toBe('🎉 \ufffd');
  });
});

describe('bytes cut inside a character', () => {
  it('lose the character, nothing else', () => {
    const whole = Buffer.from('aé漢🎉');
    const texts = Array.from(whole, (_, end) => decodeCharset(whole.subarray(0, end + 1), 'utf-8', true));
    expect(texts).toEqual(['a', 'a', 'aé', 'aé', 'aé', 'aé漢', 'aé漢', 'aé漢', 'aé漢', 'aé漢🎉']);
    const guessed = Array.from(whole, (_, end) => decodeCharset(whole.subarray(0, end + 1), null, true));
    expect(guessed).toEqual(texts);
  });
});
