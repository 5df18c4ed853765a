import {
  child,
  decodeWbxml,
  el,
  encodeWbxml,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../../codecs/wbxml/index.ts';
import type { Card } from '../../../../core/contacts/types.ts';
import type { PimItem } from '../../../../core/pim/types.ts';
import { DEFAULT_OPTIONS, type SyncOptions } from '../../../../core/sync/options.ts';
import type { EasContext } from '../../context.ts';
import { contactCodec } from './codec.ts';
import { TEXT_FIELDS } from './fields.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
export const PICTURE = `/9j/${'A'.repeat(400)}`;

function context(deviceType = 'Android'): EasContext {
  return {
    services: { now: () => NOW },
    version: '16.1',
    query: { deviceType },
  } as unknown as EasContext;
}

export const data = (...nodes: (WbxmlNode | null)[]): WbxmlElement =>
  decodeWbxml(encodeWbxml(el('AirSync:ApplicationData', ...nodes)));

export const texts = (fields: Record<string, string>): WbxmlNode[] =>
  Object.entries(fields).map(([tag, text]) => el(tag.includes(':') ? tag : `Contacts:${tag}`, text));

function itemOf(document: Card): PimItem {
  return { kind: 'contact', document } as unknown as PimItem;
}

export const EMPTY: Card = {
  '@type': 'Card',
  version: '1.0',
  uid: 'u1',
  updated: '2026-01-01T00:00:00.000Z',
};

interface Wish {
  present?: Card;
  supported?: string[] | null;
  deviceType?: string;
}

export async function take(said: WbxmlElement, { present, supported = null, deviceType }: Wish = {}) {
  return contactCodec.take(context(deviceType), {
    data: said,
    present: present === undefined ? null : itemOf(present),
    itemId: 'i1',
    folderId: 'f1',
    supported: supported === null ? null : new Set(supported),
    instanceId: null,
  });
}

export async function taken(said: WbxmlElement, wish: Wish = {}): Promise<Card> {
  const result = await take(said, wish);
  if (result.kind !== 'item' || result.item.kind !== 'contact') throw new Error(JSON.stringify(result));
  return result.item.document;
}

export async function shown(
  card: Card,
  options: Partial<SyncOptions> = {},
  whole = false,
): Promise<WbxmlElement> {
  const nodes = await contactCodec.render(context(), itemOf(card), { ...DEFAULT_OPTIONS, ...options }, whole);
  return data(...nodes);
}

/** Texts by tag, lists as their texts, without the body. */
export function plain(element: WbxmlElement): Record<string, string | string[]> {
  return Object.fromEntries(
    element.children
      .filter(({ tag }) => tag !== 'AirSyncBase:Body')
      .map(({ tag, text, children }) => [tag, children.length > 0 ? children.map((c) => c.text) : text]),
  );
}

export const bodyOf = (element: WbxmlElement) => child(element, 'AirSyncBase:Body');

export const EVERYTHING: Record<string, string> = Object.fromEntries(
  TEXT_FIELDS.map(({ tag }, i) => [tag, `Value ${i}`]).concat([
    ['Contacts:Birthday', '1980-04-12T11:59:00.000Z'],
    ['Contacts:Anniversary', '2012-10-01T11:59:00.000Z'],
    ['Contacts:Picture', PICTURE],
    ['Contacts:Email1Address', '"Anat Kerry" <anat@x.test>'],
    ['Contacts:Email2Address', 'kerry@x.test'],
    ['Contacts:HomeAddressStreet', 'Nassau 1\r\nBack door'],
  ]),
);

export const full = () =>
  data(
    ...texts(EVERYTHING),
    el('Contacts:Categories', el('Contacts:Category', 'Friends'), el('Contacts:Category', 'VIP')),
    el('Contacts:Children', el('Contacts:Child', 'Mia'), el('Contacts:Child', 'Tom')),
    el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', 'Likes tea\r\nNo sugar')),
  );
