import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedId, cleanText, compareText, fitText } from './text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const anyText = fc.string({ unit: fc.nat(0xffff).map((c) => String.fromCharCode(c)) });

describe('text that is stored', () => {
  test('has no NUL and no half surrogate pairs', () => {
    expect(cleanText('a\0b\ud800c\udc00😀')).toBe('ab\ufffdc\ufffd😀');
  });

  test('is cut at a code point, to as many bytes as fit', () => {
    expect(fitText('žluť', 3)).toBe('žl');
    expect(fitText('žluť', 2)).toBe('ž');
    expect(fitText('😀😀', 7)).toBe('😀');
    expect(fitText('😀', 3)).toBe('');
    expect(fitText('plain', 5)).toBe('plain');
  });

  test('is a well-formed beginning of what was given, whatever that is', () => {
    fc.assert(
      fc.property(anyText, fc.nat(40), (text, max) => {
        const fit = fitText(text, max);
        expect(bytes(fit).length).toBeLessThanOrEqual(max);
        expect(fit.isWellFormed() && !fit.includes('\0')).toBe(true);
        if (bytes(cleanText(text)).length <= max) expect(fit).toBe(cleanText(text));
      }),
    );
  });

  test('stays as it is when it is stored again', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.nat(40),
        (text, max) => fitText(fitText(text, max), max) === fitText(text, max),
      ),
    );
  });
});

test('an id that cannot exist stays one that cannot exist', () => {
  expect(askedId('a\0')).toBe('a\ufffd');
  expect(askedId('\ud800')).toBe('\ufffd');
  expect(askedId('item-1')).toBe('item-1');
});

test('texts are ordered as their UTF-8 bytes are', () => {
  const byBytes = (a: string, b: string) => {
    const [x, y] = [bytes(a), bytes(b)];
    for (let i = 0; i < Math.min(x.length, y.length); i++)
      if (x[i] !== y[i]) return (x[i] ?? 0) - (y[i] ?? 0);
    return x.length - y.length;
  };
  const unit = fc.constantFrom('a', 'b', 'ž', '\uffee', '\ue000', '😀', '\u{10ffff}');
  const text = fc.string({ unit, maxLength: 4 });
  fc.assert(
    fc.property(text, text, (a, b) => Math.sign(compareText(a, b)) === Math.sign(byBytes(a, b))),
    { numRuns: 500 },
  );
});
