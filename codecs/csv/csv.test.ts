import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvError, readCsv, shielded, unshielded, writeCsv } from './index.ts';

const fieldsOf = (text: string) => readCsv(text).map(({ fields }) => fields);

describe('comma separated values', () => {
  it('are read with any line end, and the last may lack one', () => {
    for (const end of ['\r\n', '\n', '\r']) {
      expect(fieldsOf(`a,b${end}1,2${end}`)).toEqual([
        ['a', 'b'],
        ['1', '2'],
      ]);
      expect(fieldsOf(`a,b${end}1,2`)).toEqual([
        ['a', 'b'],
        ['1', '2'],
      ]);
    }
    expect(fieldsOf('')).toEqual([]);
    expect(fieldsOf('\n\n')).toEqual([]);
    expect(fieldsOf('a,,\n')).toEqual([['a', '', '']]);
  });

  it('are told from semicolons and tabs by the first line, and by `sep=`', () => {
    expect(fieldsOf('a;b,c;d\n1;2;3\n')).toEqual([
      ['a', 'b,c', 'd'],
      ['1', '2', '3'],
    ]);
    expect(fieldsOf('a\tb\n1\t2;3\n')).toEqual([
      ['a', 'b'],
      ['1', '2;3'],
    ]);
    expect(fieldsOf('"x;y;z",b\n')).toEqual([['x;y;z', 'b']]);
    expect(readCsv('sep=|\r\na|b\r\n')).toEqual([{ line: 2, fields: ['a', 'b'] }]);
  });

  it('may begin with a byte order mark', () => {
    expect(fieldsOf('\ufeff"a",b\n')).toEqual([['a', 'b']]);
  });

  it('hold commas, quotes and line ends in quotes, and the line of a record is where it begins', () => {
    expect(readCsv('a,b\n"1,\r\n""2""",3\n\n4,5\n')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['1,\r\n"2"', '3'] },
      { line: 5, fields: ['4', '5'] },
    ]);
    // A quote within a field that does not begin with one is a character.
    expect(fieldsOf('5" disk,b\n')).toEqual([['5" disk', 'b']]);
  });

  it('say on which line they cannot be read', () => {
    expect(() => readCsv('a,b\n1,"2\n3')).toThrow(new CsvError(2, 'a quote is never closed'));
    expect(() => readCsv('a\n"1"x\n')).toThrow('line 2: there is text behind a closing quote');
  });

  it('are read as they were written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ' ', ',', ';', '"', '\r', '\n', '\t', 'č', '=') });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(table, (records) => {
        const header = ['x', 'y'];
        expect(fieldsOf(writeCsv([header, ...records]))).toEqual([header, ...records]);
      }),
    );
  });

  it('hold no formulas, and what was shielded comes back', () => {
    expect(shielded('=1+1')).toBe("'=1+1");
    expect(unshielded("'=1+1")).toBe('=1+1');
    expect(unshielded("'t Hooft")).toBe("'t Hooft");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', 'a') }), (text) => {
        expect(unshielded(shielded(text))).toBe(text);
        expect(shielded(text)).not.toMatch(/^[=+\-@]/);
      }),
    );
  });
});
