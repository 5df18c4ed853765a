import type { AddressComponent, Card, NameComponent } from '../types.ts';
import { readDate } from './dates.ts';
import { type Draft, MAX_ENTRIES, MAX_MEDIA, type Property } from './property.ts';

/** Puts a property into the card. False: nothing there stands for it, and it is kept as it is. */
type Handler = (draft: Draft, property: Property) => boolean;

const GENERATION = /^(?:jr|sr|[ivx]{1,5}|\d{1,2}(?:st|nd|rd|th))\.?$/i;
const NAME_KINDS: NameComponent['kind'][][] = [['surname'], ['given'], ['given2'], ['title'], ['generation']];
/** Order in which the parts stand in a card. */
const NAME_ORDER = [3, 1, 2, 0, 4];
const ADDRESS_KINDS: AddressComponent['kind'][] = [
  'postOfficeBox',
  'apartment',
  'name',
  'locality',
  'region',
  'postcode',
  'country',
];
const FEATURES = {
  voice: 'voice',
  fax: 'fax',
  cell: 'mobile',
  pager: 'pager',
  text: 'text',
  video: 'video',
  textphone: 'textphone',
  'main-number': 'main-number',
} as const;
const PHONE_LABELS = ['car', 'radio', 'assistant'] as const;
const KINDS = ['individual', 'group', 'org', 'location', 'device', 'application'] as const;
/** Messengers that had a property of their own before IMPP. */
const MESSENGERS = {
  ...{ aim: 'AIM', icq: 'ICQ', jabber: 'Jabber', msn: 'MSN', yahoo: 'Yahoo', skype: 'Skype' },
  ...{ gtalk: 'GTalk', qq: 'QQ', gadugadu: 'Gadu-Gadu', groupwise: 'GroupWise' },
};
const APPLE_RELATIONS: Record<string, string> = { mother: 'parent', father: 'parent', brother: 'sibling' };

export const HANDLERS: Readonly<Record<string, Handler>> = {
  fn: readFullName,
  n: readName,
  'x-phonetic-first-name': (draft, p) => readPhonetic(draft, p.text, 'given', 'YomiFirstName'),
  'x-phonetic-last-name': (draft, p) => readPhonetic(draft, p.text, 'surname', 'YomiLastName'),
  nickname: (draft, p) => {
    const [only, ...others] = p.list.filter((name) => name !== '');
    if (only === undefined) return false;
    draft.add('nicknames', p, { name: only });
    for (const name of others.slice(0, MAX_ENTRIES)) draft.add('nicknames', p, { name });
    return true;
  },
  org: (draft, p) => {
    const [name, ...units] = p.parts.map((part) => part.join(','));
    const named = units.filter((unit) => unit !== '').map((unit) => ({ name: unit }));
    if (!name && named.length === 0) return false;
    return draft.add('organizations', p, {
      ...(name ? { name } : {}),
      ...(named.length === 0 ? {} : { units: named }),
    });
  },
  title: (draft, p) => p.text !== '' && draft.add('titles', p, { name: p.text }),
  role: (draft, p) => p.text !== '' && draft.add('titles', p, { name: p.text, kind: 'role' }),
  email: (draft, p) => {
    if (p.text === '') return false;
    p.takeType('internet');
    const name = p.take('x-cn');
    const shown = name === null ? {} : { 'waypost:name': name };
    return draft.add('emails', p, { address: p.text, ...shown, ...described(draft, p) });
  },
  tel: readPhone,
  adr: readAddress,
  label: (draft, p) => {
    if (p.text === '') return false;
    return draft.add('addresses', p, { full: p.text, ...described(draft, p) });
  },
  impp: (draft, p) => {
    if (p.text === '') return false;
    const service = p.take('x-service-type') ?? p.take('service-type');
    const user = p.text.startsWith('x-apple:') ? decoded(p.text.slice(8)) : null;
    return draft.add('onlineServices', p, {
      ...(service === null ? {} : { service }),
      ...(user === null ? { uri: p.text } : { user }),
      ...described(draft, p),
    });
  },
  ...Object.fromEntries(
    Object.entries(MESSENGERS).map(([name, service]): [string, Handler] => [
      `x-${name}`,
      (draft, p) =>
        p.text !== '' && draft.add('onlineServices', p, { service, user: p.text, ...described(draft, p) }),
    ]),
  ),
  url: (draft, p) => p.text !== '' && draft.add('links', p, { uri: p.text, ...described(draft, p) }),
  'contact-uri': (draft, p) =>
    p.text !== '' && draft.add('links', p, { uri: p.text, kind: 'contact', ...described(draft, p) }),
  bday: (draft, p) => readDay(draft, p, 'birth'),
  deathdate: (draft, p) => readDay(draft, p, 'death'),
  anniversary: (draft, p) => readDay(draft, p, 'wedding'),
  'x-anniversary': (draft, p) => readDay(draft, p, 'wedding'),
  'x-ms-anniversary': (draft, p) => readDay(draft, p, 'wedding'),
  'x-evolution-anniversary': (draft, p) => readDay(draft, p, 'wedding'),
  'x-abdate': (draft, p) =>
    draft.labels.get(p.group ?? '')?.toLowerCase() === 'anniversary' && readDay(draft, p, 'wedding'),
  related: (draft, p) => {
    if (p.text === '') return false;
    const relations = p.types.map((type) => type.toLowerCase());
    p.takeType(...relations);
    return p.rest().vCardParams === undefined && draft.relate(p.text, relations);
  },
  'x-ms-imaddress': (draft, p) =>
    p.text !== '' && draft.add('onlineServices', p, { user: p.text, ...described(draft, p) }),
  'x-ms-spouse': (draft, p) => p.text !== '' && draft.relate(p.text, ['spouse']),
  'x-ms-child': (draft, p) => p.text !== '' && draft.relate(p.text, ['child']),
  'x-spouse': (draft, p) => p.text !== '' && draft.relate(p.text, ['spouse']),
  'x-evolution-spouse': (draft, p) => p.text !== '' && draft.relate(p.text, ['spouse']),
  'x-abrelatednames': (draft, p) => {
    const label = draft.labels.get(p.group ?? '')?.toLowerCase() ?? '';
    if (p.text === '' || !/^[a-z]{2,20}$/.test(label)) return false;
    draft.label(p);
    if (label === 'assistant' || label === 'manager')
      return draft.setOwn(label === 'manager' ? 'ManagerName' : 'AssistantName', p.text);
    return draft.relate(p.text, [APPLE_RELATIONS[label] ?? label]);
  },
  categories: (draft, p) => {
    const texts = p.list.filter((text) => text !== '').map((text): [string, true] => [text, true]);
    if (texts.length === 0) return false;
    const all = [...Object.entries(draft.card.keywords ?? {}), ...texts.slice(0, MAX_ENTRIES)];
    if (all.length > MAX_ENTRIES || texts.length > MAX_ENTRIES) draft.dropped.add(p.name);
    draft.card.keywords = Object.fromEntries(all.slice(0, MAX_ENTRIES));
    return true;
  },
  note: (draft, p) => p.text !== '' && draft.add('notes', p, { note: p.text }),
  photo: (draft, p) => readMedia(draft, p, 'photo'),
  logo: (draft, p) => readMedia(draft, p, 'logo'),
  sound: (draft, p) => readMedia(draft, p, 'sound'),
  uid: (draft, p) => setText(draft, 'uid', p.text.slice(0, 2000)),
  rev: (draft, p) => setText(draft, 'updated', timeOf(p.text)),
  created: (draft, p) => setText(draft, 'created', timeOf(p.text)),
  language: (draft, p) => setText(draft, 'language', p.text),
  prodid: (draft, p) => setText(draft, 'prodId', p.text),
  kind: readKind,
  'x-addressbookserver-kind': readKind,
  member: readMember,
  'x-addressbookserver-member': readMember,
  'x-manager': (draft, p) => draft.setOwn('ManagerName', p.text),
  'x-ms-manager': (draft, p) => draft.setOwn('ManagerName', p.text),
  'x-evolution-manager': (draft, p) => draft.setOwn('ManagerName', p.text),
  'x-assistant': (draft, p) => draft.setOwn('AssistantName', p.text),
  'x-ms-assistant': (draft, p) => draft.setOwn('AssistantName', p.text),
  'x-evolution-assistant': (draft, p) => draft.setOwn('AssistantName', p.text),
  'x-evolution-file-as': (draft, p) => draft.setOwn('FileAs', p.text),
  'x-file-as': (draft, p) => draft.setOwn('FileAs', p.text),
};

function described(draft: Draft, property: Property) {
  return { ...property.takeContexts(), ...property.takePreference(), ...draft.label(property) };
}

function setText(
  draft: Draft,
  field: 'uid' | 'updated' | 'created' | 'language' | 'prodId',
  text: string,
): boolean {
  if (text === '' || (draft.card[field] ?? '') !== '') return false;
  draft.card[field] = text;
  return true;
}

/** RFC 6350 4.3.5, with or without the signs between; '' for what is no time. */
function timeOf(text: string): string {
  const match =
    /^(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}):?(\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{0,2})?)?$/i.exec(
      text.trim(),
    );
  if (match === null) return '';
  const [, y, m, d, h = '00', min = '00', s = '00', fraction = '', zone = 'Z'] = match;
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const at = Date.parse(
    `${y}-${m}-${d}T${h}:${min}:${s}.${(fraction || '0').slice(0, 3)}${offset.toUpperCase()}`,
  );
  if (Number.isNaN(at)) return '';
  const iso = new Date(at).toISOString();
  return fraction === '' ? iso.replace('.000Z', 'Z') : iso;
}

function readFullName(draft: Draft, property: Property): boolean {
  // Made of the parts for those who need it (RFC 9555 2.3.2).
  if (property.take('derived')?.toLowerCase() === 'true') return true;
  if (property.text === '' || draft.card.name?.full !== undefined || property.rest().vCardParams)
    return false;
  draft.card.name = { ...draft.card.name, full: property.text };
  return true;
}

function readName(draft: Draft, property: Property): boolean {
  if (draft.card.name?.components !== undefined) return false;
  const { parts } = property;
  const components = NAME_ORDER.flatMap((at) =>
    (parts[at] ?? []).map((value): NameComponent => {
      const [kind = 'given'] = NAME_KINDS[at] ?? [];
      return { kind: at === 4 && !GENERATION.test(value) ? 'credential' : kind, value };
    }),
  );
  if (components.length === 0) return true;
  draft.card.name = { ...draft.card.name, components };
  return true;
}

/** Comes before or after the name it is for. */
function readPhonetic(draft: Draft, text: string, kind: NameComponent['kind'], own: string): boolean {
  const components = draft.card.name?.components ?? [];
  const at = components.findIndex((part) => part.kind === kind);
  if (text === '' || components[at]?.phonetic !== undefined) return false;
  if (at < 0) return draft.setOwn(own, text);
  const next = components.map((part, i) => (i === at ? { ...part, phonetic: text } : part));
  draft.card.name = { ...draft.card.name, components: next };
  return true;
}

function readPhone(draft: Draft, property: Property): boolean {
  const { text } = property;
  if (text === '') return false;
  const bare = /^tel:/i.test(text) && !text.includes(';') ? text.slice(4) : text;
  const features = Object.entries(FEATURES).filter(([type]) => property.takeType(type));
  const label = PHONE_LABELS.find((type) => property.takeType(type));
  return draft.add('phones', property, {
    number: bare,
    ...(features.length === 0
      ? {}
      : { features: Object.fromEntries(features.map(([, f]): [string, true] => [f, true])) }),
    ...(label === undefined ? {} : { label }),
    ...described(draft, property),
  });
}

function readAddress(draft: Draft, property: Property): boolean {
  const components = ADDRESS_KINDS.flatMap((kind, at) =>
    (property.parts[at] ?? []).map((value): AddressComponent => ({ kind, value })),
  );
  const full = property.take('label');
  const code = property.take('cc') ?? draft.countries.get(property.group ?? '') ?? null;
  if (components.length === 0 && full === null) return false;
  return draft.add('addresses', property, {
    ...(components.length === 0 ? {} : { components }),
    ...(full === null ? {} : { full }),
    ...(code === null ? {} : { countryCode: code }),
    ...described(draft, property),
  });
}

function readDay(draft: Draft, property: Property, kind: 'birth' | 'death' | 'wedding'): boolean {
  const date = readDate(property.text, property.take('x-apple-omit-year'));
  if (date === null) return false;
  draft.label(property);
  return draft.add('anniversaries', property, { kind, date });
}

function readMedia(draft: Draft, property: Property, kind: 'photo' | 'logo' | 'sound'): boolean {
  const { text, type } = property;
  if (text === '') return false;
  const isBinary = type === 'binary' && !/^[a-z][a-z0-9+.-]*:/i.test(text);
  const named = property.take('mediatype');
  const kinds = isBinary ? property.types : [];
  property.takeType(...kinds.map((t) => t.toLowerCase()));
  const said = kinds[0]?.toLowerCase();
  const mediaType =
    said === undefined
      ? mediaTypeOf(text)
      : said.includes('/')
        ? said
        : `${kind === 'sound' ? 'audio' : 'image'}/${said}`;
  if (isBinary) property.take('encoding');
  const uri = isBinary ? `data:${mediaType};base64,${text.replace(/\s+/g, '')}` : text;
  if (uri.length > MAX_MEDIA) {
    draft.dropped.add(property.name);
    return true;
  }
  const inlineType = /^data:([^;,]{1,100})[;,]/i.exec(uri)?.[1];
  const shownType = named ?? (isBinary ? inlineType : undefined);
  return draft.add('media', property, {
    kind,
    uri,
    ...(shownType === undefined || shownType === null ? {} : { mediaType: shownType }),
  });
}

/** Of base64 that nobody named. */
function mediaTypeOf(data: string): string {
  if (data.startsWith('iVBORw0KGgo')) return 'image/png';
  return data.startsWith('R0lGOD') ? 'image/gif' : 'image/jpeg';
}

function readKind(draft: Draft, property: Property): boolean {
  const kind = KINDS.find((one) => one === property.text.toLowerCase());
  if (kind === undefined || draft.card.kind !== undefined) return false;
  draft.card.kind = kind;
  return true;
}

function readMember(draft: Draft, property: Property): boolean {
  const member = property.text.replace(/^urn:uuid:(?=urn:uuid:)/i, '');
  if (member === '' || property.rest().vCardParams !== undefined) return false;
  const before: Card['members'] = draft.card.members ?? {};
  draft.card.members = Object.fromEntries([...Object.entries(before), [member, true as const]]);
  return true;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
