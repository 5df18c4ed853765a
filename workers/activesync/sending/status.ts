import { el } from '../../../codecs/wbxml/index.ts';
import type { Refusal } from '../../../core/ports/outbound.ts';
import { httpError, type Reply, wbxml } from '../http/reply.ts';
import { atLeast, type Version } from '../http/versions.ts';

export type SendCommand = 'SendMail' | 'SmartReply' | 'SmartForward';

/** Common status codes of SendMail, SmartReply and SmartForward (MS-ASCMD 2.2.4). */
export const SEND = {
  invalidXml: 103,
  badTime: 104,
  invalidParameters: 105,
  badMime: 107,
  /** MailboxQuotaExceeded: the mailbox is too full to send. */
  overQuota: 113,
  overLimit: 115,
  alreadySent: 118,
  noRecipient: 119,
  notSent: 120,
  tooLarge: 122,
  /** An occurrence of what does not recur. */
  notRecurring: 146,
  notFound: 150,
  badAccount: 166,
  badTemplate: 171,
} as const;

export type SendStatus = (typeof SEND)[keyof typeof SEND];

export const REFUSED: Record<Refusal, SendStatus> = {
  'no-recipients': SEND.noRecipient,
  'too-many-recipients': SEND.overLimit,
  'bad-message': SEND.badMime,
  'from-not-allowed': SEND.notSent,
  'too-large': SEND.tooLarge,
  loop: SEND.notSent,
  'over-quota': SEND.overQuota,
  'rate-limited': SEND.overLimit,
  'sending-locked': SEND.overLimit,
};

/** Before 14.0 a failure is an HTTP status, from then on a document. Success has no body in any version. */
export function failed(command: SendCommand, version: Version, status: SendStatus): Reply {
  if (atLeast(version, '14.0')) {
    return wbxml(el(`ComposeMail:${command}`, el('ComposeMail:Status', status)));
  }
  // What was sent already is sent: such a client knows no other word for it.
  if (status === SEND.alreadySent) return { kind: 'empty' };
  const http = status === SEND.notSent ? 500 : status === SEND.tooLarge ? 413 : 400;
  return { kind: 'http', response: httpError(http, `the message was not sent (${status})`) };
}
