/** Who gets no automatic reply (RFC 3834 2). */
import type { MessageIndex } from '../../codecs/mime/types.ts';
import { canonicalAddress } from '../mail/recipients.ts';
import type { TrustVerdict } from '../trust/types.ts';

export interface ReplyFacts {
  index: Pick<MessageIndex, 'headers' | 'autoSubmitted' | 'listId' | 'from' | 'to' | 'cc'>;
  /** Return path of the envelope. */
  mailFrom: string;
  messageClass: string;
  verdict: TrustVerdict | null;
  inJunk: boolean;
  isSelf(address: string): boolean;
}

export type ReplyRefusal =
  | 'null-return-path'
  | 'own-mail'
  | 'automatic'
  | 'report'
  | 'list'
  | 'bulk'
  | 'machine'
  | 'suppressed'
  | 'not-addressed'
  | 'junk'
  | 'not-authentic';

/** RFC 3834 2, RFC 2142 5 and what is usual: nobody reads what is sent there. */
const MACHINE =
  /^(?:owner-.*|.*-owner|.*-request|.*-bounces?(?:\+.*)?|bounces?(?:[+-].*)?|mailer-daemon|mailer|postmaster|listserv|majordomo|(?:.*[._-])?no-?_?reply(?:[+._-].*)?|(?:.*[._-])?do-?not-?reply(?:[+._-].*)?)$/;

const LIST_FIELDS = /^list-(?:id|help|subscribe|unsubscribe|post|owner|archive)$/;

/**
 * Why this message must not be answered by a machine, or null. What is not known to be from whom it says would make
 * the answer hit somebody who never wrote (A23: backscatter).
 */
export function replyRefusal(facts: ReplyFacts): ReplyRefusal | null {
  const { index, mailFrom, messageClass, verdict, isSelf } = facts;
  const returnPath = canonicalAddress(mailFrom);
  if (mailFrom.trim() === '' || returnPath === null) return 'null-return-path';
  if (isSelf(mailFrom) || index.from.some(({ address }) => isSelf(address))) return 'own-mail';
  if (index.autoSubmitted !== null && index.autoSubmitted !== 'no') return 'automatic';
  if (/^report\./i.test(messageClass)) return 'report';
  if (index.listId !== null || index.headers.some(({ name }) => LIST_FIELDS.test(name))) return 'list';
  if (values(index, 'precedence').some((one) => /^(?:bulk|list|junk)\b/.test(one))) return 'bulk';
  const senders = [returnPath, ...index.from.map(({ address }) => canonicalAddress(address) ?? address)];
  if (senders.some(isMachine)) return 'machine';
  // Exchange and others ask for silence in this way (MS-OXCMAIL 2.1.3.2.20).
  if (values(index, 'x-auto-response-suppress').some((one) => /\b(?:all|oof|autoreply)\b/.test(one))) {
    return 'suppressed';
  }
  if (values(index, 'x-autoreply').concat(values(index, 'x-autorespond')).length > 0) return 'automatic';
  if (facts.inJunk || verdict?.disposition === 'junk') return 'junk';
  if (verdict !== null && verdict.source !== 'submitted' && !isAuthentic(verdict)) return 'not-authentic';
  if (![...index.to, ...index.cc].some(({ address }) => isSelf(address))) return 'not-addressed';
  return null;
}

function isMachine(address: string): boolean {
  return MACHINE.test(address.slice(0, address.lastIndexOf('@')).toLowerCase());
}

function isAuthentic({ spf, dkim, dmarc }: TrustVerdict): boolean {
  if (dmarc === 'fail') return false;
  return !((spf === 'fail' || spf === 'softfail') && dkim !== 'pass' && dmarc !== 'pass');
}

function values({ headers }: Pick<MessageIndex, 'headers'>, wanted: string): string[] {
  return headers
    .filter(({ name }) => name === wanted)
    .map(({ value }) => value.trim().toLowerCase())
    .filter((value) => value !== '');
}
