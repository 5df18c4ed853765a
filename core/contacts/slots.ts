import type { Card, Contexts } from './types.ts';

type Entries<T> = Record<string, T>;

type Phone = NonNullable<Card['phones']>[string];
type Address = NonNullable<Card['addresses']>[string];
type Service = NonNullable<Card['onlineServices']>[string];

/**
 * Keys of entries that a device has a place for, in order. What finds no free one gets the next number after them
 * (`email4`, `mobile2`): it is kept where no device sees it, and stays there when a place becomes free. Otherwise a
 * device that cleared a field would find another value in it, and would clear that as well with its next change.
 */
type Family = readonly [string, ...string[]];

const EMAILS: Family = ['email1', 'email2', 'email3'];
const SERVICES: Family = ['im1', 'im2', 'im3'];

/** The phones that MS-ASCNTC and MS-OXWSCONT have places for, and what an entry there is in RFC 9553. */
export const PHONE_SLOTS = {
  work: { contexts: { work: true }, features: { voice: true } },
  work2: { contexts: { work: true }, features: { voice: true } },
  workFax: { contexts: { work: true }, features: { fax: true } },
  home: { contexts: { private: true }, features: { voice: true } },
  home2: { contexts: { private: true }, features: { voice: true } },
  homeFax: { contexts: { private: true }, features: { fax: true } },
  mobile: { features: { mobile: true } },
  pager: { features: { pager: true } },
  companyMain: { contexts: { work: true }, features: { 'main-number': true } },
  car: { label: 'car' },
  radio: { label: 'radio' },
  assistant: { label: 'assistant' },
  // No device has a place for these.
  callback: { label: 'callback' },
  isdn: { label: 'isdn' },
  other: { label: 'other telephone' },
  otherFax: { label: 'other fax', features: { fax: true } },
  primary: { label: 'primary' },
  telex: { label: 'telex' },
  tty: { features: { textphone: true } },
} as const satisfies Record<string, Omit<Phone, 'number'>>;

export const ADDRESS_SLOTS = {
  work: { work: true },
  home: { private: true },
  other: null,
} as const satisfies Record<string, Contexts | null>;

const PHONE_FAMILIES: Family[] = [
  ['work', 'work2'],
  ['workFax'],
  ['home', 'home2'],
  ['homeFax'],
  ...(['mobile', 'pager', 'companyMain', 'car', 'radio', 'assistant'] as const).map((key): Family => [key]),
  ...(['callback', 'isdn', 'other', 'otherFax', 'primary', 'telex', 'tty'] as const).map(
    (key): Family => [key],
  ),
];

/**
 * The card with the keys of its entries such that each place of a device has a fixed one. Entries that have such a key
 * keep it; the others get one by what they are, the preferred first. Doing it again changes nothing.
 */
export function settle(card: Card): Card {
  const settled: Card = { ...card };
  settled.emails = place(byPreference(card.emails), [EMAILS], () => EMAILS);
  settled.phones = place(byPreference(card.phones), PHONE_FAMILIES, phoneFamily);
  settled.addresses = place(byPreference(card.addresses), [['work'], ['home'], ['other']], addressFamily);
  settled.onlineServices = place(card.onlineServices, [SERVICES], (s) => (isMessaging(s) ? SERVICES : null));
  settled.nicknames = place(card.nicknames, [['nick']], () => ['nick']);
  settled.organizations = place(card.organizations, [['org']], () => ['org']);
  settled.titles = place(card.titles, [['title']], ({ kind }) => (kind === 'role' ? null : ['title']));
  settled.links = place(card.links, [['web']], ({ kind }) => (kind === 'contact' ? null : ['web']));
  settled.media = place(card.media, [['picture']], ({ kind }) => (kind === 'photo' ? ['picture'] : null));
  settled.anniversaries = place(card.anniversaries, [['birthday'], ['anniversary']], ({ kind }) =>
    kind === 'birth' ? ['birthday'] : kind === 'wedding' ? ['anniversary'] : null,
  );
  for (const key of SETTLED) if (settled[key] === undefined) delete settled[key];
  return settled;
}

const SETTLED = [
  'emails',
  'phones',
  'addresses',
  'onlineServices',
  'nicknames',
  'organizations',
  'titles',
  'links',
  'media',
  'anniversaries',
] as const satisfies (keyof Card)[];

function place<T>(
  entries: Entries<T> | undefined,
  families: readonly Family[],
  familyOf: (entry: T) => Family | null,
): Entries<T> | undefined {
  if (entries === undefined) return undefined;
  const isPlaced = (key: string, entry: T): boolean =>
    familyOf(entry) === null || families.some((family) => belongs(key, family));
  const taken = new Set(Object.keys(entries).filter((key) => isPlaced(key, entries[key] as T)));
  const placed = Object.entries(entries).map(([key, entry]): [string, T] => {
    const family = familyOf(entry);
    if (family === null || taken.has(key)) return [key, entry];
    const free = freeKey(family, taken);
    taken.add(free);
    return [free, entry];
  });
  return Object.fromEntries(placed);
}

function belongs(key: string, family: Family): boolean {
  if (family.includes(key)) return true;
  const base = baseOf(family);
  return key.startsWith(base) && /^[1-9]\d{0,5}$/.test(key.slice(base.length));
}

function freeKey(family: Family, taken: ReadonlySet<string>): string {
  const free = family.find((key) => !taken.has(key));
  if (free !== undefined) return free;
  let number = family.length + 1;
  while (taken.has(`${baseOf(family)}${number}`)) number++;
  return `${baseOf(family)}${number}`;
}

function baseOf([first]: Family): string {
  return first.replace(/\d+$/, '');
}

/** A lower number is preferred (RFC 9553 1.5.3), none comes last; else the order in which they stand. */
function byPreference<T extends { pref?: number }>(entries: Entries<T> | undefined): Entries<T> | undefined {
  if (entries === undefined) return undefined;
  const list = Object.entries(entries);
  if (list.every(([, entry]) => entry.pref === undefined)) return entries;
  const rank = ([, entry]: [string, T]) => entry.pref ?? Number.MAX_SAFE_INTEGER;
  return Object.fromEntries(list.sort((a, b) => rank(a) - rank(b)));
}

const LABELLED = ['car', 'radio', 'assistant', 'callback', 'isdn', 'other', 'primary', 'telex'] as const;

function phoneFamily(phone: Phone): Family {
  const has = (feature: string) => phone.features?.[feature] === true;
  const isWork = phone.contexts?.work === true;
  const label = phone.label?.toLowerCase();
  if (label === PHONE_SLOTS.otherFax.label && has('fax')) return ['otherFax'];
  if (has('fax')) return isWork ? ['workFax'] : ['homeFax'];
  if (has('pager')) return ['pager'];
  if (has('main-number')) return ['companyMain'];
  if (has('mobile') || has('cell')) return ['mobile'];
  if (has('textphone')) return ['tty'];
  const labelled = LABELLED.find((key) => PHONE_SLOTS[key].label === label);
  if (labelled !== undefined) return [labelled];
  return isWork ? ['work', 'work2'] : ['home', 'home2'];
}

function addressFamily({ contexts }: Address): Family {
  if (contexts?.work === true) return ['work'];
  return contexts?.private === true ? ['home'] : ['other'];
}

/** Where messages go, and not the page of somebody in a network. */
function isMessaging({ uri }: Service): boolean {
  return uri === undefined || !/^https?:/i.test(uri);
}
