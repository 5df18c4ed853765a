import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeaderFilter, type HeaderFilterOptions } from './header-filter.ts';

const encode = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const decode = (bytes: Uint8Array) => Array.from(bytes, (b) => String.fromCharCode(b)).join('');

const OPTIONS: HeaderFilterOptions = {
  fate: (name) => (name === 'x-bad' ? 'drop' : name === 'x-look' ? 'look' : 'keep'),
  drops: (_name, value) => value.startsWith('evil'),
  top: encode('Top: 1\r\n'),
};

function filtered(text: string, cuts: number[] = [], options = OPTIONS): string {
  const filter = new HeaderFilter(options);
  const bytes = encode(text);
  const at = [...new Set([0, ...cuts.map((c) => c % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  let out = '';
  const write = (part: Uint8Array) => {
    const into = new Uint8Array(filter.bound(part.length));
    out += decode(into.subarray(0, filter.write(part, into)));
  };
  for (let i = 1; i < at.length; i++) write(bytes.subarray(at[i - 1], at[i]));
  const into = new Uint8Array(filter.bound(0));
  return out + decode(into.subarray(0, filter.end(into)));
}

describe('the filter of a header', () => {
  it.each([
    ['drops a field', 'A: 1\r\nX-Bad: 2\r\nB: 3\r\n\r\nbody', 'Top: 1\r\nA: 1\r\nB: 3\r\n\r\nbody'],
    ['drops its continuation lines', 'X-Bad: 2\r\n more\r\n\tmore\r\nB: 3\r\n\r\n', 'Top: 1\r\nB: 3\r\n\r\n'],
    ['drops it in any spelling', 'x-BAD : 2\r\nB: 3\r\n\r\n', 'Top: 1\r\nB: 3\r\n\r\n'],
    ['drops the last one', 'A: 1\r\nX-Bad: 2\r\n\r\nX-Bad: body', 'Top: 1\r\nA: 1\r\n\r\nX-Bad: body'],
    ['drops it behind LF alone', 'A: 1\nX-Bad: 2\n more\nB: 3\n\nbody', 'Top: 1\r\nA: 1\nB: 3\n\nbody'],
    ['drops it behind CR alone', 'A: 1\rX-Bad: 2\rB: 3\r\n\r\nbody', 'Top: 1\r\nA: 1\rB: 3\r\n\r\nbody'],
    ['looks at a value', 'X-Look: evil\r\nX-Look: fine\r\n\r\n', 'Top: 1\r\nX-Look: fine\r\n\r\n'],
    ['looks at a folded value', 'X-Look:\r\n  evil\r\n more\r\nB: 3\r\n\r\n', 'Top: 1\r\nB: 3\r\n\r\n'],
    [
      'leaves the body as it is',
      'A: 1\r\n\r\nX-Bad: 2\r\n\r\nX-Bad: 3',
      'Top: 1\r\nA: 1\r\n\r\nX-Bad: 2\r\n\r\nX-Bad: 3',
    ],
    [
      'sees a header end without an empty line',
      'A: 1\r\nwords here\r\nX-Bad: 2',
      'Top: 1\r\nA: 1\r\nwords here\r\nX-Bad: 2',
    ],
    ['puts nothing on top of what has no header', 'words\r\nX-Bad: 2\r\n', 'words\r\nX-Bad: 2\r\n'],
    ['puts nothing on top of an empty header', '\r\nX-Bad: 2\r\n', '\r\nX-Bad: 2\r\n'],
    [
      'passes the separator of mbox files',
      'From a@b Sat\r\nX-Bad: 2\r\nA: 1\r\n\r\n',
      'From a@b Sat\r\nTop: 1\r\nA: 1\r\n\r\n',
    ],
    ['ends with a dropped field', 'A: 1\r\nX-Bad: 2', 'Top: 1\r\nA: 1\r\n'],
    ['ends within a name', 'A: 1\r\nX-B', 'Top: 1\r\nA: 1\r\nX-B'],
    ['ends within a value that is looked at', 'A: 1\r\nX-Look: ev', 'Top: 1\r\nA: 1\r\nX-Look: ev'],
    ['passes 8-bit bytes', 'A: \xe4\xff\r\nX-Bad: \xe4\r\n\r\n\xff', 'Top: 1\r\nA: \xe4\xff\r\n\r\n\xff'],
    ['passes an empty message', '', ''],
  ])('%s', (_what, text, expected) => {
    expect(filtered(text)).toBe(expected);
    expect(
      filtered(
        text,
        Array.from({ length: text.length }, (_, i) => i),
      ),
    ).toBe(expected);
  });

  it('passes and drops values and names of any length', () => {
    const long = 'y'.repeat(100_000);
    expect(filtered(`X-Look: fine${long}\r\n more\r\nB: 1\r\n\r\n`)).toBe(
      `Top: 1\r\nX-Look: fine${long}\r\n more\r\nB: 1\r\n\r\n`,
    );
    expect(filtered(`X-Look: evil${long}\r\n more\r\nB: 1\r\n\r\n`)).toBe('Top: 1\r\nB: 1\r\n\r\n');
    expect(filtered(`A: 1\r\n${long}: 1\r\nX-Bad: 2\r\n\r\n`)).toBe(`Top: 1\r\nA: 1\r\n${long}: 1\r\n\r\n`);
  });

  it('gives the same however the bytes come, and the same bytes where nothing is left out', () => {
    const piece = fc.constantFrom(
      'A: 1',
      'X-Bad: 2',
      'X-Look: evil',
      'X-Look: ok',
      ' more',
      '\t',
      '\r\n',
      '\n',
      '\r',
      'x',
      ':',
      'From ',
    );
    const text = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(500), { maxLength: 8 }), (t, cuts) => {
        expect(filtered(t, cuts)).toBe(filtered(t));
        const all: HeaderFilterOptions = { fate: () => 'look', drops: () => false, top: new Uint8Array() };
        expect(filtered(t, cuts, all)).toBe(t);
      }),
    );
  });
});
