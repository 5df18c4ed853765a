import { htmlToText, segmentWords } from '../../codecs/text/index.ts';
import type { CalendarEvent, CalendarTask } from '../../core/calendar/types.ts';
import type { Card } from '../../core/contacts/types.ts';
import type { Note, TextMessage } from '../../core/notes/types.ts';
import type { PimItem } from '../../core/pim/types.ts';
import type { SearchDocument } from '../../core/ports/search.ts';
import { stateOf } from '../../core/search/catch-up.ts';

/** UTF-16 units of a description or a note, as far as it is indexed. */
const MAX_BODY = 256 * 1024;
/** Of names, addresses and the like. */
const MAX_LIST = 16 * 1024;

type Texts = Partial<Record<'subject' | 'from' | 'to' | 'body' | 'files', string[]>>;

/** The words of an event, contact, task, note or text message. Nothing in a document makes it reject. */
export function objectDocument(item: PimItem): SearchDocument {
  const texts = textsOf(item);
  const words = (field: keyof Texts, limit = MAX_LIST) =>
    segmentWords((texts[field] ?? []).join('\n').slice(0, limit));
  return {
    ...stateOf(item),
    hasAttachment: (texts.files ?? []).length > 0,
    subject: words('subject'),
    from: words('from'),
    to: words('to'),
    ...{ cc: '', bcc: '' },
    body: words('body', MAX_BODY),
    files: words('files'),
  };
}

function textsOf(item: PimItem): Texts {
  switch (item.kind) {
    case 'event':
    case 'task':
      return calendarTexts(item.document, item.title);
    case 'contact':
      return contactTexts(item.document, item.title);
    case 'note':
      return noteTexts(item.document);
    case 'sms':
      return smsTexts(item.document);
  }
}

function calendarTexts(document: CalendarEvent | CalendarTask, title: string): Texts {
  const people = values(document.participants);
  const person = (one: (typeof people)[number]) => texts(one.name, one.email).join(' ');
  const isOwner = (one: (typeof people)[number]) => one.roles?.['owner'] === true;
  const places = values(document.locations).flatMap((place) =>
    texts(place.name, place.description, ...values(place['waypost:address']).map(textOf)),
  );
  const overrides = values(document.recurrenceOverrides).flatMap((patch) =>
    texts(textOf(patch['title']), textOf(patch['description'])),
  );
  return {
    subject: texts(document.title ?? title),
    from: people.filter(isOwner).map(person),
    to: people.filter((one) => !isOwner(one)).map(person),
    body: [
      ...plain(document.description, document.descriptionContentType),
      ...places,
      ...values(document.virtualLocations).flatMap((place) => texts(place.name, place.uri)),
      ...Object.keys(document.keywords ?? {}),
      ...overrides,
    ],
    files: values(document.links)
      .filter((link) => link.rel === 'enclosure')
      .map((link) => link.title ?? ''),
  };
}

function contactTexts(card: Card, title: string): Texts {
  const addresses = values(card.addresses).flatMap((address) =>
    texts(address.full, ...listed(address.components).map((part) => part.value)),
  );
  return {
    subject: texts(
      title,
      card.name?.full,
      ...listed(card.name?.components).map((part) => part.value),
      ...values(card.nicknames).map((nick) => nick.name),
      ...values(card.organizations).flatMap((org) => [org.name, ...listed(org.units).map((u) => u.name)]),
    ),
    from: values(card.emails).map((email) => email.address),
    body: [
      ...texts(...values(card.titles).map((one) => one.name)),
      ...values(card.phones).flatMap(({ number }) => numbers(number)),
      ...texts(...values(card.onlineServices).flatMap((one) => [one.user, one.uri])),
      ...addresses,
      ...texts(...values(card.links).map((link) => link.uri)),
      ...values(card.notes).flatMap(({ note, contentType }) => plain(note, contentType)),
      ...Object.keys(card.keywords ?? {}),
    ],
  };
}

function noteTexts({ title, body, bodyContentType, keywords }: Note): Texts {
  return { subject: texts(title), body: [...plain(body, bodyContentType), ...Object.keys(keywords ?? {})] };
}

function smsTexts({ from, to, subject, body }: TextMessage): Texts {
  return { subject: texts(subject), from: numbers(from), to: numbers(to), body: texts(body) };
}

/** As it is written, and as one word of its digits: people type it either way. */
function numbers(number: string): string[] {
  if (typeof number !== 'string') return [];
  const digits = number.replaceAll(/\D/g, '');
  return digits === '' ? texts(number) : texts(number, digits);
}

function plain(text: string | undefined, contentType: string | undefined): string[] {
  if (typeof text !== 'string' || text === '') return [];
  return [contentType === 'text/html' ? htmlToText(text, { maxLength: MAX_BODY }) : text];
}

/** What other programs left in a document may be of any type. */
function texts(...given: (string | undefined)[]): string[] {
  return given.filter((text) => typeof text === 'string' && text !== '') as string[];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function values<T>(map: Record<string, T> | undefined): T[] {
  const all: unknown = map ?? {};
  if (typeof all !== 'object') return [];
  return Object.values(all as Record<string, T>).filter((value) => value !== null && value !== undefined);
}

function listed<T>(list: T[] | undefined): T[] {
  return Array.isArray(list) ? list.filter((value) => value !== null && value !== undefined) : [];
}
