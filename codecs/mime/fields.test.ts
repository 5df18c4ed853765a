import { describe, expect, it } from 'vitest';
import { readMessage } from './read-message.ts';
import { bytesOf, indexOf, mail } from './testing.ts';

const MIXED = ['From: a@x.org', 'Content-Type: multipart/mixed; boundary=b', ''];

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
