import { child, children, textOf, type WbxmlElement } from '../../../../codecs/wbxml/index.ts';
import { withNotesBody } from '../../../../core/contacts/notes.ts';
import { relatedNames, withRelatedNames } from '../../../../core/contacts/related.ts';
import { settle } from '../../../../core/contacts/slots.ts';
import type { Card } from '../../../../core/contacts/types.ts';
import { takeBody } from '../body.ts';
import { TEXT_FIELDS } from './fields.ts';

/** Texts of a list on the wire (MS-ASCNTC 2.2.2.15 and 2.2.2.19). */
export const MAX_LIST = 300;
const NAMESPACES = ['Contacts:', 'Contacts2:', 'AirSyncBase:'];
const PICTURE = 'Contacts:Picture';

/** A field of several texts, both ways. */
export interface ListField {
  tag: string;
  each: string;
  get(card: Card): string[];
  set(card: Card, texts: readonly string[]): Card;
}

export const LIST_FIELDS: readonly ListField[] = [
  {
    tag: 'Contacts:Categories',
    each: 'Contacts:Category',
    get: (card) => Object.keys(card.keywords ?? {}),
    set: (card, texts) => {
      const { keywords: _before, ...rest } = card;
      if (texts.length === 0) return rest;
      return { ...rest, keywords: Object.fromEntries(texts.map((text) => [text, true as const])) };
    },
  },
  {
    tag: 'Contacts:Children',
    each: 'Contacts:Child',
    get: (card) => relatedNames(card, 'child'),
    set: (card, texts) => withRelatedNames(card, 'child', texts),
  },
];

export interface DeviceTraits {
  /** Null: not said, and then no field is ghosted (MS-ASCMD 2.2.3.179). */
  supported: ReadonlySet<string> | null;
  /** Sends an empty Picture with every change, whether there is one or not (iOS). */
  emptyPictureSaysNothing: boolean;
}

/**
 * Puts what a device says over a card. A field that it says as it was given it, or does not say without managing it,
 * stays as it is, with all that the device has no words for. null: no contact can be so.
 */
export function takeContact(present: Card, data: WbxmlElement, traits: DeviceTraits): Card | null {
  if (data.children.some(({ tag }) => !NAMESPACES.some((namespace) => tag.startsWith(namespace))))
    return null;
  const shown = settle(present);
  let card = shown;
  for (const field of LIST_FIELDS) {
    const element = child(data, field.tag);
    if (element === undefined && !isManaged(field.tag, traits)) continue;
    const texts = children(element, field.each).map(({ text }) => text);
    if (texts.length > MAX_LIST) return null;
    const wanted = [...new Set(texts.filter((text) => text !== ''))];
    const kept = field.get(shown);
    // What is beyond the limit the device has never seen.
    if (!sameList(wanted, kept.slice(0, MAX_LIST)))
      card = field.set(card, [...wanted, ...kept.slice(MAX_LIST)]);
  }
  for (const field of TEXT_FIELDS) {
    const said = textOf(data, field.tag);
    if (said === undefined && !isManaged(field.tag, traits)) continue;
    const wanted = said ?? '';
    if (field.tag === PICTURE && said === '' && traits.emptyPictureSaysNothing) continue;
    if (wanted === field.get(shown)) continue;
    const changed = field.set(card, wanted);
    if (changed === null) return null;
    card = changed;
  }
  // What is noted stays when nothing is said of it (MS-ASCNTC 3.2.5.4).
  const body = takeBody(data);
  if (body === 'invalid') return null;
  return body === undefined ? card : withNotesBody(card, body);
}

/** Of these, what is left out is gone. The picture is so only by name: it is no field that can be ghosted. */
function isManaged(tag: string, { supported }: DeviceTraits): boolean {
  return supported === null ? tag !== PICTURE : supported.has(tag);
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
