import { describe, expect, it } from 'vitest';
import { bytes, displayWidth, printable, shorten, tableLines } from './output.ts';

describe('printable', () => {
  it('takes escape sequences, controls and direction marks out of what a sender wrote (A56)', () => {
    expect(printable('\u001b[31mred\u001b[0m')).toBe('red');
    expect(printable('\u001b]0;title\u0007x')).not.toMatch(/[\u0000-\u001f]/);
    expect(printable('invoice\u202efdp.exe')).toBe('invoicefdp.exe');
    expect(printable('a\u009b2Jb\u0000c')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  it('makes one line of several and leaves letters of all scripts alone', () => {
    expect(printable('a\r\n\tb')).toBe('a b');
    expect(printable('来週 Ελλάδα ไทย 🎉')).toBe('来週 Ελλάδα ไทย 🎉');
  });
});

describe('columns', () => {
  it('counts wide characters twice and combined ones once', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('来週')).toBe(4);
    expect(displayWidth('👩‍💻')).toBe(2);
    expect(displayWidth('ที่')).toBe(1);
  });

  it('shortens to a number of columns without cutting a character', () => {
    expect(shorten('short', 5)).toBe('short');
    expect(shorten('longer text', 6)).toBe('longe…');
    expect(shorten('来週の会議', 6)).toBe('来週…');
    for (let width = 1; width < 12; width++) {
      expect(displayWidth(shorten('来週a👩‍💻の会議', width))).toBeLessThanOrEqual(width);
    }
  });

  it('lines up a table whatever its cells hold', () => {
    expect(
      tableLines(
        ['a', 'name'],
        [
          [1, '来週'],
          [null, 'x\u001b[1m'],
        ],
      ),
    ).toEqual(['A  NAME', '1  来週', '-  x']);
  });
});

describe('bytes', () => {
  it('is short at every size', () => {
    expect([0, 999, 1000, 1_234_567].map(bytes)).toEqual(['0 B', '999 B', '1.0 kB', '1.2 MB']);
  });
});
