import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toCrlf } from '../codecs/mime/edit/index.ts';
import { decodeTransfer, MimeIndexer } from '../codecs/mime/index.ts';
import { fitLines } from './fit-lines.ts';

const bytes = (text: string) => toCrlf(new TextEncoder().encode(text));
const text = (data: Uint8Array | null) => (data === null ? null : new TextDecoder().decode(data));
const long = 'x'.repeat(1200);

/** Content of each leaf, decoded. */
function leaves(raw: Uint8Array): string[] {
  const indexer = new MimeIndexer();
  indexer.write(raw);
  return indexer
    .end()
    .parts.filter((p) => !p.mediaType.startsWith('multipart/'))
    .map((p) => new TextDecoder().decode(decodeTransfer(raw.subarray(p.bodyStart, p.bodyEnd), p.encoding)));
}

const longest = (raw: Uint8Array) => Math.max(...(text(raw) ?? '').split('\r\n').map((l) => l.length));

describe('lines of a message that leaves', () => {
  test('stay as they are when they are short', () => {
    const raw = bytes('Subject: S\n\nWords.\n');
    expect(fitLines(raw)).toBe(raw);
  });

  test.each([
    ['text', `Content-Type: text/html; charset=utf-8\nSubject: S\n\nž${long}\n`],
    ['text without a word of what it is', `Subject: S\n\n${long}`],
    ['a NUL', 'Subject: S\n\na\0b\n'],
    [
      'quoted-printable on one line',
      `Content-Transfer-Encoding: quoted-printable\nSubject: S\n\n=C5=BE${long}\n`,
    ],
    ['base64 on one line', `Content-Transfer-Encoding: base64\nSubject: S\n\n${btoa(long)}\n`],
  ])('of %s too long: the content is the same, in base64', (_what, mail) => {
    const raw = bytes(mail);
    const out = fitLines(raw) ?? new Uint8Array();
    expect(longest(out)).toBeLessThan(100);
    expect(out.includes(0)).toBe(false);
    expect(leaves(out)).toEqual(leaves(raw));
    expect(text(out)?.match(/^Content-Transfer-Encoding: .*$/gm)).toEqual([
      'Content-Transfer-Encoding: base64',
    ]);
    expect(text(out)).toContain('Subject: S\r\n');
  });

  test('of one part too long: the others are not touched', () => {
    const raw = bytes(
      `Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nshort\n--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=a.csv\nContent-Transfer-Encoding: 7bit\n\n${long}\n--b--\n`,
    );
    const out = fitLines(raw) ?? new Uint8Array();
    expect(text(out)).toContain('--b\r\nContent-Type: text/plain\r\n\r\nshort\r\n--b\r\n');
    expect(leaves(out)).toEqual(['short', long]);
    expect(text(out)).toContain('filename=a.csv\r\nContent-Transfer-Encoding: base64\r\n');
  });

  test('of a message within a message are encoded there', () => {
    const raw = bytes(
      `Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: inner\n\n${long}\n--b--\n`,
    );
    const out = text(fitLines(raw)) ?? '';
    expect(out).toMatch(
      /Content-Type: message\/rfc822\r\n\r\nSubject: inner\r\nContent-Transfer-Encoding: base64\r\n\r\neHh4/,
    );
  });

  test('of fields are folded at blanks, or between addresses', () => {
    const words = `Subject: ${'word '.repeat(400)}end`;
    const to = `To: ${Array.from({ length: 100 }, (_, n) => `somebody${n}@example.com`).join(',')}`;
    const raw = bytes(`${words}\n${to}\n\nx\n`);
    const out = fitLines(raw) ?? new Uint8Array();
    expect(longest(out)).toBeLessThan(998);
    const index = (data: Uint8Array) => {
      const indexer = new MimeIndexer();
      indexer.write(data);
      const { subject, to: people } = indexer.end();
      return { subject, people };
    };
    expect(index(out)).toEqual(index(raw));
  });

  test.each([
    ['a field without a place to fold it', `Subject: ${long}\n\nx`],
    ['a NUL in a field', 'Subject: a\0b\n\nx'],
    ['a preamble', `Content-Type: multipart/mixed; boundary=b\n\n${long}\n--b\n\nx\n--b--\n`],
  ])('cannot be mended in %s', (_what, mail) => {
    expect(fitLines(bytes(mail))).toBeNull();
  });

  test('are short afterwards in whatever comes out', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '--b\n',
        '--b--\n',
        '\n',
        'Content-Type: multipart/mixed; boundary=b\n',
        `${long}\n`,
        '\0',
      ),
      fc.constantFrom(
        'Content-Type: message/rfc822\n',
        'Content-Transfer-Encoding: base64\n',
        ' x\n',
        'A: b\n',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const out = fitLines(bytes(`Subject: S\n${pieces.join('')}`));
        if (out === null) return;
        expect(longest(out)).toBeLessThanOrEqual(998);
        expect(out.includes(0)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
