/** Journal reports as Exchange writes them: who sent what to whom, and the message itself as an attachment. */
import {
  addressField,
  type Chunks,
  dateField,
  encodeText,
  idsField,
  join,
  multipart,
  rewriteHeader,
  textField,
  toBase64,
} from '../../codecs/mime/edit/index.ts';

export interface JournalRecipient {
  address: string;
  /** By which field of the message; `recipient`: by none that its reader sees. */
  by: 'to' | 'cc' | 'bcc' | 'recipient';
}

export interface JournalFacts {
  id: string;
  /** Milliseconds since the epoch: when it was accepted. */
  at: number;
  direction: 'in' | 'out';
  sender: string;
  subject: string;
  /** Without angle brackets, or null. */
  messageId: string | null;
  recipients: readonly JournalRecipient[];
}

const LABELS = { to: 'To', cc: 'Cc', bcc: 'Bcc', recipient: 'Recipient' } as const;

/** The report, from the postmaster of the journaled domain. */
export function journalReport(
  facts: JournalFacts,
  raw: Uint8Array,
  { from, to }: { from: string; to: string },
): Uint8Array {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const fields = [
    addressField('From', [{ name: 'Mail Journal', address: from }]),
    addressField('To', [{ name: '', address: to }]),
    textField('Subject', facts.subject),
    dateField(facts.at),
    idsField('Message-ID', [`${facts.id}@${domain}`]),
    // What readers of Exchange journals know a report by; it has no value.
    'X-MS-Journal-Report:',
    // RFC 3834 5: nothing automatic answers this.
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
  ];
  const body = multipart('mixed', [
    [
      encodeText(
        `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${toBase64(
          new TextEncoder().encode(envelopeText(facts)),
        ).trimEnd()}`,
      ),
    ],
    attached(raw),
  ]);
  return join(rewriteHeader(join(body), new Set(), fields));
}

/** One line for each fact, in the order that Exchange gives them. */
function envelopeText({ sender, subject, messageId, recipients }: JournalFacts): string {
  const lines = [
    `Sender: ${sender}`,
    `Subject: ${oneLine(subject)}`,
    `Message-ID: ${messageId === null ? '' : `<${oneLine(messageId)}>`}`,
    ...recipients.map(({ by, address }) => `${LABELS[by]}: ${oneLine(address)}`),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').toWellFormed();
}

/**
 * The message byte for byte. One that cannot be a message/rfc822, because hosts on the way would change it (RFC 5322
 * 2.1.1), or because it may not be encoded (RFC 2046 5.2.1), is a file.
 */
function attached(raw: Uint8Array): Chunks {
  const name = 'filename="message.eml"';
  if (fitsTransport(raw)) {
    const encoding = raw.some((byte) => byte > 127) ? '8bit' : '7bit';
    return [
      encodeText(
        `Content-Type: message/rfc822\r\nContent-Disposition: attachment; ${name}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`,
      ),
      raw,
    ];
  }
  return [
    encodeText(
      `Content-Type: application/octet-stream\r\nContent-Disposition: attachment; ${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${toBase64(raw).trimEnd()}`,
    ),
  ];
}

const [LF, CR, MAX_LINE] = [10, 13, 998];

function fitsTransport(raw: Uint8Array): boolean {
  let start = 0;
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at];
    if (byte === 0) return false;
    if (byte === CR && raw[at + 1] !== LF) return false;
    if (byte !== LF) continue;
    if (raw[at - 1] !== CR || at - 1 - start > MAX_LINE) return false;
    start = at + 1;
  }
  return raw.length - start <= MAX_LINE;
}
