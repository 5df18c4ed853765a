import { addressPart, withAddressPart } from './address.ts';
import { dayText, isMidnight, parseDay } from './day.ts';
import { emailText, parseEmailText } from './email-text.ts';
import { entryOf, ownValue, withEntry, withOwnValue } from './entries.ts';
import { companyName, fileAs, nameComponents, namePart, usualFileAs, withNamePart } from './name.ts';
import { parsePicture, pictureText } from './picture.ts';
import { relatedNames, withRelatedNames } from './related.ts';
import { type ADDRESS_SLOTS, PHONE_SLOTS } from './slots.ts';
import type { Card, NameComponent } from './types.ts';

/** A field of one text, both ways. The card is one whose entries have their fixed keys (`settle`). */
export interface ContactText {
  /** As MS-ASCNTC names it. */
  name: string;
  /** '' when there is nothing to be said. */
  get(card: Card): string;
  /** '' takes it away. null for what the field cannot hold. */
  set(card: Card, text: string): Card | null;
}

/** Every text of MS-ASCNTC 2.2.2 but Alias and WeightedRank, which only the recipient information cache has. */
export const CONTACT_TEXTS: readonly ContactText[] = [
  day('Anniversary', 'anniversary', 'wedding'),
  own('AssistantName'),
  phone('AssistantPhoneNumber', 'assistant'),
  day('Birthday', 'birthday', 'birth'),
  phone('Business2PhoneNumber', 'work2'),
  ...address('BusinessAddress', 'work'),
  phone('BusinessFaxNumber', 'workFax'),
  phone('BusinessPhoneNumber', 'work'),
  phone('CarPhoneNumber', 'car'),
  {
    name: 'CompanyName',
    get: (card) => entryOf(card, 'organizations', 'org')?.name ?? collectiveName(card),
    set: setCompany,
  },
  {
    name: 'Department',
    get: (card) => (entryOf(card, 'organizations', 'org')?.units ?? []).map(({ name }) => name).join(', '),
    set: (card, text) => setOrganization(card, { units: text === '' ? undefined : [{ name: text }] }),
  },
  ...(['1', '2', '3'] as const).map(email),
  phone('Home2PhoneNumber', 'home2'),
  ...address('HomeAddress', 'home'),
  phone('HomeFaxNumber', 'homeFax'),
  phone('HomePhoneNumber', 'home'),
  {
    name: 'JobTitle',
    get: (card) => entryOf(card, 'titles', 'title')?.name ?? '',
    set: (card, text) => {
      const before = entryOf(card, 'titles', 'title');
      return withEntry(card, 'titles', 'title', text === '' ? null : { ...before, name: text });
    },
  },
  name('FirstName', 'given'),
  name('LastName', 'surname', 'surname2'),
  name('MiddleName', 'given2'),
  phone('MobilePhoneNumber', 'mobile'),
  own('OfficeLocation'),
  ...address('OtherAddress', 'other'),
  phone('PagerNumber', 'pager'),
  phone('RadioPhoneNumber', 'radio'),
  {
    name: 'Spouse',
    get: (card) => relatedNames(card, 'spouse').join(', '),
    set: (card, text) => withRelatedNames(card, 'spouse', text === '' ? [] : [text]),
  },
  name('Suffix', 'generation', 'credential'),
  name('Title', 'title'),
  {
    name: 'WebPage',
    get: (card) => entryOf(card, 'links', 'web')?.uri ?? '',
    set: (card, text) => {
      const before = entryOf(card, 'links', 'web');
      return withEntry(card, 'links', 'web', text === '' ? null : { ...before, uri: text });
    },
  },
  own('YomiCompanyName'),
  yomi('YomiFirstName', 'given'),
  yomi('YomiLastName', 'surname'),
  {
    name: 'Picture',
    get: (card) => pictureText(entryOf(card, 'media', 'picture')?.uri ?? ''),
    set: (card, text) => {
      if (text === '') return withEntry(card, 'media', 'picture', null);
      const picture = parsePicture(text);
      return picture === null ? null : withEntry(card, 'media', 'picture', { kind: 'photo', ...picture });
    },
  },
  own('CustomerId'),
  own('GovernmentId'),
  ...(['1', '2', '3'] as const).map(messaging),
  own('ManagerName'),
  phone('CompanyMainPhone', 'companyMain'),
  own('AccountName'),
  {
    name: 'NickName',
    get: (card) => entryOf(card, 'nicknames', 'nick')?.name ?? '',
    set: (card, text) => withEntry(card, 'nicknames', 'nick', text === '' ? null : { name: text }),
  },
  own('MMS'),
  // After all that the usual one is made of.
  {
    name: 'FileAs',
    get: fileAs,
    set: (card, text) => {
      // Whoever says how it is filed wants no rule for it.
      const plain = withOwnValue(withOwnValue(card, 'FileAs', ''), 'FileAsMapping', '');
      return text === usualFileAs(plain) ? plain : withOwnValue(plain, 'FileAs', text);
    },
  },
];

/** What Exchange has beyond it (MS-OXWSCONT 2.2.4.3). */
const MORE_TEXTS: readonly ContactText[] = [
  phone('Callback', 'callback'),
  phone('Isdn', 'isdn'),
  phone('OtherFax', 'otherFax'),
  phone('OtherTelephone', 'other'),
  phone('PrimaryPhone', 'primary'),
  phone('Telex', 'telex'),
  phone('TtyTddPhone', 'tty'),
  ...['Initials', 'Profession', 'Mileage', 'PostalAddressIndex', 'PhoneticFullName', 'FileAsMapping'].map(
    own,
  ),
];

const BY_NAME = new Map([...CONTACT_TEXTS, ...MORE_TEXTS].map((field) => [field.name, field]));

/** The field of a name. */
export function contactText(name: string): ContactText {
  const field = BY_NAME.get(name);
  if (field === undefined) throw new RangeError(`there is no field ${name}`);
  return field;
}

function own(name: string): ContactText {
  return { name, get: (card) => ownValue(card, name), set: (card, text) => withOwnValue(card, name, text) };
}

function phone(name: string, slot: keyof typeof PHONE_SLOTS): ContactText {
  return {
    name,
    get: (card) => entryOf(card, 'phones', slot)?.number ?? '',
    set: (card, text) => {
      const before = entryOf(card, 'phones', slot) ?? structuredClone(PHONE_SLOTS[slot]);
      return withEntry(card, 'phones', slot, text === '' ? null : { ...before, number: text });
    },
  };
}

function address(prefix: string, slot: keyof typeof ADDRESS_SLOTS): ContactText[] {
  return (['City', 'Country', 'PostalCode', 'State', 'Street'] as const).map((part) => ({
    name: `${prefix}${part}`,
    get: (card) => addressPart(card, slot, part),
    set: (card, text) => withAddressPart(card, slot, part, text),
  }));
}

function name(tag: string, ...kinds: [NameComponent['kind'], ...NameComponent['kind'][]]): ContactText {
  return {
    name: tag,
    get: (card) => namePart(card, ...kinds),
    set: (card, text) => withNamePart(card, kinds, text),
  };
}

/** How a part of the name is spoken: beside the part, or by itself when there is none. */
function yomi(tag: string, kind: NameComponent['kind']): ContactText {
  return {
    name: tag,
    get: (card) =>
      nameComponents(card).find((part) => part.kind === kind && part.phonetic !== undefined)?.phonetic ??
      ownValue(card, tag),
    set: (card, text) => {
      const components = card.name?.components ?? [];
      const at = components.findIndex((part) => part.kind === kind);
      if (at < 0) return withOwnValue(card, tag, text);
      const next = components.map(({ phonetic, ...part }, i) => {
        if (i === at) return text === '' ? part : { ...part, phonetic: text };
        return part.kind === kind || phonetic === undefined ? part : { ...part, phonetic };
      });
      return withOwnValue({ ...card, name: { ...card.name, components: next } }, tag, '');
    },
  };
}

function email(number: '1' | '2' | '3'): ContactText {
  const key = `email${number}`;
  return {
    name: `Email${number}Address`,
    get: (card) => {
      const entry = entryOf(card, 'emails', key);
      return entry === undefined
        ? ''
        : emailText({ address: entry.address, name: entry['waypost:name'] ?? '' });
    },
    set: (card, text) => {
      if (text === '') return withEntry(card, 'emails', key, null);
      const { 'waypost:name': _name, ...before } = entryOf(card, 'emails', key) ?? { address: '' };
      const { address, name: shown } = parseEmailText(text);
      const named = shown === '' ? {} : { 'waypost:name': shown };
      return withEntry(card, 'emails', key, { ...before, address, ...named });
    },
  };
}

function messaging(number: '1' | '2' | '3'): ContactText {
  const key = `im${number}`;
  return {
    name: number === '1' ? 'IMAddress' : `IMAddress${number}`,
    get: (card) => {
      const { user, uri } = entryOf(card, 'onlineServices', key) ?? {};
      return user || uri || '';
    },
    set: (card, text) => {
      if (text === '') return withEntry(card, 'onlineServices', key, null);
      const { user: _user, uri: _uri, ...before } = entryOf(card, 'onlineServices', key) ?? {};
      return withEntry(card, 'onlineServices', key, { ...before, user: text });
    },
  };
}

function day(tag: string, key: string, kind: 'birth' | 'wedding'): ContactText {
  return {
    name: tag,
    get: (card) => {
      const entry = entryOf(card, 'anniversaries', key);
      return entry === undefined ? '' : dayText(entry.date, ownValue(card, `${tag}At`) === 'midnight');
    },
    set: (card, text) => {
      const noted = withOwnValue(card, `${tag}At`, isMidnight(text) ? 'midnight' : '');
      if (text === '') return withEntry(noted, 'anniversaries', key, null);
      const date = parseDay(text);
      return date === null ? null : withEntry(noted, 'anniversaries', key, { kind, date });
    },
  };
}

/** A company is called what its card is called. */
function collectiveName(card: Card): string {
  return companyName(card) === '' && card.kind === 'org' ? (card.name?.full ?? '') : '';
}

function setCompany(card: Card, text: string): Card {
  const { name: whole, ...nameless } = card;
  const isNamedSo = card.kind === 'org' && entryOf(card, 'organizations', 'org')?.name === undefined;
  if (isNamedSo && whole !== undefined) return text === '' ? nameless : { ...card, name: { full: text } };
  return setOrganization(card, { name: text === '' ? undefined : text });
}

function setOrganization(
  card: Card,
  change: { name?: string | undefined; units?: { name: string }[] | undefined },
): Card {
  const next = { ...entryOf(card, 'organizations', 'org'), ...change };
  const { name: called, units, ...rest } = next;
  const given = {
    ...rest,
    ...(called === undefined ? {} : { name: called }),
    ...(units === undefined ? {} : { units }),
  };
  return withEntry(card, 'organizations', 'org', called === undefined && units === undefined ? null : given);
}
