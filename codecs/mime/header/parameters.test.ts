import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseParameters } from './parameters.ts';

function params(field: string): Record<string, string> {
  return { ...parseParameters(field, 100).params };
}

describe('parameters', () => {
  it('are split from the value, in lower case', () => {
    const parsed = parseParameters('Multipart/Mixed; BOUNDARY="a;b=c" ; Charset=UTF-8', 100);
    expect(parsed.value).toBe('multipart/mixed');
    expect({ ...parsed.params }).toEqual({ boundary: 'a;b=c', charset: 'UTF-8' });
  });

  it.each([
    ['x; name=a b (1).pdf; y=z', 'a b (1).pdf'],
    ['x; name="unterminated', 'unterminated'],
    ['x; name="quote \\" and \\\\ back"', 'quote " and \\ back'],
    ['x; name="C:\\dir\\file.txt"', 'C:\\dir\\file.txt'],
    ['x; name = "spaced"', 'spaced'],
    ['x;; ; junk; name=ok', 'ok'],
    ['x; name="=?utf-8?q?=C5=BE?=.txt"', 'ž.txt'],
    ['x; name==?utf-8?B?xb4=?=', 'ž'],
    ['x; name=first; name=second', 'first'],
    ['x; name=', ''],
  ])('%s', (field, name) => {
    expect(params(field)['name']).toBe(name);
  });

  it.each([
    ["x; name*=utf-8''%C5%BEluva.pdf", 'žluva.pdf'],
    ["x; name*=iso-8859-2'cs'%BEluva.pdf", 'žluva.pdf'],
    ["x; name*0*=utf-8''%C5; name*1*=%BE; name*2=%20.pdf", 'ž%20.pdf'],
    ["x; name*1*=b; name*0*=''a; name*10*=d; name*2*=c", 'abcd'],
    ['x; name*0="one "; name*1="two"', 'one two'],
    ['x; name*0="=?utf-8?q?=C5=BE"; name*1="?="', 'ž'],
    ["x; name=plain; name*=utf-8''rich", 'rich'],
    ['x; name*=no%20charset', 'no charset'],
    ["x; name*0*=utf-8''a; name*0*=b", 'a'],
    ["x; name*=utf-8''100%25%zz", '100%%zz'],
  ])('of RFC 2231: %s', (field, name) => {
    expect(params(field)['name']).toBe(name);
  });

  it('hold names of the prototype like any other', () => {
    const parsed = parseParameters('x; __proto__=a; constructor=b; __proto__*0*=c', 100);
    expect(Object.getPrototypeOf(parsed.params)).toBeNull();
    expect(Object.entries(parsed.params).sort()).toEqual([
      ['__proto__', 'c'],
      ['constructor', 'b'],
    ]);
    expect(JSON.parse(JSON.stringify(parsed.params))).toHaveProperty(['constructor'], 'b');
  });

  it('are bounded in number, and a huge section number is none', () => {
    const many = parseParameters(`x${';a=b'.repeat(5)}`, 3);
    expect(many.truncated).toBe(true);
    expect(params("x; name*99999999999999*=a; name*5*=utf-8''b")['name']).toBe('b');
  });

  it('never hold control characters and never make parsing throw', () => {
    const pieces = fc.array(
      fc.constantFrom(
        ';',
        '=',
        '"',
        '\\',
        "'",
        '*',
        '%',
        '0',
        '1',
        'name',
        'utf-8',
        '%0A',
        ' ',
        '=?utf-8?q?=00?=',
      ),
    );
    fc.assert(
      fc.property(pieces, (list) => {
        const parsed = parseParameters(list.join(''), 100);
        for (const value of Object.values(parsed.params)) expect(value).not.toMatch(/[\0-\x1f]/);
      }),
    );
  });
});
