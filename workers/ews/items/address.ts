import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { MailAddress } from '../../../core/mail/types.ts';

/** Longest name that is told of a person. */
const MAX_NAME = 255;

/** Mailbox of a recipient (MS-OXWSCDATA 2.2.4.31): always an SMTP address, never one of the directory's own. */
export function mailboxElement({ name, address }: MailAddress): XmlObject {
  return {
    Name: (name === '' ? address : name).slice(0, MAX_NAME),
    EmailAddress: address,
    RoutingType: 'SMTP',
    MailboxType: 'Mailbox',
  };
}

/** From, Sender …: null when there is nobody. An empty element is refused by some clients. */
export function singleRecipient(people: readonly MailAddress[]): XmlObject | null {
  const [person] = people;
  return person === undefined ? null : { Mailbox: mailboxElement(person) };
}

/** ToRecipients, CcRecipients …: null when there are none. */
export function recipients(people: readonly MailAddress[]): XmlObject | null {
  return people.length === 0 ? null : { Mailbox: people.map(mailboxElement) };
}

/** Names for a line in a list (MS-OXOMSG 2.2.1.9). */
export function displayNames(people: readonly MailAddress[]): string {
  return people.map(({ name, address }) => (name || address).replaceAll(';', ',')).join('; ');
}

/** What is compared of people: their names and their addresses. */
export function comparablePeople(people: readonly MailAddress[]): string[] {
  return people.flatMap(({ name, address }) =>
    name === '' || name === address ? [address] : [name, address],
  );
}
