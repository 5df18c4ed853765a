import { type JCardProperty, readVCard, writeVCard } from '../../../codecs/vcard/index.ts';
import { displayName } from '../name.ts';
import type { Card } from '../types.ts';
import { entryProperties } from './entry-properties.ts';
import { cardFromVCard } from './from-vcard.ts';
import { nameProperties } from './name-properties.ts';
import { extension } from './property.ts';

/** Read in every card, whether it is there or not; or never. */
const UNSAID = new Set(['@type', 'version', 'waypost:files']);

/**
 * A card as a vCard (RFC 9555). What vCard cannot say, or cannot say exactly, is said beside it as JSPROP, so that reading
 * it gives the same card; other programs see what they know of.
 */
export function cardToVCard(card: Card, version: '3.0' | '4.0'): string {
  const shown = displayName(card);
  const full: JCardProperty = ['fn', card.name?.full === undefined ? { derived: 'true' } : {}, 'text', shown];
  const properties: JCardProperty[] = [
    full,
    ...nameProperties(card),
    ...entryProperties(card, version),
    ...plainProperties(card, version),
    ...keptProperties(card),
  ];
  const plain = writeVCard(properties, version);
  const missing = patches(card, plain);
  return missing.length === 0 ? plain : writeVCard([...properties, ...missing], version);
}

function plainProperties(card: Card, version: '3.0' | '4.0'): JCardProperty[] {
  const apple = version === '3.0' ? 'x-addressbookserver-' : '';
  const type = version === '3.0' ? 'unknown' : 'text';
  const own = card['waypost:eas'] ?? {};
  const texts: [string, string | undefined][] = [
    ['uid', card.uid],
    ['prodid', card.prodId],
    ['x-manager', own.ManagerName],
    ['x-assistant', own.AssistantName],
    ['x-file-as', own.FileAs],
  ];
  const keywords = Object.keys(card.keywords ?? {});
  return [
    ...texts.flatMap(([name, text]): JCardProperty[] =>
      text ? [name.startsWith('x-') ? extension(name, text) : [name, {}, 'text', text]] : [],
    ),
    ...(card.language === undefined ? [] : [property('language', 'language-tag', card.language)]),
    ...(card.kind === undefined ? [] : [property(`${apple}kind`, type, card.kind)]),
    ...Object.keys(card.members ?? {}).map((member) =>
      property(`${apple}member`, apple ? 'unknown' : 'uri', member),
    ),
    ...(keywords.length === 0 ? [] : [['categories', {}, 'text', ...keywords] as JCardProperty]),
    ...timeProperty('rev', card.updated, version),
    ...timeProperty('created', card.created, version),
  ];
}

function property(name: string, type: string, value: string): JCardProperty {
  return [name, {}, type, value];
}

function timeProperty(name: string, time: string | undefined, version: '3.0' | '4.0'): JCardProperty[] {
  if (time === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(time)) return [];
  return [[name, {}, version === '4.0' && name === 'rev' ? 'text' : 'date-time', time]];
}

/** What was kept as jCard is what a vCard had. */
function keptProperties(card: Card): JCardProperty[] {
  return (card['waypost:vcard'] ?? []).filter(
    (kept): kept is JCardProperty => Array.isArray(kept) && kept.length > 3 && typeof kept[0] === 'string',
  );
}

/** For each field that would not come back as it is. */
function patches(card: Card, written: string): JCardProperty[] {
  const { card: back } = cardFromVCard(readVCard(new TextEncoder().encode(written)), { uid: '', now: '' });
  const wanted = new Map<string, unknown>(Object.entries(card));
  const found = new Map<string, unknown>(Object.entries(back));
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names]
    .filter((name) => !UNSAID.has(name) && !isEqual(wanted.get(name), found.get(name)))
    .map((name) => {
      const pointer = name.replaceAll('~', '~0').replaceAll('/', '~1');
      return ['jsprop', { jsptr: `/${pointer}` }, 'text', JSON.stringify(wanted.get(name) ?? null)];
    });
}

/** The same JSON, whatever the order of the fields. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [first, second] = [definedOf(a), definedOf(b)];
  return (
    first.size === second.size &&
    [...first].every(([key, value]) => second.has(key) && isEqual(value, second.get(key)))
  );
}

function definedOf(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).filter(([, inner]) => inner !== undefined));
}
