/** Delivery status notifications (RFC 3464): what a sender is told of mail that did not arrive. */
import {
  addressField,
  dateField,
  encodeText,
  idsField,
  join,
  keptFields,
  multipart,
  rewriteHeader,
  scanHeader,
  textField,
} from '../../codecs/mime/edit/index.ts';
import type { MessageIndex } from '../../codecs/mime/types.ts';
import type { OutboxRecipient } from '../../core/ports/outbox.ts';

export interface ReportFacts {
  /** delayed: nothing is lost yet, and it is tried further. */
  kind: 'failed' | 'delayed';
  /** Whom it is for: the return path of the message. */
  to: string;
  /** Whose postmaster says it. */
  domain: string;
  /** Without angle brackets. */
  messageId: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** When the message was accepted. */
  arrivedAt: number;
  /** Until when it is tried. */
  until: number;
  /** The header of the message as its recipients would have got it. */
  header: Uint8Array;
  index: Pick<MessageIndex, 'subject' | 'messageId'>;
  about: readonly OutboxRecipient[];
}

/** Header bytes of the message that are sent back. */
const MAX_HEADER = 64 * 1024;

/** The notification, from the postmaster of this domain, with a null return path to be given to it. */
export function deliveryReport(facts: ReportFacts): [head: Uint8Array, body: Uint8Array] {
  const { kind, to, at, index, domain } = facts;
  const thread = index.messageId === null ? [] : [index.messageId];
  const fields = [
    addressField('From', [{ name: 'Mail Delivery System', address: `postmaster@${domain}` }]),
    addressField('To', [{ name: '', address: to }]),
    textField('Subject', `${kind === 'failed' ? 'Undeliverable' : 'Delayed'}: ${index.subject}`),
    dateField(at),
    idsField('Message-ID', [facts.messageId]),
    ...(thread.length === 0 ? [] : [idsField('In-Reply-To', thread), idsField('References', thread)]),
    // RFC 3834 5: nothing automatic answers this.
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
  ];
  const content = join(
    multipart(
      'report',
      [
        [
          encodeText(
            `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${words(facts)}`,
          ),
        ],
        [
          encodeText(
            `Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${statusOf(domain, facts)}`,
          ),
        ],
        [
          encodeText(
            'Content-Type: text/rfc822-headers; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n',
          ),
          ...fieldsOf(facts.header),
        ],
      ],
      '; report-type=delivery-status',
    ),
  );
  return rewriteHeader(content, new Set(), fields);
}

function words({ kind, about, until }: ReportFacts): string {
  const list = about.map(
    (r) => `  ${r.address}\r\n    ${r.failure?.status ?? ''} ${oneLine(r.failure?.text ?? '')}\r\n`,
  );
  if (kind === 'failed') {
    return `Your message could not be delivered to:\r\n\r\n${list.join('\r\n')}\r\nIts header is attached.\r\n`;
  }
  const end = new Date(until).toUTCString();
  return `Your message has not been delivered yet to:\r\n\r\n${list.join('\r\n')}\r\nIt is tried until ${end}. You need not send it again.\r\n`;
}

/** Words of other hosts go into fields: none of them may begin a line of its own. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();
}

/** RFC 3464 2.2, 2.3. Addresses outside of ASCII are written in ASCII (RFC 6533 3, utf-8-addr-xtext). */
function statusOf(domain: string, { kind, at, arrivedAt, until, about }: ReportFacts): string {
  const date = (name: string, time: number) => dateField(time).replace(/^Date/, name);
  const groups = about.map(({ address, failure, firstAttemptAt }) => {
    const status = failure?.status ?? (kind === 'failed' ? '5.0.0' : '4.0.0');
    const said = `${status} ${oneLine(failure?.text ?? '')}`.trim();
    const by = failure?.by;
    return [
      `Final-Recipient: ${typedAddress(address)}`,
      `Action: ${kind}`,
      `Status: ${status}`,
      ...(by === undefined
        ? [`Diagnostic-Code: x-waypost; ${said}`]
        : [`Remote-MTA: ${oneLine(by)}`, `Diagnostic-Code: smtp; ${said}`]),
      ...(firstAttemptAt === null ? [] : [date('Last-Attempt-Date', at)]),
      ...(kind === 'failed' ? [] : [date('Will-Retry-Until', until)]),
    ].join('\r\n');
  });
  return `${[`Reporting-MTA: dns; ${domain}\r\n${date('Arrival-Date', arrivedAt)}`, ...groups].join('\r\n\r\n')}\r\n`;
}

function typedAddress(address: string): string {
  const clean = address.replace(/[\u0000-\u0020\u007f]/g, '');
  if (/^[\x21-\x7e]*$/.test(clean)) return `rfc822; ${clean}`;
  const xtext = Array.from(clean, (c) =>
    c >= '!' && c <= '~' && !'\\+='.includes(c)
      ? c
      : `\\x{${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`,
  );
  return `utf-8; ${xtext.join('')}`;
}

/** Fields of the message, as many as fit. */
function fieldsOf(header: Uint8Array): Uint8Array[] {
  let size = 0;
  return keptFields(header, scanHeader(header), () => true).filter((field) => {
    size += field.length;
    return size <= MAX_HEADER;
  });
}
