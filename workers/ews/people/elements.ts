import type { XmlObject } from '../../../codecs/soap/write.ts';
import { aliasOf, nameOf, type Person } from '../../../core/people/types.ts';
import type { EwsContext } from '../context.ts';
import { encodeId } from '../ids/id.ts';

const given = (text: string) => (text === '' ? undefined : text);

/** Mailbox of a person (MS-OXWSCDATA 2.2.4.31): always with its SMTP address, never another kind. */
export function mailboxOf(person: Person, isOwn = false): XmlObject {
  return {
    Name: nameOf(person),
    EmailAddress: person.address,
    RoutingType: 'SMTP',
    MailboxType: isOwn
      ? 'Contact'
      : person.kind === 'user'
        ? 'Mailbox'
        : person.kind === 'group'
          ? 'PublicDL'
          : 'Contact',
  };
}

/** What the address list tells of a person, as a contact (MS-OXWSCONT 2.2.4.5). */
export function contactOf(person: Person): XmlObject {
  const { address, firstName, lastName, title, office, company, phone, homePhone, mobilePhone } = person;
  const phones = [
    ['BusinessPhone', phone],
    ['HomePhone', homePhone],
    ['MobilePhone', mobilePhone],
  ].filter(([, number]) => number !== '');
  return {
    DisplayName: nameOf(person),
    GivenName: given(firstName),
    CompanyName: given(company),
    EmailAddresses: { Entry: [{ '@Key': 'EmailAddress1', '#': address }] },
    PhoneNumbers:
      phones.length === 0
        ? undefined
        : { Entry: phones.map(([key, number]) => ({ '@Key': key ?? '', '#': number ?? '' })) },
    ContactSource: person.personId.includes('.') ? 'Store' : 'ActiveDirectory',
    JobTitle: given(title),
    OfficeLocation: given(office),
    Surname: given(lastName),
    HasPicture: person.photo !== null,
    Alias: aliasOf(person),
  };
}

/** A persona (MS-OXWSCDATA: PersonaType). */
export function personaOf(person: Person, context: EwsContext): XmlObject {
  const { mailboxId } = context.own.ref;
  const { firstName, lastName, title, office, company, phone, address } = person;
  const mailbox = {
    Name: nameOf(person),
    EmailAddress: address,
    RoutingType: 'SMTP',
    MailboxType: 'Mailbox',
  };
  return {
    PersonaId: { '@Id': encodeId({ kind: 'persona', mailboxId, personId: address }) },
    PersonaType: person.kind === 'group' ? 'DistributionList' : 'Person',
    DisplayName: nameOf(person),
    DisplayNameFirstLast: nameOf(person),
    FileAs: nameOf(person),
    GivenName: given(firstName),
    Surname: given(lastName),
    Title: given(title),
    CompanyName: given(company),
    Location: given(office),
    EmailAddress: mailbox,
    EmailAddresses: { Address: [mailbox] },
    PhoneNumber: phone === '' ? undefined : { Number: phone, Type: 'Business' },
    RelevanceScore: 0x7fff_ffff,
  };
}
