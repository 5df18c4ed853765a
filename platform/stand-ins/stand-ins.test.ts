import { createRequire } from 'node:module';
import fc from 'fast-check';
import { compile, type HtmlToTextOptions } from 'html-to-text';
import pg from 'pg';
import { describe, expect, test, vi } from 'vitest';
import byDefault, { render } from './dom-serializer.ts';
import { HTML, isUnsafe, XML } from './is-unsafe.ts';

const load = createRequire(import.meta.url);

describe('dom-serializer', () => {
  const element = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('text', ' &amp; ', '&eacute;', '<br>', '<img src="x">', '<!-- c -->', '<hr>'),
      fc
        .tuple(
          fc.constantFrom(
            'p',
            'a',
            'b',
            'div',
            'table',
            'tr',
            'td',
            'ul',
            'li',
            'h1',
            'pre',
            'svg',
            'blockquote',
          ),
          fc.array(tie('node'), { maxLength: 4 }),
        )
        .map(([name, inner]) => `<${name} href="https://x.example/?a=1&amp;b">${inner.join('')}</${name}>`),
    ),
  })).node as fc.Arbitrary<string>;

  test('no HTML makes the converter write an element as HTML', async () => {
    vi.doMock('html-to-text', () => ({ compile: guarded }));
    const strip = vi.fn((html: string) => html);
    vi.doMock('../../codecs/text/html-strip.ts', () => ({ stripHtml: strip }));
    const { htmlToText } = await import('../../codecs/text/html-to-text.ts');
    fc.assert(
      fc.property(element, fc.boolean(), (html, links) => {
        htmlToText(html, { links });
        // What the converter throws leads there.
        expect(strip, html).not.toHaveBeenCalled();
      }),
      { numRuns: 500 },
    );
  });

  test('an element that is to stay HTML is an error, by either name', () => {
    expect(byDefault).toBe(render);
    const convert = guarded({ selectors: [{ selector: 'b', format: 'inlineHtml' }] });
    expect(() => convert('<p>a <b>c</b></p>')).toThrow(/written as HTML/);
  });
});

/** The converter with the stand-in in the two places that use the package. */
function guarded(options: HtmlToTextOptions) {
  return compile({ ...options, formatters: { inlineHtml: render, blockHtml: render } });
}

test('an entity of a document is never safe', () => {
  expect(isUnsafe('&#60;', [HTML, XML])).toBe(true);
  expect(isUnsafe('')).toBe(true);
});

test('the pool that pg derives from this one is never made, and what drizzle asks of it is no pool', () => {
  const Pool = load('./pg-pool.cjs') as new () => object;
  class BoundPool extends Pool {}
  expect(() => new BoundPool()).toThrow(/not pooled/);
  expect(new pg.Client('postgres://user:word@127.0.0.1/x') instanceof BoundPool).toBe(false);
});

test('a password that the address does not hold is none', () => {
  const pgpass = load('./pgpass.cjs') as (connection: unknown, callback: (word?: string) => void) => void;
  const given = vi.fn();
  pgpass({ host: 'x', user: 'y' }, given);
  expect(given).toHaveBeenCalledExactlyOnceWith(undefined);
});
