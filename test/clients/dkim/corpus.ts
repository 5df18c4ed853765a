import { Buffer } from 'node:buffer';

export const NOT_FOR_DKIMPY = 'blanks before the colon';

/** Messages of many shapes, as authors hand them in; each is from the domain `one.test`. */
export function corpus(): { name: string; raw: Uint8Array }[] {
  const base = [
    'From: Ann <ann@one.test>',
    'To: bob@else.test',
    'Subject: Hello',
    'Date: Fri, 20 Nov 2026 12:00:00 +0000',
    'Message-ID: <a@one.test>',
    'MIME-Version: 1.0',
  ];
  const text = (name: string, fields: string[], body: string, encoding: BufferEncoding = 'utf8') => ({
    name,
    raw: new Uint8Array(Buffer.from(`${fields.join('\r\n')}\r\n\r\n${body}`, encoding)),
  });
  const base64Line = `${'QUJD'.repeat(19)}\r\n`;
  const multipart = [
    ...base,
    'Cc: "Čeněk, Ž" <c@else.test>',
    'Content-Type: multipart/mixed;\r\n\tboundary="=_b 1"',
  ];
  return [
    text('plain', base, 'Hello\r\n'),
    text('empty body', base, ''),
    text('body of one empty line', base, '\r\n'),
    text('body of blanks and empty lines', base, ' \r\n\t\r\n\r\n'),
    text('no line end at the end', base, 'one\r\ntwo'),
    text('blanks at the end and no line end', base, 'one \t'),
    text('trailing empty lines', base, 'one\r\n\r\n \r\n\r\n'),
    text('runs of blanks', base, ' a  b\t\tc \t \r\n\t d\r\n'),
    text('dots', base, '.\r\n..\r\n.a\r\n'),
    text(
      'folded fields',
      [
        ...base.slice(0, 2),
        'Subject: one\r\n two\r\n\t  three   four\t',
        'References: <1@x>\r\n <2@x>\r\n\t<3@x>',
        ...base.slice(3),
      ],
      'Hello\r\n',
    ),
    text(
      'long fields',
      [
        ...base.slice(0, 1),
        `To: ${Array.from({ length: 200 }, (_, i) => `person-number-${i}@else.test`).join(',\r\n ')}`,
        `Subject: ${'x'.repeat(980)}`,
        ...base.slice(3),
      ],
      'Hello\r\n',
    ),
    text(
      'odd blanks about the colon',
      ['From:ann@one.test', 'Subject:  a ', 'TO:\tbob@else.test', 'Cc: ', 'X-Empty:'],
      'x\r\n',
    ),
    // RFC 5322 4.5, which dkimpy refuses to read.
    text(NOT_FOR_DKIMPY, ['From: ann@one.test', 'Subject :  a ', 'To: bob@else.test'], 'x\r\n'),
    text(
      'fields that are there twice',
      [
        ...base,
        'Received: from a',
        'Received: from b',
        'List-Id: <a>',
        'List-Id: <b>',
        'Comments: 1',
        'Comments: 2',
      ],
      'x\r\n',
    ),
    text(
      'a signature of somebody else',
      ['DKIM-Signature: v=1; a=rsa-sha256; d=else.test; s=x; h=from; bh=eA==; b=eA==', ...base],
      'x\r\n',
    ),
    text(
      'UTF-8 in fields',
      [...base.slice(0, 2), 'Subject: Příliš žluťoučký kůň 🐎', ...base.slice(3)],
      'x\r\n',
    ),
    text(
      'encoded words',
      [
        ...base.slice(0, 2),
        'Subject: =?utf-8?Q?P=C5=99=C3=ADli=C5=A1?=\r\n =?utf-8?B?xb5sdcWl?=',
        ...base.slice(3),
      ],
      'x\r\n',
    ),
    text(
      '8-bit body',
      [...base, 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'],
      'Příliš žluťoučký  kůň\r\núpěl\r\n',
    ),
    text(
      'Latin-1 in fields and body',
      [...base.slice(0, 2), 'Subject: \xe9t\xe9\xa0x', ...base.slice(3)],
      'caf\xe9 \x80\x85\xa0\r\n',
      'latin1',
    ),
    text('long lines', base, `${'word '.repeat(190)}\r\n${'x'.repeat(5000)}\r\n`),
    text(
      'multipart',
      multipart,
      [
        'preamble  ',
        '--=_b 1',
        'Content-Type: text/html',
        '',
        '<p>a  b</p>',
        '--=_b 1',
        'Content-Type: application/octet-stream; name="a.bin"',
        'Content-Transfer-Encoding: base64',
        '',
        `${base64Line.repeat(20)}--=_b 1--`,
        '',
      ].join('\r\n'),
    ),
    text(
      'calendar',
      [
        ...base,
        'Content-Type: text/calendar; method=REQUEST; charset=utf-8',
        'List-Unsubscribe: <https://one.test/u>',
        'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      ],
      'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n',
    ),
    text('5 MB', [...base, 'Content-Transfer-Encoding: base64'], base64Line.repeat(67_000)),
    text('2 MB of text with blanks', base, 'the  quick brown\tfox \r\n'.repeat(90_000)),
    text('bare line feeds of a client on Unix', [base.join('\n')], 'one\n\ntwo  \n'),
  ];
}
