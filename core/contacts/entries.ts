import type { Card } from './types.ts';

type MapName =
  | 'emails'
  | 'phones'
  | 'addresses'
  | 'onlineServices'
  | 'nicknames'
  | 'organizations'
  | 'titles'
  | 'links'
  | 'media'
  | 'anniversaries';
type Entry<K extends MapName> = NonNullable<Card[K]>[string];

/** The entry of a map under a key; never what an object has by itself (A04). */
export function entryOf<K extends MapName>(card: Card, map: K, key: string): Entry<K> | undefined {
  const entries = card[map] as Record<string, Entry<K>> | undefined;
  return entries !== undefined && Object.hasOwn(entries, key) ? entries[key] : undefined;
}

/** The card with this entry in a map, or without any under the key; a map that becomes empty goes. */
export function withEntry<K extends MapName>(card: Card, map: K, key: string, entry: Entry<K> | null): Card {
  const entries = new Map<string, unknown>(Object.entries(card[map] ?? {}));
  if (entry === null) entries.delete(key);
  else entries.set(key, entry);
  const changed: Card = { ...card, [map]: Object.fromEntries(entries) };
  if (entries.size === 0) delete changed[map];
  return changed;
}

/** The value that ActiveSync alone has a word for; '' when there is none. */
export function ownValue(card: Card, name: string): string {
  const values = card['waypost:eas'] ?? {};
  return Object.hasOwn(values, name) ? (values[name] ?? '') : '';
}

export function withOwnValue(card: Card, name: string, value: string): Card {
  const { [name]: _before, ...others } = card['waypost:eas'] ?? {};
  const values = value === '' ? others : { ...others, [name]: value };
  const { 'waypost:eas': _all, ...rest } = card;
  return Object.keys(values).length === 0 ? rest : { ...rest, 'waypost:eas': values };
}
