import type { XmlContent, XmlObject } from '../../../../codecs/soap/write.ts';
import { entryOf, ownValue } from '../../../../core/contacts/entries.ts';
import { displayName, fileAs } from '../../../../core/contacts/name.ts';
import { notesBody } from '../../../../core/contacts/notes.ts';
import { relatedNames } from '../../../../core/contacts/related.ts';
import type { Card } from '../../../../core/contacts/types.ts';
import {
  ADDRESS_PARTS,
  ADDRESSES,
  type CardText,
  DAYS,
  EMAILS,
  type EntryText,
  MESSAGING,
  NAME_TITLE,
  PHONES,
  settledCard,
  TEXTS,
} from '../../people/contact-fields.ts';
import { membersElement } from '../../people/members.ts';
import { attachmentsOf } from '../attachments.ts';
import { asText, bodiesOf } from '../bodies.ts';
import { photoText } from '../file-content.ts';
import type { Comparable, IndexedProperty, ItemElement, ItemProperty } from '../property.ts';
import type { ItemView } from '../view.ts';
import { SENSITIVITIES } from '../words.ts';

const ON: readonly ItemElement[] = ['Contact'];
const LISTS: readonly ItemElement[] = ['DistributionList'];
const CARDS: readonly ItemElement[] = ['Contact', 'DistributionList'];

type More = Partial<Omit<ItemProperty, 'uri' | 'element' | 'read'>>;

/** What is read of the card of a view, whose entries have fixed keys. */
export function cardOf(view: ItemView): Card | null {
  return view.pim?.kind === 'contact' ? settledCard(view.pim.document) : null;
}

function taken<T>(view: ItemView, read: (card: Card, view: ItemView) => T): T | null {
  const card = cardOf(view);
  return card === null ? null : read(card, view);
}

function property(
  uri: string,
  read: (card: Card, view: ItemView) => XmlContent | null,
  more: More = {},
): ItemProperty {
  const common = { on: ON, inDefault: 'none', inAll: true, cheap: true } as const;
  const element = uri.slice(uri.indexOf(':') + 1);
  return { ...common, uri, element, read: (view) => taken(view, read), ...more };
}

function plain(
  uri: string,
  read: (card: Card, view: ItemView) => string | boolean | null,
  more: More = {},
): ItemProperty {
  return property(uri, read, { compare: (view) => taken(view, read), ...more });
}

function text(element: string, { get }: CardText, more: More = {}): ItemProperty {
  return plain(`contacts:${element}`, (card) => get(card) || null, more);
}

function list(uri: string, of: (card: Card, view: ItemView) => string[], more: More = {}): ItemProperty {
  const read = (card: Card, view: ItemView): XmlObject | null => {
    const texts = of(card, view);
    return texts.length === 0 ? null : { String: texts };
  };
  return property(uri, read, { compare: (view): Comparable => taken(view, of), ...more });
}

/** What a client said of it that nothing here acts upon. */
export function keptText({ extended }: ItemView, uri: string): string | null {
  const value = extended[`ews:${uri}`]?.value;
  return typeof value === 'string' ? value : null;
}

function keptList({ extended }: ItemView, uri: string): string[] {
  const value = extended[`ews:${uri}`]?.value;
  return value === undefined ? [] : [value].flat();
}

/** One of the words, if a client said it. */
function keptWord(view: ItemView, uri: string, words: readonly string[]): string {
  return words.find((word) => word === keptText(view, uri)) ?? 'Normal';
}

const IN_DEFAULT: More = { inDefault: ON };
const keywords = (card: Card) => Object.keys(card.keywords ?? {});
const subject = (card: Card, view: ItemView) => (keptText(view, 'item:Subject') ?? displayName(card)) || null;

function filed(card: Card, view: ItemView): string | null {
  const said = ownValue(card, 'FileAs');
  const isNothing = keptText(view, 'contacts:FileAs') === '' || ownValue(card, 'FileAsMapping') === 'Empty';
  return said || (isNothing ? null : fileAs(card) || null);
}

function certificates(name: string): ItemProperty {
  const uri = `contacts:${name}`;
  return property(uri, (_card, view) => {
    const list = keptList(view, uri);
    return list.length === 0 ? null : { Base64Binary: list };
  });
}

/** xs:anyURI: what is no address as a client wrote it must break no answer. */
function address(uri: string): string | null {
  if (uri === '') return null;
  return /^[\x21-\x7e]*$/.test(uri) && !/%(?![0-9a-f]{2})/i.test(uri) ? uri : encodeURI(uri.toWellFormed());
}

function completeName(card: Card): XmlObject | null {
  const part = (element: string) => TEXTS.find((one) => one.element === element)?.text.get(card) || undefined;
  const name = {
    Title: NAME_TITLE.get(card) || undefined,
    FirstName: part('GivenName'),
    MiddleName: part('MiddleName'),
    LastName: part('Surname'),
    Suffix: part('Generation'),
    Initials: part('Initials'),
    FullName: displayName(card) || undefined,
    Nickname: part('Nickname'),
    YomiFirstName: part('PhoneticFirstName'),
    YomiLastName: part('PhoneticLastName'),
  };
  return Object.values(name).every((one) => one === undefined) ? null : name;
}

interface Entry {
  key: string;
  content: XmlContent;
  texts: string[];
}

function emails(card: Card): Entry[] {
  return EMAILS.flatMap(({ key, entry }) => {
    const email = entryOf(card, 'emails', entry);
    if (email === undefined || email.address === '') return [];
    const name = email['waypost:name'] ?? email.address;
    const content = { '@Key': key, '@Name': name, '@RoutingType': 'SMTP', '#': email.address };
    return [{ key, content, texts: [email.address] }];
  });
}

const texts =
  (fields: readonly EntryText[]) =>
  (card: Card): Entry[] =>
    fields.flatMap(({ key, text: { get } }) => {
      const value = get(card);
      return value === '' ? [] : [{ key, content: { '@Key': key, '#': value }, texts: [value] }];
    });

function addresses(card: Card): Entry[] {
  return ADDRESSES.flatMap(({ key, parts }) => {
    const said = ADDRESS_PARTS.map((part) => [part, parts[part].get(card)] as const);
    const given = said.filter(([, value]) => value !== '');
    if (given.length === 0) return [];
    return [
      {
        key,
        content: { '@Key': key, ...Object.fromEntries(given) },
        texts: given.map(([, value]) => value),
      },
    ];
  });
}

/** A dictionary, whole and by its entries. */
function dictionary(
  element: string,
  entriesOf: (card: Card) => Entry[],
  entryUris: readonly string[],
  more: More = {},
): { whole: ItemProperty; indexed: IndexedProperty[] } {
  const whole = property(
    `contacts:${element}`,
    (card) => {
      const entries = entriesOf(card);
      return entries.length === 0 ? null : { Entry: entries.map(({ content }) => content) };
    },
    {
      ...IN_DEFAULT,
      compare: (view) => taken(view, (card) => entriesOf(card).flatMap((one) => one.texts)),
      ...more,
    },
  );
  const indexed = entryUris.map((uri): IndexedProperty => {
    const part = uri.split(':')[2];
    const shown = (view: ItemView, indexes: readonly string[]) =>
      taken(view, entriesOf)?.flatMap(({ key, content }) => {
        if (!indexes.includes(key)) return [];
        if (part === undefined) return [content];
        const value = (content as XmlObject)[part];
        return value === undefined ? [] : [{ '@Key': key, [part]: value }];
      }) ?? [];
    return {
      ...{ uri, element, on: ON },
      read(view, indexes) {
        const entries = shown(view, indexes);
        return entries.length === 0 ? null : { Entry: entries };
      },
      compare(view, index) {
        const [entry] = shown(view, [index]);
        const value = (entry as XmlObject | undefined)?.[part ?? '#'];
        return typeof value === 'string' ? value : null;
      },
    };
  });
  return { whole, indexed };
}

const DICTIONARIES = [
  dictionary('EmailAddresses', emails, ['contacts:EmailAddress']),
  dictionary('PhoneNumbers', texts(PHONES), ['contacts:PhoneNumber']),
  dictionary('ImAddresses', texts(MESSAGING), ['contacts:ImAddress']),
  dictionary(
    'PhysicalAddresses',
    addresses,
    ADDRESS_PARTS.map((part) => `contacts:PhysicalAddress:${part}`),
  ),
];

const hasPicture = (_card: Card, view: ItemView) => attachmentsOf(view).some((one) => one.isContactPhoto);
const DEFAULT_TEXTS = new Set([
  ...['GivenName', 'Surname', 'MiddleName', 'Nickname', 'CompanyName', 'JobTitle', 'Department', 'Initials'],
]);

/** Properties of contacts (MS-OXWSCONT 2.2.4.3), and those of all items that contacts tell in their own way. */
export const CONTACT_PROPERTIES: readonly ItemProperty[] = [
  plain('item:Subject', subject, { on: CARDS, inDefault: CARDS }),
  list('item:Categories', keywords, { on: CARDS, inDefault: CARDS }),
  plain('item:Importance', (_card, view) => keptWord(view, 'item:Importance', ['Low', 'Normal', 'High']), {
    ...{ on: CARDS, inDefault: CARDS },
  }),
  plain('item:Sensitivity', (_card, view) => keptWord(view, 'item:Sensitivity', SENSITIVITIES), {
    ...{ on: CARDS, inDefault: CARDS },
  }),
  plain('item:InReplyTo', (_card, view) => keptText(view, 'item:InReplyTo'), { on: CARDS }),
  property('item:ResponseObjects', () => ({ $: [['ForwardItem', {}]] }), { on: CARDS, inDefault: CARDS }),
  plain('contacts:FileAs', filed, { on: CARDS, inDefault: CARDS }),
  plain('contacts:DisplayName', (card) => displayName(card) || null, { on: CARDS, inDefault: CARDS }),
  plain('contacts:ContactSource', () => 'Store', { on: CARDS }),
  plain('contacts:FileAsMapping', (card) => ownValue(card, 'FileAsMapping') || null),
  property('contacts:CompleteName', completeName, IN_DEFAULT),
  ...TEXTS.filter(({ element }) => element !== 'BusinessHomePage').map((one) =>
    text(one.element, one.text, DEFAULT_TEXTS.has(one.element) ? IN_DEFAULT : {}),
  ),
  ...TEXTS.filter(({ element }) => element === 'BusinessHomePage').map((one) =>
    plain('contacts:BusinessHomePage', (card) => address(one.text.get(card)), IN_DEFAULT),
  ),
  ...DAYS.map(({ element, text: { get } }) =>
    property(`contacts:${element}`, (card) => wholeSeconds(get(card)) || null, {
      compare: (view) =>
        taken(view, (card) => {
          const at = Date.parse(get(card));
          return Number.isNaN(at) ? null : at;
        }),
    }),
  ),
  list('contacts:Children', (card) => relatedNames(card, 'child')),
  list('contacts:Companies', (_card, view) => keptList(view, 'contacts:Companies')),
  plain('contacts:PostalAddressIndex', (card) => ownValue(card, 'PostalAddressIndex') || 'None'),
  plain('contacts:HasPicture', hasPicture, IN_DEFAULT),
  property('contacts:Photo', (card, view) => (hasPicture(card, view) ? photoText(view) : null), {
    ...{ inAll: false, cheap: false },
  }),
  {
    ...{ uri: 'contacts:Notes', element: 'Notes', on: ON, inDefault: 'none', inAll: false, cheap: false },
    async read(view, _shape, { services }) {
      const card = cardOf(view);
      if (card === null || notesBody(card).text === '') return null;
      return asText(await bodiesOf(view, services.blobs));
    },
  },
  certificates('UserSMIMECertificate'),
  certificates('MSExchangeCertificate'),
  ...DICTIONARIES.map(({ whole }) => whole),
  {
    ...{ uri: 'distributionlist:Members', element: 'Members', on: LISTS, inDefault: LISTS },
    ...{ inAll: true, cheap: false },
    read: (view, _shape, context) => membersElement(view, context),
  },
];

export const INDEXED_OF_CONTACTS: readonly IndexedProperty[] = DICTIONARIES.flatMap(({ indexed }) => indexed);

/** Some clients read no fractions of seconds. */
function wholeSeconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}
