import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { previewOf } from './preview.ts';
import { textToHtml } from './text-to-html.ts';
import { truncateUtf8, utf8Length } from './utf8.ts';
import { segmentUnicode, segmentWords } from './words.ts';

describe('a preview', () => {
  it('leaves out quotations, who wrote them, the signature, links and image markers', () => {
    const text = [
      'Hi,',
      '',
      'see https://x.y/z and [image: logo] <https://x.org/> [cid:image001.png@01D] now.',
      '',
      'On Monday Bob wrote:',
      '> old',
      '>> older',
      '',
      'Thanks 😀',
      '-- ',
      'Bob',
    ].join('\r\n');
    expect(previewOf(text)).toBe('Hi, see and now. Thanks 😀');
  });

  it.each([
    ['> only quoted', '> only quoted'],
    ['https://only.link/x', 'https://only.link/x'],
    ['-- \nonly a signature', '-- only a signature'],
    ['', ''],
    [' \r\n\t ', ''],
    ['=====\nTitle\n=====', 'Title'],
    ['a\u00a0\u200c\u00a0\u200c\u034f b', 'a b'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['👩\u200d💻 x', '👩\u200d💻 x'],
    ['a\u200bb', 'ab'],
    ['...', '...'],
    ['42', '42'],
  ])('of %j', (text, preview) => {
    expect(previewOf(text)).toBe(preview);
  });

  it('has at most 255 characters on one line, none of them cut', () => {
    expect(previewOf('🎉'.repeat(300))).toBe('🎉'.repeat(127));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600, size: 'max' }), (text) => {
        const preview = previewOf(text);
        expect(preview.length).toBeLessThanOrEqual(255);
        expect(preview.isWellFormed()).toBe(true);
        expect(preview).not.toMatch(/[\r\n\t]/);
        if (/[a-z]/i.test(text)) expect(preview).not.toBe('');
      }),
    );
  });

  it('of a long text is that of its beginning, whatever follows', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'word ',
        'https://x.example/a ',
        '[image: x',
        '<image1.png>',
        '-----',
        '\u200b',
        '😀',
        '\n',
      ),
      fc.constantFrom('> quoted\n', 'wrote:\n', '\r\n', '\r', '\u00a0', '\ud83d'),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
    );
    const pieces = fc.array(piece, { minLength: 60, maxLength: 120, size: 'max' }).map((all) => all.join(''));
    let long = 0;
    fc.assert(
      fc.property(pieces, pieces, (head, tail) => {
        const preview = previewOf(`${head}\nend\n`);
        if (preview.length < 255) return;
        long++;
        expect(previewOf(`${head}\nend\n${`${tail}\n`.repeat(5)}`)).toBe(preview);
      }),
    );
    expect(long).toBeGreaterThan(3);
  });

  it.each([
    'http://',
    '[image ',
    '[',
    '<',
    '>',
    '> \n',
    '-',
    '\u200c',
    ' ',
    '\n',
    'wrote:\n> x\n',
  ])('of megabytes of %j costs nothing', (unit) => {
    const start = performance.now();
    previewOf(unit.repeat(Math.floor(2e6 / unit.length)));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('UTF-8 lengths', () => {
  const texts = fc.string({
    unit: fc.constantFrom('a', 'é', '漢', '🎉', '\ud800', '\udc00', '\u07ff', '\u0800', '\uffff'),
  });

  it('are those of the encoder', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text.toWellFormed()));
      }),
    );
  });

  it('bound a text that is cut after the last character that fits', () => {
    fc.assert(
      fc.property(texts, fc.nat({ max: 30 }), (text, max) => {
        const cut = truncateUtf8(text, max);
        expect(text.startsWith(cut.text)).toBe(true);
        expect(utf8Length(cut.text)).toBeLessThanOrEqual(max);
        expect(cut.truncated).toBe(cut.text !== text);
        if (!cut.truncated) return;
        const next = String.fromCodePoint(text.codePointAt(cut.text.length) ?? 0);
        expect(utf8Length(cut.text + next)).toBeGreaterThan(max);
        expect(text.isWellFormed() && !cut.text.isWellFormed()).toBe(false);
      }),
    );
  });
});

describe('text as HTML', () => {
  it('shows the same lines and spaces, and nothing in it is markup', () => {
    expect(textToHtml('a <b> & "c"\r\n  two\n\tx')).toBe(
      'a &lt;b&gt; &amp; &quot;c&quot;<br>\r\n&nbsp; two<br>\r\n&nbsp;&nbsp;&nbsp; x',
    );
    expect(textToHtml(' a   b')).toBe('&nbsp;a&nbsp;&nbsp; b');
    expect(textToHtml('<script>\'"</script>')).not.toMatch(/[<>"']/);
  });
});

describe('words', () => {
  it.each([
    ["Don't STOP: foo.bar@x.org a_b 3.14", 'don t stop foo bar x org a b 3 14'],
    ['can’t', 'can t'],
    ['Dnes MŮŽEME straße ﬁne Ｆｕｌｌ x\u00ady', 'dnes můžeme straße fine full xy'],
    ['Привет, мир! 한국어 텍스트', 'привет мир 한국어 텍스트'],
    ['cafe\u0301', 'café'],
    ['a🎉b', 'a b'],
    ['', ''],
    ['... !!', ''],
    [`${'x'.repeat(300)} y`, 'y'],
  ])('of %j', (text, expected) => {
    expect(segmentWords(text)).toBe(expected);
  });

  it('of languages written without spaces are cut by the dictionary', () => {
    expect(segmentWords('我们去北京大学').split(' ').length).toBeGreaterThan(2);
    expect(segmentWords('今日は良い天気です').split(' ').length).toBeGreaterThan(2);
    expect(segmentWords('สวัสดีครับผมชื่อ').split(' ').length).toBeGreaterThan(2);
    expect(segmentWords('日本語 and ไทย mixed')).toMatch(/ and .* mixed$/);
  });

  it('of ASCII text are the same with and without the segmenter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (text) => {
        expect(segmentUnicode(text)).toBe(segmentWords(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('of alphabets are the same with and without the segmenter', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
    const unit = fc.constantFrom(
      ...'aZ09éßžđŁıǆαΩςбЯїёґ ,',
      '\u0301',
      '\u030c',
      'ﬁ',
      'ª',
      'º',
      'ʼ',
      'ᵃ',
      '²',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        const plain = text
          .normalize('NFKC')
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ');
        const expected = [...segmenter.segment(plain)].filter((s) => s.isWordLike).map((s) => s.segment);
        expect(segmentUnicode(text)).toBe(expected.join(' '));
      }),
      { numRuns: 2000 },
    );
  });

  it('of a text are those of its segments once more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const once = segmentWords(text);
        for (const word of once.split(' ')) expect(word).toBe(word.toLowerCase());
        expect(once).not.toMatch(/^ | {2}| $/);
      }),
    );
  });

  it('are read from a bounded beginning of the text', () => {
    expect(segmentWords('word '.repeat(200_000)).length).toBeLessThanOrEqual(512 * 1024);
  });
});
