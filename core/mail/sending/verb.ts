import { canonicalAddress } from '../recipients.ts';
import type { LastVerb, MailAddress, Message } from '../types.ts';

/**
 * What a user did with a message by answering it (MS-ASEMAIL 2.2.2.43): replied to those whom it asks to be answered,
 * or to others too. Who answers what they sent themselves writes to its recipients.
 */
export function replyVerb(
  answered: Pick<Message, 'from' | 'replyTo' | 'to'>,
  answer: { to: readonly MailAddress[]; cc: readonly MailAddress[] },
  self: string,
): Exclude<LastVerb, 0 | 3> {
  const asked = answered.replyTo.length > 0 ? answered.replyTo : answered.from;
  const own = asked.every(({ address }) => canonicalAddress(address) === self);
  const expected = new Set([self, ...[...asked, ...(own ? answered.to : [])].map(keyOf)]);
  return [...answer.to, ...answer.cc].some((one) => !expected.has(keyOf(one))) ? 2 : 1;
}

function keyOf({ address }: MailAddress): string {
  return canonicalAddress(address) ?? address;
}
