import {
  companyName,
  fileAs,
  nameComponents,
  namePart,
  usualFileAs,
  withNamePart,
} from '../../../../core/contacts/name.ts';
import { type ADDRESS_SLOTS, PHONE_SLOTS } from '../../../../core/contacts/slots.ts';
import type { Card, NameComponent } from '../../../../core/contacts/types.ts';
import { addressPart, withAddressPart } from './address.ts';
import { dayText, isMidnight, parseDay } from './day.ts';
import { emailText, parseEmailText } from './email-text.ts';
import { entryOf, ownValue, withEntry, withOwnValue } from './entries.ts';
import { parsePicture, pictureText } from './picture.ts';
import { relatedNames, withRelatedNames } from './related.ts';

/** A field of one text, both ways. The card is one whose entries have their fixed keys (`settle`). */
export interface TextField {
  tag: string;
  /** '' when there is nothing to be said. */
  get(card: Card): string;
  /** '' takes it away. null for what the field cannot hold. */
  set(card: Card, text: string): Card | null;
}

/** Every text of MS-ASCNTC 2.2.2 but Alias and WeightedRank, which only the recipient information cache has. */
export const TEXT_FIELDS: readonly TextField[] = [
  day('Anniversary', 'anniversary', 'wedding'),
  own('Contacts:AssistantName'),
  phone('Contacts:AssistantPhoneNumber', 'assistant'),
  day('Birthday', 'birthday', 'birth'),
  phone('Contacts:Business2PhoneNumber', 'work2'),
  ...address('BusinessAddress', 'work'),
  phone('Contacts:BusinessFaxNumber', 'workFax'),
  phone('Contacts:BusinessPhoneNumber', 'work'),
  phone('Contacts:CarPhoneNumber', 'car'),
  {
    tag: 'Contacts:CompanyName',
    get: (card) => entryOf(card, 'organizations', 'org')?.name ?? collectiveName(card),
    set: setCompany,
  },
  {
    tag: 'Contacts:Department',
    get: (card) => (entryOf(card, 'organizations', 'org')?.units ?? []).map(({ name }) => name).join(', '),
    set: (card, text) => setOrganization(card, { units: text === '' ? undefined : [{ name: text }] }),
  },
  ...(['1', '2', '3'] as const).map(email),
  phone('Contacts:Home2PhoneNumber', 'home2'),
  ...address('HomeAddress', 'home'),
  phone('Contacts:HomeFaxNumber', 'homeFax'),
  phone('Contacts:HomePhoneNumber', 'home'),
  {
    tag: 'Contacts:JobTitle',
    get: (card) => entryOf(card, 'titles', 'title')?.name ?? '',
    set: (card, text) => {
      const before = entryOf(card, 'titles', 'title');
      return withEntry(card, 'titles', 'title', text === '' ? null : { ...before, name: text });
    },
  },
  name('FirstName', 'given'),
  name('LastName', 'surname', 'surname2'),
  name('MiddleName', 'given2'),
  phone('Contacts:MobilePhoneNumber', 'mobile'),
  own('Contacts:OfficeLocation'),
  ...address('OtherAddress', 'other'),
  phone('Contacts:PagerNumber', 'pager'),
  phone('Contacts:RadioPhoneNumber', 'radio'),
  {
    tag: 'Contacts:Spouse',
    get: (card) => relatedNames(card, 'spouse').join(', '),
    set: (card, text) => withRelatedNames(card, 'spouse', text === '' ? [] : [text]),
  },
  name('Suffix', 'generation', 'credential'),
  name('Title', 'title'),
  {
    tag: 'Contacts:WebPage',
    get: (card) => entryOf(card, 'links', 'web')?.uri ?? '',
    set: (card, text) => {
      const before = entryOf(card, 'links', 'web');
      return withEntry(card, 'links', 'web', text === '' ? null : { ...before, uri: text });
    },
  },
  own('Contacts:YomiCompanyName'),
  yomi('YomiFirstName', 'given'),
  yomi('YomiLastName', 'surname'),
  {
    tag: 'Contacts:Picture',
    get: (card) => pictureText(entryOf(card, 'media', 'picture')?.uri ?? ''),
    set: (card, text) => {
      if (text === '') return withEntry(card, 'media', 'picture', null);
      const picture = parsePicture(text);
      return picture === null ? null : withEntry(card, 'media', 'picture', { kind: 'photo', ...picture });
    },
  },
  own('Contacts2:CustomerId'),
  own('Contacts2:GovernmentId'),
  ...(['1', '2', '3'] as const).map(messaging),
  own('Contacts2:ManagerName'),
  phone('Contacts2:CompanyMainPhone', 'companyMain'),
  own('Contacts2:AccountName'),
  {
    tag: 'Contacts2:NickName',
    get: (card) => entryOf(card, 'nicknames', 'nick')?.name ?? '',
    set: (card, text) => withEntry(card, 'nicknames', 'nick', text === '' ? null : { name: text }),
  },
  own('Contacts2:MMS'),
  // After all that the usual one is made of.
  {
    tag: 'Contacts:FileAs',
    get: fileAs,
    set: (card, text) => {
      const plain = withOwnValue(card, 'FileAs', '');
      return text === usualFileAs(plain) ? plain : withOwnValue(plain, 'FileAs', text);
    },
  },
];

function own(tag: string): TextField {
  const key = tag.slice(tag.indexOf(':') + 1);
  return { tag, get: (card) => ownValue(card, key), set: (card, text) => withOwnValue(card, key, text) };
}

function phone(tag: string, slot: keyof typeof PHONE_SLOTS): TextField {
  return {
    tag,
    get: (card) => entryOf(card, 'phones', slot)?.number ?? '',
    set: (card, text) => {
      const before = entryOf(card, 'phones', slot) ?? structuredClone(PHONE_SLOTS[slot]);
      return withEntry(card, 'phones', slot, text === '' ? null : { ...before, number: text });
    },
  };
}

function address(prefix: string, slot: keyof typeof ADDRESS_SLOTS): TextField[] {
  return (['City', 'Country', 'PostalCode', 'State', 'Street'] as const).map((part) => ({
    tag: `Contacts:${prefix}${part}`,
    get: (card) => addressPart(card, slot, part),
    set: (card, text) => withAddressPart(card, slot, part, text),
  }));
}

function name(tag: string, ...kinds: [NameComponent['kind'], ...NameComponent['kind'][]]): TextField {
  return {
    tag: `Contacts:${tag}`,
    get: (card) => namePart(card, ...kinds),
    set: (card, text) => withNamePart(card, kinds, text),
  };
}

/** How a part of the name is spoken: beside the part, or by itself when there is none. */
function yomi(tag: string, kind: NameComponent['kind']): TextField {
  return {
    tag: `Contacts:${tag}`,
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

function email(number: '1' | '2' | '3'): TextField {
  const key = `email${number}`;
  return {
    tag: `Contacts:Email${number}Address`,
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

function messaging(number: '1' | '2' | '3'): TextField {
  const key = `im${number}`;
  return {
    tag: `Contacts2:IMAddress${number === '1' ? '' : number}`,
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

function day(tag: string, key: string, kind: 'birth' | 'wedding'): TextField {
  return {
    tag: `Contacts:${tag}`,
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
