import { entryOf, withEntry } from './entries.ts';
import { ADDRESS_SLOTS } from './slots.ts';
import type { AddressComponent, Card } from './types.ts';

/** Parts of an address that ActiveSync has a field for; all the others are the street. */
const PARTS = { City: 'locality', State: 'region', PostalCode: 'postcode', Country: 'country' } as const;
type Part = keyof typeof PARTS | 'Street';
type Slot = keyof typeof ADDRESS_SLOTS;

const OWN = new Set<AddressComponent['kind']>(Object.values(PARTS));

export function addressPart(card: Card, slot: Slot, part: Part): string {
  const address = entryOf(card, 'addresses', slot);
  if (address === undefined) return '';
  const components = address.components ?? [];
  if (part === 'Street') return components.length === 0 ? (address.full ?? '') : streetOf(components);
  const values = components.filter(({ kind }) => kind === PARTS[part]).map(({ value }) => value);
  if (values.length > 0) return values.join(' ');
  return part === 'Country' ? (address.countryCode ?? '') : '';
}

export function withAddressPart(card: Card, slot: Slot, part: Part, value: string): Card {
  const contexts = ADDRESS_SLOTS[slot];
  const address =
    entryOf(card, 'addresses', slot) ?? (contexts === null ? {} : { contexts: { ...contexts } });
  const isOf = ({ kind }: AddressComponent) => (part === 'Street' ? !OWN.has(kind) : kind === PARTS[part]);
  // Of an address that is known only as a whole, the street is what the device was shown.
  const whole = address.full !== undefined && (address.components ?? []).length === 0 && part !== 'Street';
  const before: AddressComponent[] = whole
    ? [{ kind: 'name', value: address.full ?? '' }]
    : (address.components ?? []).filter(({ kind }) => kind !== 'separator' || part === 'Street');
  const components = before.filter((component) => !isOf(component));
  if (value !== '') {
    const kind = part === 'Street' ? 'name' : PARTS[part];
    components[part === 'Street' ? 'unshift' : 'push']({ kind, value });
  }
  const { full: _full, components: _components, countryCode, ...rest } = address;
  const next = {
    ...rest,
    ...(components.length === 0 ? {} : { components }),
    ...(countryCode === undefined || part === 'Country' ? {} : { countryCode }),
  };
  const isEmpty = components.length === 0 && next.countryCode === undefined;
  return withEntry(card, 'addresses', slot, isEmpty ? null : next);
}

/** The parts in the order in which they stand; a separator stands in place of the space (RFC 9553 2.5.1.2). */
function streetOf(components: readonly AddressComponent[]): string {
  let text = '';
  let separator = '';
  for (const { kind, value } of components) {
    if (kind === 'separator') separator = value;
    else if (OWN.has(kind)) separator = '';
    else if (value !== '') {
      text += text === '' ? value : `${separator || ' '}${value}`;
      separator = '';
    }
  }
  return text;
}
