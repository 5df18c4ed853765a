import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText } from './clean.ts';
import { decodeEncodedWords, joinEncodedWords } from './encoded-words.ts';

describe('encoded words', () => {
  it.each([
    ['=?utf-8?Q?caf=C3=A9?= ok', 'café ok'],
    ['=?UTF-8?b?5ryi5a2X?=', '漢字'],
    ['a =?iso-8859-1?q?b=E9?= =?utf-8?q?_c?= d', 'a bé c d'],
    ['=?utf-8?q?a?=\r\n =?utf-8?q?b?=', 'ab'],
    ['=?utf-8?q?a?=x=?utf-8?q?b?=', 'axb'],
    ['=?utf-8*en?q?lang?=', 'lang'],
    ['=?utf-8?q?what?now?=', 'what?now'],
    ['=?utf-8?q?raw ž space?=', 'raw ž space'],
    ['=?utf-8?q?50=?=', '50='],
  ])('%s', (text, decoded) => {
    expect(decodeEncodedWords(text)).toBe(decoded);
  });

  it('that cut a character in half are decoded together', () => {
    expect(decodeEncodedWords('=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=')).toBe('café');
    expect(decodeEncodedWords('=?UTF-8?B?5pel5g==?= =?utf-8?B?nKzoqp4=?=')).toBe('日本語');
    expect(decodeEncodedWords('=?utf-8?B?w6nD?= =?utf-8?q?=A9?=')).toBe('éé');
  });

  it('of a charset with states each begin in the first state', () => {
    const word = (text: string): string =>
      `=?iso-2022-jp?B?${Buffer.from(text, 'latin1').toString('base64')}?=`;
    expect(decodeEncodedWords(`${word('\x1b$B7oL>')} ${word('\x1b$B%F%9%H')}`)).toBe('件名テスト');
  });

  it.each([
    '=?utf-8?x?a?=',
    '=?utf-8?q?a',
    '=??q?a?=',
    '=?utf-8?q',
    '=?',
    'a=?b',
    '=?a b?q?c?=',
    `=?utf-8?q?${'a'.repeat(9000)}?=`,
  ])('that are none stay as they are: %s', (text) => {
    expect(decodeEncodedWords(text)).toBe(text);
  });

  it('can decode to line ends, which cleanText takes away', () => {
    const text = decodeEncodedWords('=?utf-8?q?a=0D=0ABcc:_x@y=00?=');
    expect(text).toBe('a\r\nBcc: x@y\0');
    expect(cleanText(text, 100)).toBe('a Bcc: x@y');
  });

  it('joined for another parser still say the same', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '=?utf-8?q?=C3?=',
            '=?utf-8?B?qQ==?=',
            ' ',
            'a',
            '=?',
            '?=',
            '\t',
            '=?big5?q?=A4=A4?=',
          ),
        ),
        (pieces) => {
          const text = pieces.join('');
          expect(decodeEncodedWords(joinEncodedWords(text))).toBe(decodeEncodedWords(text));
        },
      ),
    );
  });

  it('cost linear time, whatever they are', { timeout: 30_000 }, () => {
    for (const unit of ['=?utf-8?Q?', '=?u?Q?x', '=?', '=?a?b?=?', '=?utf-8?B?w6k=?= ', '=?a?q??']) {
      const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
      const start = performance.now();
      decodeEncodedWords(text);
      expect(performance.now() - start).toBeLessThan(3000);
    }
  });
});

describe('cleanText', () => {
  it('never cuts a character and never leaves half of one', () => {
    expect(cleanText('ab🎉', 3)).toBe('ab');
    expect(cleanText('ab🎉', 4)).toBe('ab🎉');
    expect(cleanText('a\ud800', 9)).toBe('a\ufffd');
    expect(cleanText(' a\u2028b\u0085 ', 9)).toBe('a b');
  });
});
