import { describe, expect, test } from 'vitest';
import { rtfContainer, textToRtf } from './index.ts';

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
