import { describe, expect, it } from 'vitest';
import { MimeIndexer } from './indexer.ts';
import { DEFAULT_MIME_LIMITS } from './limits.ts';
import { indexMessage, readMessage } from './read-message.ts';
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

describe('the fields of a message', () => {
  it('are unfolded, decoded and bounded', () => {
    const raw = mail(
      'From: =?utf-8?q?J=C3=BCrgen?= <j@x.org>',
      'To: a@x.org',
      'To: b@x.org',
      'Subject: one',
      '\ttwo =?utf-8?q?=C5=BE?=',
      'Subject: second',
      'Date: Fri, 20 Nov 2026 10:00:00 +0100',
      'Message-ID: <m@x>',
      'In-Reply-To: <2@x>',
      'References: <1@x> <2@x>',
      'X-Priority: 1 (Highest)',
      'List-Id: The list <List.Example.org>',
      'Auto-Submitted: auto-replied (vacation)',
      'Content-Class: urn:content-classes:message',
      '',
      'hi',
    );
    expect(indexOf(raw)).toMatchObject({
      from: [{ name: 'Jürgen', address: 'j@x.org' }],
      to: [{ address: 'a@x.org' }, { address: 'b@x.org' }],
      subject: 'one two ž',
      date: Date.UTC(2026, 10, 20, 9),
      messageId: 'm@x',
      inReplyTo: ['2@x'],
      references: ['1@x', '2@x'],
      importance: 'high',
      listId: 'list.example.org',
      autoSubmitted: 'auto-replied',
      contentClass: 'urn:content-classes:message',
    });
    expect(indexOf(raw).headers[3]).toEqual({ name: 'subject', value: 'one two =?utf-8?q?=C5=BE?=' });
  });

  it.each([
    ['Importance: low', 'low'],
    ['Importance: HIGH', 'high'],
    ['X-MSMail-Priority: High', 'high'],
    ['X-Priority: 5', 'low'],
    ['X-Priority: 3 (Normal)', 'normal'],
    ['Priority: non-urgent', 'low'],
    ['Importance: strange', 'normal'],
  ])('%s makes the importance %s', (field, importance) => {
    expect(indexOf(mail(field, '', '')).importance).toBe(importance);
  });

  it('in raw 8-bit bytes are read as UTF-8, else in the charset of the body, else as windows-1252', () => {
    expect(indexOf(bytesOf('Subject: K\xc5\xaf\xc5\x88\r\n\r\n')).subject).toBe('Kůň');
    expect(
      indexOf(bytesOf('Subject: \xcf\xf0\r\nContent-Type: text/plain; charset=windows-1251\r\n\r\n')).subject,
    ).toBe('Пр');
    expect(
      indexOf(bytesOf('Subject: Gr\xfc\xdfe\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n')),
    ).toMatchObject({
      subject: 'Grüße',
      degraded: ['raw-8bit-header'],
    });
  });

  it('that came twice count once, and a second From is told', () => {
    const raw = mail(
      'From: real@bank.example',
      'From: evil@x.example',
      'Content-Type: text/plain',
      'Content-Type: text/html',
      '',
      'x',
    );
    expect(indexOf(raw)).toMatchObject({
      from: [{ address: 'real@bank.example' }],
      degraded: ['duplicate-from'],
      bodyText: 0,
    });
  });

  it('hold no control characters', () => {
    const raw = bytesOf('Subject: x\0y =?utf-8?q?=0D=0ABcc:_z?=\r\nFrom: "a\0b" <a@b>\r\n\r\nbody\0');
    expect(JSON.stringify(indexOf(raw))).not.toMatch(/\\u00|\\r|\\n/);
    expect(readMessage(raw).text).toBe('body');
  });

  it('with names of the prototype are fields like others', () => {
    const raw = mail(
      '__proto__: x',
      'constructor: y',
      'Content-Type: text/plain; __proto__=x; constructor=y',
      '',
      'hi',
    );
    const { headers, parts } = indexOf(raw);
    expect(headers.slice(0, 2).map((field) => field.name)).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(parts[0]?.params ?? {})).toEqual(['__proto__', 'constructor']);
  });
});

describe('a part', () => {
  function part(...fields: string[]) {
    return indexOf(mail(...MIXED, '--b', ...fields, '', 'QUJD', '--b--')).parts[1];
  }

  it.each([
    ['Content-Disposition: attachment; filename="a.txt"', { disposition: 'attachment', name: 'a.txt' }],
    ['Content-Disposition: INLINE', { disposition: 'inline', name: null }],
    ['Content-Disposition: form-data; name=x', { disposition: 'attachment', name: null }],
    ['Content-Type: pdf; name=x.pdf', { mediaType: 'application/octet-stream', name: 'x.pdf' }],
    ['Content-Type: text', { mediaType: 'text/plain' }],
    ['Content-Type: text/html, charset=x', { mediaType: 'text/html' }],
    ['Content-Type:', { mediaType: 'text/plain' }],
    ['Content-Transfer-Encoding: "Base64" (yes)', { encoding: 'base64', decodedSize: 3 }],
    ['Content-Transfer-Encoding: x-strange', { encoding: 'x-strange', decodedSize: 4 }],
    ['Content-ID: <i@x>', { contentId: 'i@x' }],
    ['Content-Location: http://x.org/a\r\n /b', { contentLocation: 'http://x.org/a/b' }],
    ['Content-Description: =?utf-8?q?=C5=BE?=', { description: 'ž' }],
    ['Content-Disposition: attachment; filename="a\u0000\tb.txt"', { name: 'a b.txt' }],
    ['Content-Disposition: attachment; filename="../../etc/passwd"', { name: '../../etc/passwd' }],
  ])('with %s', (field, expected) => {
    expect(part(field)).toMatchObject(expected);
  });
});

describe('limits', () => {
  it('on parts make the rest of the message one part', () => {
    const raw = mail(
      ...MIXED,
      ...Array.from({ length: 9 }, (_, i) => ['--b', '', `part ${i}`]).flat(),
      '--b--',
    );
    const indexer = new MimeIndexer({ maxParts: 4 });
    indexer.write(raw);
    const { parts, degraded, bodyText, attachments } = indexer.end();
    expect(parts).toHaveLength(4);
    expect(bodyOf(raw, parts[3])).toContain('part 8');
    expect({ degraded, bodyText, attachments }).toEqual({
      degraded: ['parts-limit'],
      bodyText: 1,
      attachments: [2, 3],
    });
  });

  it('on depth make a deeper multipart text', () => {
    const raw = mail(
      ...MIXED,
      '--b',
      'Content-Type: multipart/mixed; boundary=c',
      '',
      '--c',
      '',
      'x',
      '--c--',
      '--b--',
    );
    const { index, text } = readMessage(raw, { limits: { maxDepth: 1 } });
    expect(text).toBe('--c\r\n\r\nx\r\n--c--');
    expect(index.degraded).toEqual(['depth-limit']);
  });

  it('on header fields keep those that matter, wherever they stand', () => {
    const flood = Array.from({ length: 500 }, (_, i) => `X-${i}: ${i}`);
    const raw = mail(...flood, 'Subject: last', 'Content-Type: text/html', 'Subject: again', '', 'x');
    const { index, html } = readMessage(raw, { limits: { maxHeaderFields: 10 } });
    expect(index.headers).toHaveLength(12);
    expect(index).toMatchObject({ subject: 'last', degraded: ['header-limit'] });
    expect(html).toBe('x');
  });

  it('on a field cut it, folded or not', () => {
    const { index } = readMessage(
      mail(`Subject: ${'a'.repeat(300)}`, 'X-A: a', ...Array(99).fill(' a'), '', 'x'),
      {
        limits: { maxFieldBytes: 100 },
      },
    );
    expect(index.subject.length).toBeLessThanOrEqual(100);
    expect(index.headers.every(({ value }) => value.length <= 100)).toBe(true);
    expect(index.degraded).toEqual(['field-limit']);
  });

  it.each([
    { maxParts: 0 },
    { maxDepth: 1.5 },
    { maxFieldBytes: Number.NaN },
    { maxHeaderBytes: Number.POSITIVE_INFINITY },
  ])('%o are refused', (limits) => {
    expect(() => new MimeIndexer(limits)).toThrow(RangeError);
  });

  it('have defaults that cannot be changed by accident', () => {
    expect(Object.isFrozen(DEFAULT_MIME_LIMITS)).toBe(true);
  });
});

describe('a source', () => {
  const raw = mail('Subject: s', '', 'hi');

  it('can be a stream, an iterable or bytes', async () => {
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield raw.subarray(0, 5);
      yield raw.subarray(5);
    }
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(raw);
        controller.close();
      },
    });
    const expected = await indexMessage(raw);
    expect(await indexMessage(chunks())).toEqual(expected);
    expect(await indexMessage(stream)).toEqual(expected);
  });

  it('that fails makes indexing fail', async () => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.error(new Error('source lost'));
      },
    });
    await expect(indexMessage(stream)).rejects.toThrow('source lost');
  });

  it('cannot go on after its end', () => {
    const indexer = new MimeIndexer();
    indexer.end();
    expect(() => indexer.write(raw)).toThrow();
    expect(() => indexer.end()).toThrow();
  });
});
