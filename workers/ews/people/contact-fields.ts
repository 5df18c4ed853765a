import { contactText } from '../../../core/contacts/fields.ts';
import { settle } from '../../../core/contacts/slots.ts';
import type { Card } from '../../../core/contacts/types.ts';

/** A text of a contact, both ways: '' stands for none. */
export interface CardText {
  get(card: Card): string;
  /** null for what cannot be kept. */
  set(card: Card, text: string): Card | null;
}

/**
 * A part of the name: here as the card says it, and never taken out of the name as a whole, which clients of this
 * protocol see for themselves (DisplayName) and which stays what it is when a part changes.
 */
function ofName(name: string): CardText {
  const { get, set } = contactText(name);
  const withoutWhole = (card: Card): Card => {
    const { full: _, ...rest } = card.name ?? {};
    return { ...card, name: rest };
  };
  return {
    get: (card) => get((card.name?.components ?? []).length > 0 ? card : withoutWhole(card)),
    set(card, text) {
      const full = card.name?.full;
      const changed = set(withoutWhole(card), text);
      if (changed === null || full === undefined) return changed;
      return { ...changed, name: { ...changed.name, full } };
    },
  };
}

/** Texts under a field URI (MS-OXWSCONT 2.2.4.3) and the MAPI properties that are the same (MS-OXOCNTC 2.2.1). */
export const TEXTS: readonly { element: string; mapi: string | null; text: CardText }[] = [
  { element: 'AssistantName', mapi: '0x3a30', text: contactText('AssistantName') },
  { element: 'BusinessHomePage', mapi: '0x3a51', text: contactText('WebPage') },
  { element: 'CompanyName', mapi: '0x3a16', text: contactText('CompanyName') },
  { element: 'Department', mapi: '0x3a18', text: contactText('Department') },
  { element: 'Generation', mapi: '0x3a05', text: ofName('Suffix') },
  { element: 'GivenName', mapi: '0x3a06', text: ofName('FirstName') },
  { element: 'Initials', mapi: '0x3a0a', text: contactText('Initials') },
  { element: 'JobTitle', mapi: '0x3a17', text: contactText('JobTitle') },
  { element: 'Manager', mapi: '0x3a4e', text: contactText('ManagerName') },
  { element: 'MiddleName', mapi: '0x3a44', text: ofName('MiddleName') },
  { element: 'Mileage', mapi: 'Common/0x8534', text: contactText('Mileage') },
  { element: 'Nickname', mapi: '0x3a4f', text: contactText('NickName') },
  { element: 'OfficeLocation', mapi: '0x3a19', text: contactText('OfficeLocation') },
  { element: 'PhoneticFirstName', mapi: 'Address/0x802c', text: ofName('YomiFirstName') },
  { element: 'PhoneticFullName', mapi: null, text: contactText('PhoneticFullName') },
  { element: 'PhoneticLastName', mapi: 'Address/0x802d', text: ofName('YomiLastName') },
  { element: 'Profession', mapi: '0x3a46', text: contactText('Profession') },
  { element: 'SpouseName', mapi: '0x3a48', text: contactText('Spouse') },
  { element: 'Surname', mapi: '0x3a11', text: ofName('LastName') },
];

/** Days, told as times. */
export const DAYS = [
  { element: 'Birthday', mapi: '0x3a42', text: contactText('Birthday') },
  { element: 'WeddingAnniversary', mapi: '0x3a41', text: contactText('Anniversary') },
] as const;

/** What has no element of its own. */
export const NAME_TITLE = ofName('Title');
export const OTHER_TEXTS: readonly { mapi: string; text: CardText }[] = [
  { mapi: '0x3a45', text: NAME_TITLE },
  { mapi: '0x3a4a', text: contactText('CustomerId') },
  { mapi: '0x3a07', text: contactText('GovernmentId') },
  { mapi: 'Address/0x802e', text: contactText('YomiCompanyName') },
];

/** An entry of a dictionary. */
export interface EntryText {
  key: string;
  mapi: string | null;
  text: CardText;
}

const phone = (key: string, mapi: string, name: string): EntryText => ({
  ...{ key, mapi: `0x3a${mapi}` },
  text: contactText(name),
});

export const PHONES: readonly EntryText[] = [
  phone('AssistantPhone', '2e', 'AssistantPhoneNumber'),
  phone('BusinessFax', '24', 'BusinessFaxNumber'),
  phone('BusinessPhone', '08', 'BusinessPhoneNumber'),
  phone('BusinessPhone2', '1b', 'Business2PhoneNumber'),
  phone('Callback', '02', 'Callback'),
  phone('CarPhone', '1e', 'CarPhoneNumber'),
  phone('CompanyMainPhone', '57', 'CompanyMainPhone'),
  phone('HomeFax', '25', 'HomeFaxNumber'),
  phone('HomePhone', '09', 'HomePhoneNumber'),
  phone('HomePhone2', '2f', 'Home2PhoneNumber'),
  phone('Isdn', '2d', 'Isdn'),
  phone('MobilePhone', '1c', 'MobilePhoneNumber'),
  phone('OtherFax', '23', 'OtherFax'),
  phone('OtherTelephone', '1f', 'OtherTelephone'),
  phone('Pager', '21', 'PagerNumber'),
  phone('PrimaryPhone', '1a', 'PrimaryPhone'),
  phone('RadioPhone', '1d', 'RadioPhoneNumber'),
  phone('Telex', '2c', 'Telex'),
  phone('TtyTddPhone', '4b', 'TtyTddPhone'),
];

export const MESSAGING: readonly EntryText[] = [
  { key: 'ImAddress1', mapi: 'Address/0x8062', text: contactText('IMAddress') },
  { key: 'ImAddress2', mapi: null, text: contactText('IMAddress2') },
  { key: 'ImAddress3', mapi: null, text: contactText('IMAddress3') },
];

/** Keys of the e-mail addresses of a card, and the first of the MAPI properties of each. */
export const EMAILS = [
  { key: 'EmailAddress1', entry: 'email1', mapi: 0x8080 },
  { key: 'EmailAddress2', entry: 'email2', mapi: 0x8090 },
  { key: 'EmailAddress3', entry: 'email3', mapi: 0x80a0 },
] as const;

/** Parts of a postal address, in the order of the schema. */
export const ADDRESS_PARTS = ['Street', 'City', 'State', 'CountryOrRegion', 'PostalCode'] as const;
export type AddressPart = (typeof ADDRESS_PARTS)[number];

function address(prefix: string): Record<AddressPart, CardText> {
  return {
    Street: contactText(`${prefix}AddressStreet`),
    City: contactText(`${prefix}AddressCity`),
    State: contactText(`${prefix}AddressState`),
    CountryOrRegion: contactText(`${prefix}AddressCountry`),
    PostalCode: contactText(`${prefix}AddressPostalCode`),
  };
}

export const ADDRESSES: readonly {
  key: string;
  parts: Record<AddressPart, CardText>;
  mapi: Record<AddressPart, string>;
}[] = [
  {
    key: 'Business',
    parts: address('Business'),
    mapi: {
      Street: 'Address/0x8045',
      City: 'Address/0x8046',
      State: 'Address/0x8047',
      PostalCode: 'Address/0x8048',
      CountryOrRegion: 'Address/0x8049',
    },
  },
  {
    key: 'Home',
    parts: address('Home'),
    mapi: {
      City: '0x3a59',
      CountryOrRegion: '0x3a5a',
      PostalCode: '0x3a5b',
      State: '0x3a5c',
      Street: '0x3a5d',
    },
  },
  {
    key: 'Other',
    parts: address('Other'),
    mapi: {
      City: '0x3a5f',
      CountryOrRegion: '0x3a60',
      PostalCode: '0x3a61',
      State: '0x3a62',
      Street: '0x3a63',
    },
  },
];

/** PostalAddressIndex: which of them is where mail goes; by its number as MAPI has it. */
export const POSTAL_INDEXES = ['None', 'Home', 'Business', 'Other'] as const;

const settled = new WeakMap<Card, Card>();

/** The card with fixed keys of its entries, as all of these read it. */
export function settledCard(card: Card): Card {
  let known = settled.get(card);
  if (known === undefined) {
    known = settle(card);
    settled.set(card, known);
  }
  return known;
}
