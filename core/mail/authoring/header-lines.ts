import { addressField, dateField, idsField, textField } from '../../../codecs/mime/edit/index.ts';
import type { MailAddress } from '../types.ts';
import type { MessagePatch } from './patch.ts';

/** Fields that go, in lower case, and lines that come in their place, without line ends. */
export interface HeaderChange {
  drop: Set<string>;
  put: string[];
}

// RFC 2156 5.3.4
const SENSITIVITY = {
  normal: null,
  personal: 'Personal',
  private: 'Private',
  confidential: 'Company-Confidential',
};
const IMPORTANCE = { low: 'Low', normal: null, high: 'High' };
/** Fields that say what the bytes are: nobody else may. */
const KEPT = /^(?:content-|mime-version$)/i;

/** What a patch does to the header of a message. `owner`: who asks for receipts. */
export function headerChange(patch: MessagePatch, owner: MailAddress): HeaderChange {
  const drop = new Set<string>();
  const put: string[] = [];
  const change = (name: string, line: string | null) => {
    drop.add(name.toLowerCase());
    if (line !== null) put.push(line);
  };
  const addresses = (name: string, list: readonly MailAddress[] | undefined) => {
    if (list !== undefined) change(name, list.length === 0 ? null : addressField(name, list));
  };
  const word = (name: string, value: string | null) =>
    change(name, value === null ? null : `${name}: ${value}`);
  const text = (name: string, value: string | null | undefined) => {
    if (value !== undefined) change(name, value === null || value === '' ? null : textField(name, value));
  };
  if (patch.subject !== undefined) change('Subject', textField('Subject', patch.subject));
  if (patch.from !== undefined) addresses('From', [patch.from]);
  if (patch.sender !== undefined) addresses('Sender', patch.sender === null ? [] : [patch.sender]);
  addresses('Reply-To', patch.replyTo);
  addresses('To', patch.to);
  addresses('Cc', patch.cc);
  addresses('Bcc', patch.bcc);
  if (patch.importance !== undefined) {
    drop.add('x-priority');
    word('Importance', IMPORTANCE[patch.importance]);
  }
  if (patch.sensitivity !== undefined) word('Sensitivity', SENSITIVITY[patch.sensitivity]);
  text('In-Reply-To', patch.inReplyTo);
  text('References', patch.references);
  if (patch.messageId !== undefined) change('Message-ID', idsField('Message-ID', [patch.messageId]));
  // RFC 8098 2.1; RFC 3461 asks on the wire for what the second one wants.
  if (patch.readReceipt !== undefined) {
    addresses('Disposition-Notification-To', patch.readReceipt ? [owner] : []);
  }
  if (patch.deliveryReceipt !== undefined)
    addresses('Return-Receipt-To', patch.deliveryReceipt ? [owner] : []);
  if (patch.date !== undefined) change('Date', dateField(patch.date));
  for (const [name, value] of patch.fields ?? []) {
    if (/^[\x21-\x39\x3b-\x7e]{1,128}$/.test(name) && !KEPT.test(name)) text(name, value);
  }
  return { drop, put };
}
