/** What clients say of contacts. */
import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child, children } from '../../../codecs/soap/read.ts';
import { entryOf, withEntry, withOwnValue } from '../../../core/contacts/entries.ts';
import { FILE_AS_MAPPINGS } from '../../../core/contacts/file-as.ts';
import { parsePicture } from '../../../core/contacts/picture.ts';
import { relatedNames, withRelatedNames } from '../../../core/contacts/related.ts';
import type { Card } from '../../../core/contacts/types.ts';
import { refused } from '../calendar/edits.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { enumOf, stringsOf, timeOf } from '../items/editors/values.ts';
import type { ItemEdit } from '../items/property.ts';
import { isoTime } from '../items/time.ts';
import { type CardChange, type CardDraft, lineOf } from './card-edits.ts';
import {
  ADDRESS_PARTS,
  ADDRESSES,
  type CardText,
  DAYS,
  EMAILS,
  type EntryText,
  MESSAGING,
  PHONES,
  TEXTS,
} from './contact-fields.ts';

/** Characters of base64 that a picture may have: of an image of 100 KB. */
const MAX_PICTURE = 136 * 1024;
const MAX_LIST = 300;
/** Names that devices have a field for. */
const NAMES = new Set(['GivenName', 'MiddleName', 'Surname']);
const MAX_NAME = 255;
const MAX_CERTIFICATE = 64 * 1024;

/** How one entry of a dictionary is changed: by its element, or taken away. */
type EntryChange = (card: Card, entry: XmlElement | null) => Card;

interface Dictionary {
  element: string;
  /** Of an entry or of a part of it: field URI, key, and what a change does. */
  entries: ReadonlyMap<string, EntryChange>;
  uri: string;
}

export function settingText(card: Card, { set }: CardText, text: string): Card {
  const changed = set(card, text);
  if (changed === null) throw new EwsError('ErrorPropertyUpdate', 'The value of a property cannot be kept.');
  return changed;
}

const textEntries = (fields: readonly EntryText[]): ReadonlyMap<string, EntryChange> =>
  new Map(fields.map(({ key, text }) => [key, (card, entry) => settingText(card, text, lineOf(entry))]));

const DICTIONARIES: readonly Dictionary[] = [
  { element: 'PhoneNumbers', uri: 'contacts:PhoneNumber', entries: textEntries(PHONES) },
  { element: 'ImAddresses', uri: 'contacts:ImAddress', entries: textEntries(MESSAGING) },
  {
    ...{ element: 'EmailAddresses', uri: 'contacts:EmailAddress' },
    entries: new Map(EMAILS.map(({ key, entry }) => [key, (card, said) => withEmail(card, entry, said)])),
  },
  {
    ...{ element: 'PhysicalAddresses', uri: 'contacts:PhysicalAddress' },
    entries: new Map(
      ADDRESSES.map(({ key, parts }) => [
        key,
        (card, said) =>
          ADDRESS_PARTS.reduce(
            (next, part) =>
              said !== null && child(said, part) === null
                ? next
                : settingText(next, parts[part], lineOf(said === null ? null : child(said, part))),
            card,
          ),
      ]),
    ),
  },
];

/** An address with the name before it; a name that only repeats the address is none. */
export function withEmail(card: Card, key: string, said: XmlElement | null): Card {
  const address = lineOf(said).trim();
  if (address === '') return withEntry(card, 'emails', key, null);
  const type = said === null ? null : attributeOf(said, 'RoutingType');
  if (type !== null && type !== '' && type.toUpperCase() !== 'SMTP')
    throw new EwsError('ErrorInvalidRoutingType', 'Only addresses of the type SMTP can be kept.');
  const before = entryOf(card, 'emails', key);
  const { 'waypost:name': kept, ...rest } = before ?? { address };
  const name = said === null ? null : attributeOf(said, 'Name');
  const shown = name === null ? (before?.address === address ? kept : undefined) : name;
  const named = shown === undefined || shown === '' || shown === address ? {} : { 'waypost:name': shown };
  return withEntry(card, 'emails', key, { ...rest, address, ...named });
}

/**
 * What a contact alone can be told.
 * @throws EwsError ErrorInvalidPropertySet and its like for what cannot be changed, SchemaError
 */
export function editContact(
  draft: CardDraft,
  how: ItemEdit,
  uri: string,
  value: XmlElement | null,
  index: string | null,
): void {
  if (index !== null) draft.changes.push(indexedChange(how, uri, value, index));
  else if (!editKept(draft, how, uri, value)) draft.changes.push(wholeChange(how, uri, value));
}

function wholeChange(how: ItemEdit, uri: string, value: XmlElement | null): CardChange {
  const element = uri.startsWith('contacts:') ? uri.slice('contacts:'.length) : '';
  if (element === 'Children') {
    const names = value === null ? [] : listOf(value);
    return (card) =>
      withRelatedNames(card, 'child', how === 'append' ? [...relatedNames(card, 'child'), ...names] : names);
  }
  const dictionary = DICTIONARIES.find((one) => one.element === element);
  if (dictionary !== undefined) return dictionaryChange(dictionary, how, value);
  if (how === 'append') throw refused(how, uri);
  const field = TEXTS.find((one) => one.element === element);
  if (field !== undefined) {
    const text = lineOf(value);
    if (NAMES.has(element) && text.length > MAX_NAME)
      throw new EwsError('ErrorPropertyUpdate', 'A part of a name is too long.');
    return (card) => settingText(card, field.text, text);
  }
  const day = DAYS.find((one) => one.element === element);
  if (day !== undefined) {
    const text = value === null ? '' : isoTime(timeOf(value));
    return (card) => settingText(card, day.text, text);
  }
  switch (element) {
    case 'FileAsMapping': {
      const mapping = value === null ? '' : enumOf(value, FILE_AS_MAPPINGS);
      return (card) => withOwnValue(card, 'FileAsMapping', mapping);
    }
    case 'PostalAddressIndex': {
      const place = value === null ? 'None' : enumOf(value, ['None', 'Business', 'Home', 'Other']);
      return (card) => withOwnValue(card, 'PostalAddressIndex', place === 'None' ? '' : place);
    }
    case 'Photo':
      return pictureChange(value === null ? '' : value.text);
    default:
      throw refused(how, uri);
  }
}

/** A picture as base64; '' takes it away. @throws EwsError when it is too large */
export function pictureChange(base64: string): CardChange {
  if (base64.trim() === '') return (card) => withEntry(card, 'media', 'picture', null);
  const picture = parsePicture(base64, MAX_PICTURE);
  if (picture === null)
    throw new EwsError('ErrorAttachmentSizeLimitExceeded', 'The picture is larger than may be kept.');
  return (card) => withEntry(card, 'media', 'picture', { kind: 'photo', ...picture });
}

function dictionaryChange(
  { element, entries }: Dictionary,
  how: ItemEdit,
  value: XmlElement | null,
): CardChange {
  const given = new Map<string, XmlElement>();
  for (const entry of children(value, 'Entry')) {
    const key = attributeOf(entry, 'Key') ?? '';
    if (!entries.has(key)) throw new SchemaError(`${key.slice(0, 40)} is no key of ${element}.`);
    given.set(key, entry);
  }
  return (card) => {
    let next = card;
    for (const [key, change] of entries) {
      const entry = given.get(key) ?? null;
      // What stands there goes, unless something is only added.
      if (how !== 'append') next = change(next, null);
      if (entry !== null) next = change(next, entry);
    }
    return next;
  };
}

function indexedChange(how: ItemEdit, uri: string, value: XmlElement | null, index: string): CardChange {
  if (how === 'append') throw refused(how, uri);
  const [, name = '', part] = uri.split(':');
  const dictionary = DICTIONARIES.find((one) => one.uri === `contacts:${name}`);
  const change = dictionary?.entries.get(index);
  if (dictionary === undefined || change === undefined) throw refused(how, uri);
  const entry = value === null ? null : entryIn(value, index);
  if (dictionary.element !== 'PhysicalAddresses') return (card) => change(card, entry);
  const place = ADDRESSES.find(({ key }) => key === index);
  const wanted = ADDRESS_PARTS.find((one) => one === part);
  if (place === undefined || wanted === undefined) throw refused(how, uri);
  const text = lineOf(entry === null ? null : child(entry, wanted));
  return (card) => settingText(card, place.parts[wanted], text);
}

/** The entry of a dictionary that a change of one entry names. */
function entryIn(value: XmlElement, index: string): XmlElement {
  const found = children(value, 'Entry').find((one) => attributeOf(one, 'Key') === index);
  if (found === undefined)
    throw new EwsError(
      'ErrorUpdatePropertyMismatch',
      'The property that is named and the one with a value differ.',
    );
  return found;
}

/** Lists that are given back as they came. */
function editKept(draft: CardDraft, how: ItemEdit, uri: string, value: XmlElement | null): boolean {
  if (uri === 'contacts:Companies') {
    const before = draft.kept[`ews:${uri}`] ?? draft.view?.extended[`ews:${uri}`] ?? null;
    const names = [
      ...(how === 'append' && before !== null ? [before.value].flat() : []),
      ...(value === null ? [] : listOf(value)),
    ];
    draft.kept[`ews:${uri}`] = names.length === 0 ? null : { type: 'StringArray', value: names };
    return true;
  }
  if (uri !== 'contacts:UserSMIMECertificate' && uri !== 'contacts:MSExchangeCertificate') return false;
  if (how === 'append') throw refused(how, uri);
  const list = children(value, 'Base64Binary').map(({ text }) => text.replace(/\s+/g, ''));
  for (const one of list) {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(one) || one.length > MAX_CERTIFICATE)
      throw new SchemaError(`${value?.name ?? ''} holds no base64.`);
  }
  draft.kept[`ews:${uri}`] = list.length === 0 ? null : { type: 'BinaryArray', value: list };
  return true;
}

function listOf(value: XmlElement): string[] {
  const names = stringsOf(value)
    .map((text) => text.toWellFormed())
    .filter((text) => text !== '');
  if (names.length > MAX_LIST) throw new EwsError('ErrorPropertyUpdate', 'A list is too long.');
  return [...new Set(names)];
}
