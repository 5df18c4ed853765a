import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTnef } from './index.ts';
import { tnefOf } from './testing.ts';

describe('a winmail.dat (MS-OXTNEF)', () => {
  test('gives its RTF body and how things are attached', () => {
    const rtf = Uint8Array.from([1, 2, 3, 4, 5]);
    expect(readTnef(tnefOf({ rtf, methods: [6, 1] }))).toEqual({ rtf, attachMethods: [6, 1] });
    expect(readTnef(tnefOf({ rtf: null, methods: [] }))).toEqual({ rtf: null, attachMethods: [] });
  });

  test('that is none gives nothing', () => {
    expect(readTnef(new Uint8Array())).toBeNull();
    expect(readTnef(new TextEncoder().encode('no TNEF at all'))).toBeNull();
  });

  test('that is cut or damaged never throws, and costs bounded time', () => {
    const whole = tnefOf({ rtf: new Uint8Array(40), methods: [6] });
    for (let end = 0; end < whole.length; end++) readTnef(whole.subarray(0, end));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const damaged = whole.slice();
        damaged[at] = byte;
        readTnef(damaged);
      }),
    );
    const start = performance.now();
    // A count of four billion values, of four bytes and of none, in a file of some bytes.
    const header = [0x78, 0x9f, 0x3e, 0x22, 0, 0, 1, 0x03, 0x90, 6, 0, 16, 0, 0, 0];
    for (const type of [0x03, 0x02]) {
      const count = [type, 0x10 | (type === 2 ? 1 : 0), 0, 0, 255, 255, 255, 255, 0, 0, 0, 0];
      readTnef(Uint8Array.from([...header, 1, 0, 0, 0, ...count]));
    }
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
