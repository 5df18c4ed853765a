import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripHtml } from './html-strip.ts';
import { htmlToText } from './html-to-text.ts';

function words(text: string): string[] {
  return text.match(/[a-z0-9]+/g) ?? [];
}

describe('the text of HTML', () => {
  it.each([
    [
      '<html><head><title>T</title><style>p{}</style></head><body><p>a</p><script>x()</script></body></html>',
      'a',
    ],
    ['<p>one</p><p>two</p>', 'one\n\ntwo'],
    ['a<br>b<br><br><br><br>c', 'a\nb\n\nc'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b c'],
    ['<h1>Head</h1>x', 'Head\n\nx'],
    ['a<!-- c --> b', 'a b'],
    ['1 &lt; 2 &amp; &euro; &#x1F600; &nbsp;x', '1 < 2 & € 😀  x'],
    ['<div>banner</div><html><body>in</body></html><p>after', 'banner\nin\n\nafter'],
    ['<img src="x" alt="y">text', 'text'],
    ['<a href="https://x.org/?a=1&amp;b">link</a>', 'link'],
    ['<blockquote>q<br>r</blockquote>', '> q\n> r'],
    ['', ''],
    ['plain text', 'plain text'],
  ])('%j', (html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  it('has the targets of links when they are wanted', () => {
    const html =
      '<a href="https://x.org/">x</a> <a href="https://y.org/">https://y.org/</a> <a href="#top">t</a>';
    expect(htmlToText(html, { links: true })).toBe('x [https://x.org/] https://y.org/ t');
  });

  it('is cut at a character', () => {
    expect(htmlToText('<p>ab🎉cd</p>', { maxLength: 3 })).toBe('ab');
    expect(stripHtml('x'.repeat(100), 10).length).toBe(100);
  });

  it('holds the same words when it is only stripped of its tags', () => {
    const element = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(
          'one ',
          'two ',
          '&amp; ',
          '<br>',
          '<!-- no -->',
          '<img alt="no">',
          '<style>no</style>',
          ' 3 &lt; 4 ',
        ),
        fc
          .tuple(
            fc.constantFrom('p', 'div', 'b', 'span', 'td', 'li', 'h2', 'blockquote', 'ul'),
            fc.array(tie('node'), { maxLength: 4 }),
          )
          .map(([name, children]) => `<${name} class="no>">${children.join('')}</${name}> `),
      ),
    })).node;
    fc.assert(
      fc.property(element, (html) => {
        expect(words(stripHtml(html, 1e6))).toEqual(words(htmlToText(html)));
      }),
    );
  });

  it('is found whatever the markup is, and finding it never throws', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '</',
      '<!--',
      '-->',
      '<a ',
      '="',
      "='",
      '"',
      '<style>',
      '</style',
      '<p>',
      '&',
      '&#',
      ';',
      '&#x110000;',
      '&#xd800;',
      'x',
      ' ',
      '<![CDATA[',
      '<?',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const html = pieces.join('');
        expect(htmlToText(html).isWellFormed()).toBe(true);
        expect(stripHtml(html, 1000).isWellFormed()).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('hostile HTML costs bounded time and space', { timeout: 30_000 }, () => {
  const cases: [string, string, number][] = [
    ['<', '<', 5e6],
    ['<a ', '<a ', 5e6],
    ['<!--', '<!--', 5e6],
    ['<style', '<style', 5e6],
    ['<style></', '<style></', 3e6],
    ['<p>x', '<p>x', 25e6],
    ['&amp;', '&amp;', 5e6],
    ['&', '&', 4e5],
    ['<div>', '<div>', 4e5],
    ['<b>', '<b>', 9e4],
    ['<blockquote>x<br>', '<blockquote>x<br>', 3e5],
    ['<ul><li>x', '<ul><li>x', 1.5e5],
    ['<table><tr><td>', '<table><tr><td>', 2e5],
    ['</a>', '</a>', 5e5],
    ['<p a="', '<p a="', 5e5],
    ['spaces', ' ', 5e5],
    ['&nbsp;', '&nbsp;', 5e5],
    ['<h1>x</h1>', '<h1>x</h1>', 1e5],
    ['<a href=x>y</a>', `<a href="${'x'.repeat(1000)}">y</a>`, 5e5],
    ['<svg>', '<svg>', 9e4],
    ['<![CDATA[', '<![CDATA[', 5e5],
  ];
  it.each(cases)('%s', (_, unit, size) => {
    const html = unit.repeat(Math.floor(size / unit.length));
    const start = process.cpuUsage();
    const text = htmlToText(html, { links: true });
    const used = process.cpuUsage(start);
    expect((used.user + used.system) / 1000).toBeLessThan(4000);
    expect(text.length).toBeLessThanOrEqual(1024 * 1024);
  });

  it('whose quotations would indent every line', () => {
    const html = '<blockquote>'.repeat(240) + 'x<br>'.repeat(19_000);
    expect(htmlToText(html).length).toBeLessThan(100_000);
  });
});
