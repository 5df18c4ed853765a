/** Messages that a rule passes on. */
import {
  addressField,
  assemble,
  carryMessage,
  dateField,
  encodeText,
  formatMailbox,
  idsField,
  join,
  textField,
  toCrlf,
} from '../../codecs/mime/edit/index.ts';
import { MimeIndexer } from '../../codecs/mime/index.ts';
import type { MessageIndex } from '../../codecs/mime/types.ts';
import type { IndexedRaw } from '../mail/content.ts';
import { answer } from '../mail/sending/answer.ts';
import type { MailAddress } from '../mail/types.ts';
import { LOOP_FIELD_NAME, loopMarks } from './loop.ts';

export interface ForwardFacts {
  from: MailAddress;
  to: readonly MailAddress[];
  /** Without angle brackets. */
  messageId: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Of the mailbox that forwards. */
  mark: string;
}

/**
 * The same message sent on (RFC 5322 3.6.6): fields above it, and not a byte of it changed but line ends that no
 * message may have.
 */
export function redirected(raw: Uint8Array, { from, to, messageId, at, mark }: ForwardFacts): Uint8Array {
  const block = [
    `Resent-From: ${formatMailbox(from)}`,
    addressField('Resent-To', to),
    `Resent-${dateField(at)}`,
    idsField('Resent-Message-ID', [messageId]),
    `${LOOP_FIELD_NAME}: ${mark}`,
  ];
  return join([encodeText(`${block.join('\r\n')}\r\n`), toCrlf(raw)]);
}

/** A new message with what the original says below an empty text, or with the original attached to it. */
export function forwarded(original: IndexedRaw, kind: 'forward' | 'attach', facts: ForwardFacts): Uint8Array {
  const { from, to, messageId, at, mark } = facts;
  const { index } = original;
  const parent = index.messageId === null ? [] : [index.messageId];
  const subject = /^\s*(?:fwd?|wg|tr):/i.test(index.subject) ? index.subject : `FW: ${index.subject}`;
  const head = [
    addressField('From', [from]),
    addressField('To', to),
    textField('Subject', subject),
    dateField(at),
    idsField('Message-ID', [messageId]),
    ...(parent.length === 0 ? [] : [idsField('References', parent)]),
    // RFC 3834 5: no machine answers it. RFC 2156 5.3.4: by this, rules know it.
    'Auto-Submitted: auto-generated',
    'Autoforwarded: TRUE',
    ...loopMarks(index).map((one) => textField(LOOP_FIELD_NAME, one)),
    `${LOOP_FIELD_NAME}: ${mark}`,
    'MIME-Version: 1.0',
  ];
  const top = encodeText(`${head.join('\r\n')}\r\n`);
  const carried = { raw: toCrlf(original.raw), index };
  if (kind === 'attach') {
    const attachments = [carryMessage(carried.raw, index.subject)];
    return join([top, ...assemble({ ...EMPTY, attachments })]);
  }
  const own = join([top, ...assemble(EMPTY)]);
  // The parts of the index are those of the raw as it lies; with other line ends they lie elsewhere.
  const whole = carried.raw === original.raw ? carried : { raw: carried.raw, index: indexOf(carried.raw) };
  return answer({ raw: own, index: indexOf(own) }, whole, 'forward');
}

const EMPTY = { text: '', html: null, calendar: null, inline: [], attachments: [] };

function indexOf(raw: Uint8Array): MessageIndex {
  const indexer = new MimeIndexer();
  indexer.write(raw);
  return indexer.end();
}
