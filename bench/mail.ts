import { Buffer } from 'node:buffer';

let counter = 0;

/** What the platform stamps on mail that it hands over: otherwise the bench would measure checks that it made. */
const STAMP = [
  'Authentication-Results: mx.waypost.local; dkim=pass header.d=bench.test header.s=s1;',
  ' dmarc=pass header.from=bench.test policy.dmarc=none; spf=pass smtp.mailfrom=sender@bench.test; arc=none',
];

/** A plain message of about `bytes` bytes with its own Message-ID; large ones carry one base64 attachment. */
export function benchMessage(to: string, bytes: number): string {
  const id = `${++counter}.${Date.now().toString(36)}@bench.test`;
  const head = [
    ...STAMP,
    `Message-ID: <${id}>`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    'From: "Bench Sender" <sender@bench.test>',
    `To: <${to}>`,
    `Subject: bench message ${counter}`,
    'MIME-Version: 1.0',
  ];
  const line = `The quick brown fox ${counter} jumps over the lazy dog and the river.\r\n`;
  if (bytes <= 100_000) {
    const body = line.repeat(Math.ceil(bytes / line.length));
    return [...head, 'Content-Type: text/plain; charset=utf-8', '', body].join('\r\n');
  }
  const data = Buffer.alloc(Math.floor(bytes * 0.73), counter % 251)
    .toString('base64')
    .replace(/.{76}/g, '$&\r\n');
  return [
    ...head,
    'Content-Type: multipart/mixed; boundary="=-bench"',
    '',
    '--=-bench',
    'Content-Type: text/plain; charset=utf-8',
    '',
    line.repeat(20),
    '--=-bench',
    'Content-Type: application/octet-stream; name="data.bin"',
    'Content-Disposition: attachment; filename="data.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    data,
    '--=-bench--',
    '',
  ].join('\r\n');
}

/** Hands a message to the Worker's `email()`; throws when it is not accepted. */
export async function deliver(url: string, to: string, raw: string): Promise<void> {
  const query = new URLSearchParams({ from: 'sender@bench.test', to });
  const response = await fetch(`${url}/cdn-cgi/handler/email?${query}`, { method: 'POST', body: raw });
  const text = await response.text();
  if (!response.ok) throw new Error(`email(): ${response.status} ${text.slice(0, 200)}`);
}
