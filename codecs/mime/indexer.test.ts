import { describe, expect, it } from 'vitest';
import { readMessage } from './read-message.ts';
import { bodyOf, bytesOf, indexOf, leavesOf, mail } from './testing.ts';

const MIXED = ['From: a@x.org', 'Content-Type: multipart/mixed; boundary=b', ''];

describe('the parts of a message', () => {
  it('are byte ranges of the raw, numbered as IMAP numbers them', () => {
    const raw = mail(
      ...MIXED,
      'preamble',
      '--b',
      'Content-Type: multipart/alternative; boundary="c"',
      '',
      '--c',
      '',
      'one',
      '--c \t',
      'Content-Type: text/html',
      '',
      '<p>',
      '--c--',
      'epilogue',
      '--b',
      'Content-Type: application/pdf; name=x.pdf',
      'Content-Transfer-Encoding: base64',
      '',
      'QUJD',
      '',
      '--b--',
      '',
    );
    expect(leavesOf(raw)).toEqual(['1.1 text/plain one', '1.2 text/html <p>', '2 application/pdf QUJD\r\n']);
    const { parts, headerEnd, size } = indexOf(raw);
    expect(parts.map(({ path, parent, depth }) => [path, parent, depth])).toEqual([
      ['', null, 0],
      ['1', 0, 1],
      ['1.1', 1, 2],
      ['1.2', 1, 2],
      ['2', 0, 1],
    ]);
    expect(parts[0]).toMatchObject({ headerStart: 0, bodyStart: headerEnd, bodyEnd: size });
    expect(parts[4]).toMatchObject({ name: 'x.pdf', encoding: 'base64', decodedSize: 3, disposition: null });
  });

  it('of a single-part message are the message', () => {
    const raw = mail('Content-Type: text/plain; charset="UTF-8"', '', 'hi', '');
    expect(indexOf(raw).parts).toHaveLength(1);
    expect(indexOf(raw).parts[0]).toMatchObject({
      path: '1',
      charset: 'utf-8',
      decodedSize: 4,
      bodyEnd: raw.length,
    });
  });

  it.each([
    ['CRLF', '\r\n'],
    ['LF', '\n'],
    ['CR', '\r'],
  ])('are found in mail whose lines end in %s', (_, eol) => {
    const raw = bytesOf(
      [...MIXED, '--b', 'Content-Type: text/html', '', '<p>', 'x', '--b', 'X: y', '', '', '--b--', ''].join(
        eol,
      ),
    );
    expect(leavesOf(raw)).toEqual([`1 text/html <p>${eol}x`, '2 text/plain ']);
  });

  it('are not confused by boundaries that begin like others', () => {
    const raw = mail(
      'Content-Type: multipart/mixed; boundary=abc',
      '',
      '--abc',
      'Content-Type: multipart/mixed; boundary=abcdef',
      '',
      '--abcdef',
      '',
      'one',
      '--abcd',
      '--abcdefg',
      '--abcdef--x',
      '--abcdef--',
      '--abc',
      '',
      'two',
      '--abc--',
    );
    expect(leavesOf(raw)).toEqual([
      '1.1 text/plain one\r\n--abcd\r\n--abcdefg\r\n--abcdef--x',
      '2 text/plain two',
    ]);
  });

  it('end where an outer part ends, when a delimiter is missing', () => {
    const raw = mail(
      ...MIXED,
      '--b',
      'Content-Type: multipart/mixed; boundary=c',
      '',
      '--c',
      '',
      'one',
      '--b',
      '',
      'two',
    );
    expect(leavesOf(raw)).toEqual(['1.1 text/plain one', '2 text/plain two']);
    expect(indexOf(raw).degraded).toEqual(['unterminated']);
  });

  it('with the boundary of the part around them belong to the inner one', () => {
    const raw = mail(
      ...MIXED,
      '--b',
      MIXED[1] ?? '',
      '',
      '--b',
      '',
      'one',
      '--b--',
      '--b',
      '',
      'two',
      '--b--',
    );
    expect(leavesOf(raw)).toEqual(['1.1 text/plain one', '2 text/plain two']);
  });

  it('can have no header, no body, or neither', () => {
    const raw = mail(
      ...MIXED,
      '--b',
      '',
      'no header',
      '--b',
      'no separator',
      '--b',
      'X: no body',
      '--b',
      '',
      '--b--',
    );
    expect(leavesOf(raw)).toEqual([
      '1 text/plain no header',
      '2 text/plain no separator',
      '3 text/plain ',
      '4 text/plain ',
    ]);
  });

  it('are not made between delimiters that follow each other at once', () => {
    expect(leavesOf(mail(...MIXED, '--b', '--b', '', 'one', '--b', '--b--'))).toEqual(['1 text/plain one']);
  });

  it('that are messages stay one part, whatever is inside', () => {
    const raw = mail(
      ...MIXED,
      '--b',
      'Content-Type: message/rfc822',
      '',
      'Content-Type: multipart/mixed; boundary=in',
      '',
      '--in',
      'Content-Type: text/plain',
      '',
      'inner',
      '--in--',
      '--b--',
    );
    const index = indexOf(raw);
    expect(index.parts.map((part) => part.mediaType)).toEqual(['multipart/mixed', 'message/rfc822']);
    expect(index.attachments).toEqual([1]);
    expect(bodyOf(raw, index.parts[1])).toContain('--in--');
  });

  it('of a digest are messages unless they say otherwise', () => {
    const raw = mail(
      'Content-Type: multipart/digest; boundary=b',
      '',
      '--b',
      '',
      'Subject: x',
      '',
      'y',
      '--b--',
    );
    expect(indexOf(raw).parts[1]?.mediaType).toBe('message/rfc822');
  });

  it('keep a line end in front of the header as the end of the header', () => {
    const raw = mail('', 'From: a@x.org', '', 'hi');
    expect(indexOf(raw)).toMatchObject({ headerEnd: 2, from: [] });
    expect(readMessage(raw).text).toBe('From: a@x.org\r\n\r\nhi');
  });
});

describe('a damaged message is still read', () => {
  it('when a multipart names no boundary', () => {
    for (const after of ['', 'Content-Type: text/plain', 'X-Foo: bar']) {
      const raw = mail(
        'Content-Type: multipart/mixed',
        '',
        '--zzz',
        ...(after === '' ? [] : [after]),
        '',
        'hello',
        '--zzz--',
      );
      expect(readMessage(raw).text).toBe('hello');
      expect(indexOf(raw).degraded).toEqual(['boundary-guessed']);
    }
  });

  it('when the boundary is another one than named', () => {
    const raw = mail(...MIXED, '-- ', '----_x', 'content-type: text/plain', '', 'hello', '----_x--', '');
    expect(readMessage(raw).text).toBe('hello');
    expect(indexOf(raw).degraded).toEqual(['boundary-mismatch']);
  });

  it('but a boundary taken from the body gives way to the one named', () => {
    const raw = mail(
      ...MIXED,
      'as in',
      '--example',
      'Content-Type: text/plain',
      '',
      'no part',
      '--b',
      '',
      'part',
      '--b--',
    );
    expect(leavesOf(raw)).toEqual(['1 text/plain part']);
    expect(indexOf(raw).degraded).toEqual([]);
  });

  it('and lines that only look like delimiters make no parts', () => {
    const raw = mail(
      'Content-Type: multipart/mixed',
      '',
      '-- ',
      'Bob',
      '-----Original Message-----',
      'From: a',
      '',
      '--------',
      '',
      'x',
    );
    expect(readMessage(raw).text).toContain('-----Original Message-----');
    expect(indexOf(raw).degraded).toEqual(['unterminated', 'no-parts']);
  });

  it('when no boundary can be found at all', () => {
    const raw = mail(...MIXED, 'just', 'text');
    const { index, text } = readMessage(raw);
    expect(text).toBe('just\r\ntext');
    expect(index.parts[index.bodyText ?? -1]).toMatchObject({
      path: '0',
      parent: 0,
      mediaType: 'text/plain',
    });
    expect(index.attachments).toEqual([]);
  });

  it('when the empty line after the header is missing', () => {
    const raw = mail('From: a@x.org', 'Subject: s', 'hello: this', 'is the body', 'Subject: not a field', '');
    expect(readMessage(raw)).toMatchObject({
      text: 'is the body\r\nSubject: not a field\r\n',
      index: { subject: 's', degraded: ['missing-separator'] },
    });
  });

  it('when it has no header', () => {
    expect(readMessage(bytesOf('just text\nno headers\n'))).toMatchObject({
      text: 'just text\nno headers\n',
      index: { headerEnd: 0, headers: [], degraded: ['no-headers'] },
    });
  });

  it('when it has nothing but a header, or nothing at all', () => {
    expect(readMessage(bytesOf('Subject: s'))).toMatchObject({
      text: '',
      index: { subject: 's', headerEnd: 10 },
    });
    expect(readMessage(new Uint8Array(0))).toMatchObject({ text: '', index: { size: 0, degraded: [] } });
  });

  it('when every line ends in CR', () => {
    const { index, text } = readMessage(bytesOf('From: a@b\rSubject: x\r\rbody\r'));
    expect(text).toBe('body\r');
    expect(index).toMatchObject({ subject: 'x', degraded: ['bare-cr'] });
  });

  it('when lines of the header end in CR CR LF, or hold a CR', () => {
    const raw = bytesOf('Subject: a\rb\r\r\nTo: c@x.org\r\r\n\r\r\nbody');
    expect(readMessage(raw)).toMatchObject({
      text: 'body',
      index: { subject: 'a b', to: [{ address: 'c@x.org' }] },
    });
  });

  it('when a multipart claims an encoding', () => {
    const raw = mail(...MIXED.slice(0, 2), 'Content-Transfer-Encoding: base64', '', '--b', '', 'hi', '--b--');
    expect(readMessage(raw).text).toBe('hi');
    expect(indexOf(raw).parts[0]?.encoding).toBe('8bit');
  });

  it('when its text decodes to nothing', () => {
    const raw = mail('Content-Transfer-Encoding: base64', '', '!!! ???', '');
    const { index, text } = readMessage(raw);
    expect(text).toBe('!!! ???\r\n');
    expect(index.degraded).toEqual(['undecodable-text']);
    expect(index.attachments).toEqual([]);
  });

  it('when it is nothing but delimiters', () => {
    const { index, text } = readMessage(mail(...MIXED, '--b', '--b--', ''));
    expect(text).toBe('--b\r\n--b--\r\n');
    expect(index.degraded).toEqual(['raw-text']);
  });

  it('when it holds nothing but NUL', () => {
    expect(readMessage(mail('From: a', '', '\0\0')).text).toBe('\ufffd');
  });

  it('when its only content stands where nobody looks', () => {
    const raw = mail(
      ...MIXED.slice(0, 1),
      'Content-Type: multipart/mixed; boundary=b',
      '',
      'only a preamble',
      '--b--',
      'x',
    );
    const { index, text } = readMessage(raw);
    expect(text).toContain('only a preamble');
    expect(index.degraded).toEqual(['no-parts']);
  });

  it('when it begins with the line of a mailbox file or a byte order mark', () => {
    expect(indexOf(mail('From a@x.org Fri Nov 20 10:00:00 2026', 'Subject: s', '', 'x')).subject).toBe('s');
    expect(indexOf(bytesOf('\xef\xbb\xbfSubject: s\r\n\r\nx')).subject).toBe('s');
  });
});
