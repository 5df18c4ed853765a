import type { JCardProperty, VCard } from '../../../codecs/vcard/index.ts';
import { isSoundField } from '../check.ts';
import type { Card } from '../types.ts';
import { HANDLERS } from './handlers.ts';
import { Draft, Property } from './property.ts';

/** For what a vCard need not say. */
interface CardDefaults {
  uid: string;
  /** UTC date-time. */
  now: string;
}

interface ReadCard {
  card: Card;
  /** Names of properties that were left out: a photo that is too large, for one. */
  dropped: string[];
}

/** A vCard as JSContact (RFC 9555). What nothing there stands for is kept in `waypost:vcard`. */
export function cardFromVCard(vcard: Pick<VCard, 'properties'>, { uid, now }: CardDefaults): ReadCard {
  const properties = vcard.properties.filter(isWhole);
  const blank: Card = { '@type': 'Card', version: '1.0', uid: '', updated: '' };
  const draft = new Draft(blank, byGroup(properties, 'x-ablabel', labelOf), byGroup(properties, 'x-abadr'));
  const unknown: JCardProperty[] = [];
  const patches: JCardProperty[] = [];
  for (const property of properties) {
    const [name] = property;
    const isOfGroup = name === 'x-ablabel' || name === 'x-abadr';
    if (name === 'jsprop') patches.push(property);
    else if (isOfGroup && property[1].group !== undefined) unknown.push(property);
    else if (!understood(draft, property)) unknown.push(property);
  }
  const kept = unknown.filter(
    ([name, { group }]) => !(name.startsWith('x-ab') && draft.usedGroups.has(String(group)) && isLabel(name)),
  );
  const { card } = draft;
  if (kept.length > 0) card['waypost:vcard'] = kept;
  for (const patch of patches) applyPatch(card, patch);
  // Of what was left out and of attacks nothing may be without these.
  if (typeof card.uid !== 'string' || card.uid === '') card.uid = uid;
  if (typeof card.updated !== 'string' || card.updated === '') card.updated = now;
  return { card, dropped: [...draft.dropped] };
}

function isLabel(name: string): boolean {
  return name === 'x-ablabel' || name === 'x-abadr';
}

/** A handler that takes parameters of a property and then refuses it leaves the property as it is. */
function understood(draft: Draft, property: JCardProperty): boolean {
  const handle = Object.hasOwn(HANDLERS, property[0]) ? HANDLERS[property[0]] : undefined;
  return handle?.(draft, new Property(property)) ?? false;
}

function isWhole([, , , ...values]: JCardProperty): boolean {
  return values.length > 0;
}

function byGroup(
  properties: readonly JCardProperty[],
  name: string,
  read: (text: string) => string = (text) => text,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const property of properties) {
    const { group } = property[1];
    if (property[0] === name && typeof group === 'string')
      found.set(group, read(new Property(property).text));
  }
  return found;
}

/** Apple writes its own labels as `_$!<Home>!$_`. */
function labelOf(text: string): string {
  return /^_\$!<(.{1,100})>!\$_$/.exec(text)?.[1] ?? text;
}

/** Files are beside a card, and nobody from outside says which. */
const NEVER = new Set(['', '__proto__', '@type', 'version', 'waypost:files']);

/** What JSContact alone can say (RFC 9555 2.16.1), as far as it is sound: anybody may have written it. */
function applyPatch(card: Card, property: JCardProperty): void {
  const read = new Property(property);
  const pointer = (read.take('jsptr') ?? '').replace(/^\//, '').replaceAll('~1', '/').replaceAll('~0', '~');
  if (NEVER.has(pointer)) return;
  let value: unknown;
  try {
    value = JSON.parse(read.text);
  } catch {
    return;
  }
  const fields = card as unknown as Record<string, unknown>;
  if (value === null) delete fields[pointer];
  else if (isSoundField(pointer, value)) fields[pointer] = value;
}
