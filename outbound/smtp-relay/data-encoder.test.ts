import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataEncoder } from './data-encoder.ts';

function encode(text: string, cuts: number[] = []): string {
  const bytes = Buffer.from(text, 'latin1');
  const encoder = new DataEncoder();
  const out = new Uint8Array(bytes.length * 2 + 7);
  let [at, to] = [0, 0];
  for (const cut of [...cuts.filter((c) => c < bytes.length).sort((a, b) => a - b), bytes.length]) {
    to = encoder.encode(bytes.subarray(at, cut), out, to);
    at = cut;
  }
  return Buffer.from(out.subarray(0, encoder.end(out, to))).toString('latin1');
}

/** What a strict host makes of it: null when the end comes early or not at all. */
function decode(wire: string): string | null {
  const whole = `\r\n${wire}`;
  const end = whole.indexOf('\r\n.\r\n');
  if (end !== whole.length - 5) return null;
  return whole.slice(2, end + 2).replace(/(^|\r\n)\./g, '$1');
}

describe('a message after DATA', () => {
  test('has a dot more where a line begins with one', () => {
    expect(encode('.\r\n..a\r\nb.\r\n')).toBe('..\r\n...a\r\nb.\r\n.\r\n');
  });

  test('ends its last line, and is only the end when it is empty', () => {
    expect(encode('a')).toBe('a\r\n.\r\n');
    expect(encode('')).toBe('.\r\n');
    expect(encode('a\r')).toBe('a\r\n.\r\n');
  });

  test.each([
    ['a\n.\nMAIL FROM:<evil@x>\n', 'a\r\n..\r\nMAIL FROM:<evil@x>\r\n.\r\n'],
    ['a\r.\r\nb\r\n', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\n.\r\nb\r\n', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r\n.\rb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r\n.\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r\r\n.\r\r\nb', 'a\r\n\r\n..\r\n\r\nb\r\n.\r\n'],
  ])('cannot end early: %j', (hostile, wire) => {
    expect(encode(hostile)).toBe(wire);
  });

  test('is the same however its bytes come in, and ends once, at its end', () => {
    const piece = fc.constantFrom('\r', '\n', '.', '\r\n', '\r\n.\r\n', '\n.\n', 'x', '\xff', '\0');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }).map((p) => p.join('')),
        fc.array(fc.nat(80), { maxLength: 6 }),
        (text, cuts) => {
          const wire = encode(text);
          expect(encode(text, cuts)).toBe(wire);
          const normal = text.replace(/\r\n|\r|\n/g, '\r\n');
          expect(decode(wire)).toBe(normal === '' || normal.endsWith('\r\n') ? normal : `${normal}\r\n`);
          expect(wire).not.toMatch(/(^|[^\r])\n|\r($|[^\n])/);
        },
      ),
      { numRuns: 500 },
    );
  });
});
