import { Buffer } from 'node:buffer';

/** Copies of a signed message in which somebody has changed what a reader sees, each with what was done. */
export function tamper(signed: Uint8Array): [string, Uint8Array][] {
  const text = Buffer.from(signed).toString('latin1');
  const end = text.indexOf('\r\n\r\n') + 4;
  const [head, body] = [text.slice(0, end), text.slice(end)];
  const copy = (what: string, changed: string): [string, Uint8Array] => [
    what,
    Buffer.from(changed, 'latin1'),
  ];
  return [
    copy('text added to the body', `${text.replace(/(\r\n)*$/, '')}\r\nmore\r\n`),
    copy('text put before the body', `${head}Attention!\r\n${body}`),
    copy('another author', text.replace(/\r\nFrom:[^\r]*/i, '\r\nFrom: Eve <eve@one.test>')),
    copy('a second author', `From: Eve <eve@one.test>\r\n${text}`),
    copy('a second subject', `Subject: other\r\n${text}`),
    copy('another recipient shown', `Cc: everybody@else.test\r\n${text}`),
    copy('another type of content', `Content-Type: text/html\r\n${text}`),
    copy('another way to answer', `Reply-To: eve@else.test\r\n${text}`),
    copy('a later expiry', text.replace(/ x=(\d)/g, ' x=9$1')),
  ];
}
