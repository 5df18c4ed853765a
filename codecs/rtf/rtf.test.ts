import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rtfContainer, rtfDocument, rtfToText, textToRtf } from './index.ts';

describe('plain text as RTF', () => {
  test('escapes what has a meaning in RTF', () => {
    expect(textToRtf('a\\b{c}\td')).toContain('a\\\\b\\{c\\}\\tab d\\par\r\n}');
  });

  test('writes every character beyond ASCII as its UTF-16 units', () => {
    const rtf = textToRtf('é中🚀');
    expect(rtf).toContain('\\u233?\\u20013?\\u-10179?\\u-8576?');
    expect(/^[\x0d\x0a\x20-\x7e]*$/.test(rtf)).toBe(true);
  });

  test('keeps lines and drops control characters', () => {
    expect(textToRtf('one\r\ntwo\u0007\rthree')).toContain('one\\par\r\ntwo\\par\r\nthree\\par\r\n}');
  });
});

test('the container says how long it is and that nothing is compressed (MS-OXRTFCP 2.1.3.1)', () => {
  const rtf = new TextEncoder().encode('{\\rtf1 x}');
  const container = rtfContainer(rtf);
  const view = new DataView(container.buffer);
  expect(view.getUint32(0, true)).toBe(container.length - 4);
  expect(view.getUint32(4, true)).toBe(rtf.length);
  expect(new TextDecoder().decode(container.subarray(8, 12))).toBe('MELA');
  expect(view.getUint32(12, true)).toBe(0);
  expect(container.subarray(16)).toEqual(rtf);
});

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const ascii = (text: string) => new TextEncoder().encode(text);

describe('what a device sends as RTF', () => {
  test('is unpacked (MS-OXRTFCP 3.1.1 and 3.1.2, the examples of the specification)', () => {
    const simple = bytes(
      '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0',
    );
    expect(rtfToText(rtfDocument(simple) ?? ascii(''))).toBe('hello world');
    const repeated = bytes('1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0');
    expect(rtfDocument(repeated)).toEqual(ascii('{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}'));
  });

  test('comes back as it was written here', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const lines = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
        expect(rtfToText(rtfDocument(rtfContainer(ascii(textToRtf(lines)))) ?? ascii(''))).toBe(lines);
      }),
    );
  });

  test('loses fonts, colours, pictures and what nobody shall see', () => {
    const rtf =
      "{\\rtf1{\\fonttbl{\\f0 Arial;}}{\\*\\generator x;}\\b one\\b0  {\\pict 00ff} two\\par th\\'e9}";
    expect(rtfToText(ascii(rtf))).toBe('one  two\nthé');
  });

  test('that is none, is cut, or is a bomb is refused', () => {
    expect(rtfDocument(ascii('no document, only some text'))).toBeNull();
    expect(rtfDocument(ascii('{'))).toBeNull();
    const container = rtfContainer(ascii('{\\rtf1 x}'));
    expect(rtfDocument(container.subarray(0, -1))).toBeNull();
    new DataView(container.buffer).setUint32(4, 0xffff_ffff, true);
    expect(rtfDocument(container)).toBeNull();
    fc.assert(fc.property(fc.uint8Array(), (any) => void rtfToText(rtfDocument(any) ?? any)));
  });

  test('in thousands of groups is read in no time', () => {
    expect(rtfToText(ascii(`${'{'.repeat(100_000)}x${'}'.repeat(100_000)}`))).toBe('x');
  });
});
