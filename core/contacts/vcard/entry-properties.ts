import type { JCardProperty } from '../../../codecs/vcard/index.ts';
import type { AddressComponent, Card, Contexts } from '../types.ts';
import { writeDate } from './dates.ts';
import { extension } from './property.ts';

type Params = Record<string, string | string[]>;
type Version = '3.0' | '4.0';

const TYPE_OF_FEATURE: Readonly<Record<string, string>> = { mobile: 'cell' };
const FEATURES = new Set(['voice', 'fax', 'mobile', 'pager', 'text', 'video', 'textphone', 'main-number']);
const PHONE_LABELS = new Set(['car', 'radio', 'assistant']);
const ADDRESS_PARTS: AddressComponent['kind'][] = [
  'postOfficeBox',
  'apartment',
  'name',
  'locality',
  'region',
  'postcode',
  'country',
];
/** Parts of a street that vCard has no place of its own for. */
const OF_STREET = new Set<AddressComponent['kind']>([
  'room',
  'floor',
  'building',
  'number',
  'block',
  'district',
]);

interface Described {
  contexts?: Contexts;
  pref?: number;
  label?: string;
  vCardParams?: Params;
}

/** The entries of all maps of a card, each with its key as PROP-ID (RFC 9554 4.7). */
export function entryProperties(card: Card, version: Version): JCardProperty[] {
  return new Writer(version).all(card);
}

class Writer {
  readonly #version: Version;
  readonly #out: JCardProperty[] = [];
  #groups = 0;

  constructor(version: Version) {
    this.#version = version;
  }

  all(card: Card): JCardProperty[] {
    for (const group of ofKept(card)) this.#groups = Math.max(this.#groups, group);
    each(card.nicknames, (key, e) => this.#put('nickname', key, e, [], e.name));
    each(card.organizations, (key, e) => this.#organization(key, e));
    each(card.titles, (key, e) => this.#put(e.kind === 'role' ? 'role' : 'title', key, e, [], e.name));
    each(card.emails, (key, e) => {
      const shown = e['waypost:name'];
      this.#put('email', key, e, [], e.address, shown === undefined ? {} : { 'x-cn': shown });
    });
    each(card.phones, (key, e) => this.#phone(key, e));
    each(card.addresses, (key, e) => this.#address(key, e));
    each(card.onlineServices, (key, e) => {
      const service: Params = e.service === undefined ? {} : { 'x-service-type': e.service };
      const uri = e.uri ?? (e.user === undefined ? '' : `x-apple:${encodeURIComponent(wellFormed(e.user))}`);
      if (uri !== '') this.#put('impp', key, e, [], uri, service, 'uri');
    });
    each(card.links, (key, e) =>
      this.#put(e.kind === 'contact' ? 'contact-uri' : 'url', key, e, [], e.uri, {}, 'uri'),
    );
    each(card.anniversaries, (key, e) => this.#day(key, e));
    each(card.notes, (key, e) => this.#put('note', key, e, [], e.note));
    each(card.media, (key, e) => this.#media(key, e));
    each(card.relatedTo, (name, e) => this.#related(name, Object.keys(e.relation)));
    return this.#out;
  }

  /** One property, and the label of its group where it has one. */
  #put(
    name: string,
    key: string,
    entry: Described,
    types: readonly string[],
    value: JCardProperty[3],
    params: Params = {},
    type = 'text',
  ): void {
    const contexts = Object.keys(entry.contexts ?? {}).flatMap((context) =>
      context === 'private' ? ['home'] : context === 'work' ? ['work'] : [],
    );
    const { type: kept = [], ...others } = entry.vCardParams ?? {};
    const isFirst = this.#version === '3.0' && entry.pref === 1;
    const all = [...types, ...contexts, ...(isFirst ? ['pref'] : []), ...[kept].flat()];
    const written: Params = {
      ...others,
      ...params,
      ...(all.length === 0 ? {} : { type: all.length === 1 ? (all[0] ?? '') : all }),
      ...(entry.pref === undefined || isFirst ? {} : { pref: String(entry.pref) }),
      'prop-id': key,
    };
    if (entry.label === undefined) {
      this.#out.push([name, written, type, value]);
      return;
    }
    const group = `item${++this.#groups}`;
    this.#out.push(
      [name, { ...written, group }, type, value],
      extension('x-ablabel', entry.label, { group }),
    );
  }

  #organization(key: string, entry: NonNullable<Card['organizations']>[string]): void {
    const parts = [entry.name ?? '', ...(entry.units ?? []).map(({ name }) => name)];
    this.#put('org', key, entry, [], parts);
  }

  #phone(key: string, entry: NonNullable<Card['phones']>[string]): void {
    const features = Object.keys(entry.features ?? {}).filter((feature) => FEATURES.has(feature));
    const types = features.map((feature) => TYPE_OF_FEATURE[feature] ?? feature);
    const { label, ...unlabelled } = entry;
    const isKnown = label !== undefined && PHONE_LABELS.has(label);
    const type = this.#version === '4.0' ? 'text' : 'phone-number';
    this.#put(
      'tel',
      key,
      isKnown ? unlabelled : entry,
      isKnown ? [...types, label] : types,
      entry.number,
      {},
      type,
    );
  }

  #address(key: string, entry: NonNullable<Card['addresses']>[string]): void {
    const components = entry.components ?? [];
    const parts = ADDRESS_PARTS.map((part) => {
      const isOf = ({ kind }: AddressComponent) => kind === part || (part === 'name' && OF_STREET.has(kind));
      const values = components.filter(isOf).map(({ value }) => value);
      return values.length === 1 ? (values[0] ?? '') : values.length === 0 ? '' : values;
    });
    const params: Params = {
      ...(entry.full === undefined ? {} : { label: entry.full }),
      ...(entry.countryCode === undefined ? {} : { cc: entry.countryCode }),
    };
    this.#put('adr', key, entry, [], parts, params);
  }

  #day(key: string, { kind, date, vCardParams }: NonNullable<Card['anniversaries']>[string]): void {
    const isOld = this.#version === '3.0';
    const text = writeDate(date);
    if (text === null || (isOld && (date.month === undefined || date.day === undefined))) return;
    const name =
      kind === 'birth' ? 'bday' : kind === 'death' ? 'deathdate' : isOld ? 'x-anniversary' : 'anniversary';
    const entry = vCardParams === undefined ? {} : { vCardParams };
    // A day without its year has no form in vCard 3.0: this is how Apple writes it.
    const isYearless = isOld && date.year === undefined;
    const value = isYearless ? `1604${text.slice(1)}` : text;
    const type = isOld
      ? name === 'bday'
        ? 'date'
        : 'unknown'
      : name === 'deathdate'
        ? 'text'
        : 'date-and-or-time';
    this.#put(name, key, entry, [], value, isYearless ? { 'x-apple-omit-year': '1604' } : {}, type);
  }

  #media(key: string, entry: NonNullable<Card['media']>[string]): void {
    const { kind, uri, mediaType } = entry;
    const inline = /^data:([a-z]+)\/([a-z0-9.+-]{1,60});base64,([A-Za-z0-9+/=]*)$/i.exec(uri);
    const [, , subtype = '', data = ''] = inline ?? [];
    if (this.#version === '3.0' && inline !== null) {
      this.#put(kind, key, entry, [subtype.toUpperCase()], data, { encoding: 'b' }, 'binary');
    } else
      this.#put(kind, key, entry, [], uri, mediaType === undefined ? {} : { mediatype: mediaType }, 'uri');
  }

  #related(name: string, relations: string[]): void {
    if (this.#version === '3.0' && relations.length === 1 && relations[0] === 'spouse') {
      this.#out.push(extension('x-spouse', name));
      return;
    }
    const isUri = /^[a-z][a-z0-9+.-]*:\S+$/i.test(name);
    const type = relations.length === 1 ? (relations[0] ?? '') : relations;
    this.#out.push(['related', relations.length === 0 ? {} : { type }, isUri ? 'uri' : 'text', name]);
  }
}

/** Numbers of groups that properties have which are written as they were. */
function ofKept(card: Card): number[] {
  return (card['waypost:vcard'] ?? []).flatMap((kept) => {
    const group: unknown = Array.isArray(kept) ? kept[1]?.group : undefined;
    const number = /^item(\d{1,6})$/i.exec(String(group))?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function each<T>(entries: Record<string, T> | undefined, write: (key: string, entry: T) => void): void {
  for (const [key, entry] of Object.entries(entries ?? {})) write(key, entry);
}

/** What can be put into an address: half a character cannot. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}
