import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePartStream } from '../index.ts';
import { bytesOf, indexOf, leavesOf, mail } from '../testing.ts';
import { decodeTransfer } from '../transfer/decode.ts';
import { assemble } from './assemble.ts';
import { type Chunks, encodeText, join } from './bytes.ts';
import { carryMessage, carryPart } from './carry.ts';
import { addressField, dateField, idsField, textField } from './fields.ts';
import { rewriteHeader, scanHeader } from './header.ts';
import { hasBareLineEnd, toCrlf } from './line-ends.ts';
import { encodeTextPart } from './text-part.ts';

const latin1 = (bytes: Uint8Array) => Array.from(bytes, (b) => String.fromCharCode(b)).join('');
const message = (content: Chunks) => join([encodeText('Subject: s\r\nMIME-Version: 1.0\r\n'), ...content]);

describe('line ends', () => {
  test('every CR or LF that stands alone becomes CRLF', () => {
    expect(latin1(toCrlf(bytesOf('a\nb\rc\r\nd\r\r\n\n')))).toBe('a\r\nb\r\nc\r\nd\r\n\r\n\r\n');
    expect(latin1(toCrlf(bytesOf('\r')))).toBe('\r\n');
  });

  test('bytes that are so already are not copied', () => {
    const bytes = bytesOf('a\r\nb\r\n');
    expect(toCrlf(bytes)).toBe(bytes);
    expect(hasBareLineEnd(bytes)).toBe(false);
  });

  test('the result has no bare line end and the same lines, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '\r', '\n', '\r\n')), (pieces) => {
        const text = pieces.join('');
        const out = latin1(toCrlf(bytesOf(text)));
        expect(hasBareLineEnd(bytesOf(out))).toBe(false);
        expect(out.split('\r\n')).toEqual(text.split(/\r\n|\r|\n/));
      }),
    );
  });
});

describe('header', () => {
  const raw = mail('To: a@x', 'BCC: b@x,', '\tc@x', 'Bcc : d@x', 'Subject: s', '', 'Bcc: no field');

  test('fields are taken out with their continuation, in any spelling, and the body stays', () => {
    expect(latin1(join(rewriteHeader(raw, new Set(['bcc']), ['Date: now'])))).toBe(
      'To: a@x\r\nSubject: s\r\nDate: now\r\n\r\nBcc: no field',
    );
  });

  test('a header without an empty line ends where the indexer sees it end', () => {
    const cut = mail('From a b', 'To: a@x', 'some text', 'Bcc: b@x');
    expect(scanHeader(cut).fields.map((f) => f.name)).toEqual(['to']);
    const out = join(rewriteHeader(cut, new Set(), []));
    expect(latin1(out)).toBe('To: a@x\r\n\r\nsome text\r\nBcc: b@x');
    expect(indexOf(cut).bcc).toEqual([]);
    expect(latin1(join(rewriteHeader(mail('To: a@x'), new Set(), [])))).toBe('To: a@x\r\n\r\n');
  });

  test('finds the fields that the indexer finds', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '',
        ' ',
        '\tmore',
        'Bcc: b@x',
        'bCC\t: c@x',
        'To:a@x',
        'From x',
        '>From y',
        'text',
        ':',
        'é: 1',
        ' Bcc: d@x',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const bytes = toCrlf(encodeText(lines.join('\r\n')));
        const index = indexOf(bytes);
        expect(scanHeader(bytes).fields.map((f) => f.name)).toEqual(index.headers.map((f) => f.name));
        const stripped = indexOf(join(rewriteHeader(bytes, new Set(['bcc']), [])));
        expect(stripped.bcc).toEqual([]);
      }),
    );
  });
});

describe('fields that are written', () => {
  test('text outside of ASCII becomes encoded words that read as the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const field = textField('Subject', text);
        for (const line of field.split('\r\n')) expect(line).toMatch(/^[\x20-\x7e]*$/);
        const subject = indexOf(bytesOf(`${field}\r\n\r\n`)).subject;
        const plain = text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
        expect(subject.replace(/\s+/g, ' ')).toBe(
          plain
            .replace(/[\u0080-\u009f\u2028\u2029]+/g, ' ')
            .replace(/\s+/g, ' ')
            .trim(),
        );
      }),
    );
  });

  test('lines stay short where there are spaces', () => {
    const field = textField('Subject', 'words '.repeat(60));
    expect(Math.max(...field.split('\r\n').map((l) => l.length))).toBeLessThanOrEqual(76);
    expect(
      Math.max(
        ...textField('Subject', 'ž'.repeat(300))
          .split('\r\n')
          .map((l) => l.length),
      ),
    ).toBeLessThanOrEqual(78);
  });

  test('names are quoted or encoded as they need it, and no line end gets in', () => {
    const people = [
      { name: 'Ann Lee', address: 'ann@x.example' },
      { name: 'Lee, "Bob"', address: 'bob@x.example' },
      { name: 'Čeněk', address: 'cenek@x.example' },
      { name: '', address: 'd@x.example' },
      { name: 'Eve\r\nBcc: f@x.example', address: 'e@x.example>\r\nBcc: g@x.example' },
    ];
    const index = indexOf(bytesOf(`${addressField('To', people)}\r\n\r\n`));
    expect(index.to.slice(0, 4)).toEqual(people.slice(0, 4));
    expect(index.bcc).toEqual([]);
  });

  test('ids and dates read as they were', () => {
    const raw = bytesOf(
      `${idsField('References', ['a@x', 'b@x'])}\r\n${dateField(1_700_000_000_000)}\r\n\r\n`,
    );
    expect(indexOf(raw)).toMatchObject({ references: ['a@x', 'b@x'], date: 1_700_000_000_000 });
  });
});

describe('text parts', () => {
  test('hold their text in lines that any relay takes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constant('x'.repeat(3000)), fc.constant('a \t\r\n= .\nž')),
        (text) => {
          const raw = message(encodeTextPart('plain', text));
          const [part] = indexOf(raw).parts;
          const body = part === undefined ? bytesOf('') : raw.subarray(part.bodyStart, part.bodyEnd);
          const decoded = decodeTransfer(body, part?.encoding ?? '');
          expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(decoded)).toBe(
            text.toWellFormed().replace(/\r\n|\r|\n/g, '\r\n'),
          );
          for (const line of latin1(body).split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
        },
      ),
    );
  });
});

describe('parts that are carried over', () => {
  test('are the same bytes, header included', () => {
    const raw = mail(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: image/png;',
      ' name="=?utf-8?Q?=C4=8D?=.png"',
      'X-Own: kept',
      'Content-Transfer-Encoding: base64',
      '',
      'AAEC',
      'Aw==',
      '--b--',
    );
    const part = indexOf(raw).parts[1];
    const carried = part === undefined ? '' : latin1(join(carryPart(raw, part)));
    expect(carried).toBe(
      'Content-Type: image/png;\r\n name="=?utf-8?Q?=C4=8D?=.png"\r\nX-Own: kept\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\nAw==',
    );
  });

  test('of a whole message only the fields that describe its content are taken', () => {
    const raw = mail('From: a@x', 'Content-Class: voice', 'Content-Type: audio/mp3', 'Bcc: b@x', '', 'x');
    const [root] = indexOf(raw).parts;
    expect(root === undefined ? '' : latin1(join(carryPart(raw, root)))).toBe(
      'Content-Type: audio/mp3\r\n\r\nx',
    );
  });

  test('with bare line ends they are encoded, and their content is the same', async () => {
    const raw = bytesOf(
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: 8bit\n\na\nb\rc\xff\r\n\n--b--\n',
    );
    const part = indexOf(raw).parts[1];
    if (part === undefined) throw new Error('no part');
    const content = latin1(raw.subarray(part.bodyStart, part.bodyEnd));
    const out = message(
      assemble({ text: 't', html: null, calendar: null, inline: [], attachments: [carryPart(raw, part)] }),
    );
    expect(hasBareLineEnd(out)).toBe(false);
    const index = indexOf(out);
    const again = index.parts[index.attachments[0] ?? -1];
    if (again === undefined) throw new Error('no attachment');
    const stream = decodePartStream(
      new Blob([out.slice(again.bodyStart, again.bodyEnd)]).stream(),
      again.encoding,
    );
    expect(latin1(new Uint8Array(await new Response(stream).arrayBuffer()))).toBe(content);
  });

  test('a message is attached whole and unencoded', () => {
    const inner = mail('Subject: in', 'Bcc: b@x', '', 'text');
    const out = message(
      assemble({
        text: 't',
        html: null,
        calendar: null,
        inline: [],
        attachments: [carryMessage(inner, 'Ře: "x"\r\n')],
      }),
    );
    expect(leavesOf(out)).toEqual(['1 text/plain t', `2 message/rfc822 ${latin1(inner)}`]);
    expect(indexOf(out).parts[2]?.name).toMatch(/^[\w .-]+\.eml$/);
  });
});

describe('a message that is put together', () => {
  const file: Chunks = [
    encodeText(
      'Content-Type: image/png; name=a.png\r\nContent-ID: <a@x>\r\nContent-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC',
    ),
  ];
  const calendar: Chunks = [encodeText('Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR')];
  const none = { text: null, html: null, calendar: null, inline: [], attachments: [] };

  test('has the structure that readers expect', () => {
    const out = message(
      assemble({ text: 't', html: '<img src="cid:a@x">', calendar, inline: [file], attachments: [file] }),
    );
    const index = indexOf(out);
    expect(index.parts.map((p) => p.mediaType)).toEqual([
      'multipart/mixed',
      'multipart/alternative',
      'text/plain',
      'multipart/related',
      'text/html',
      'image/png',
      'text/calendar',
      'image/png',
    ]);
    expect(index.bodyCalendar).toBe(6);
    expect(index.degraded).toEqual([]);
    expect(index.parts[5]?.isInline).toBe(true);
  });

  test('without HTML shows what belongs into it as files, and is text at least', () => {
    const out = indexOf(message(assemble({ ...none, inline: [file] })));
    expect(out.parts.map((p) => p.mediaType)).toEqual(['multipart/mixed', 'text/plain', 'image/png']);
    expect(indexOf(message(assemble(none))).parts.map((p) => p.mediaType)).toEqual(['text/plain']);
  });

  test('says that it holds 8-bit bytes when it does', () => {
    const eight: Chunks = [
      bytesOf('Content-Type: text/csv; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xe8'),
    ];
    const head = (attachments: Chunks[]) =>
      latin1(join(assemble({ ...none, text: 't', attachments }))).split('\r\n\r\n')[0];
    expect(head([eight])).toContain('Content-Transfer-Encoding: 8bit');
    expect(head([file])).not.toContain('Content-Transfer-Encoding');
  });
});
