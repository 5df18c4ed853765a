import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child, children } from '../../../codecs/soap/read.ts';
import type { ItemOrder } from '../../../core/mail/item-condition.ts';
import { SchemaError } from '../errors.ts';
import { extendedKey, isPath, type PropertyPath, readPath } from '../items/path.ts';
import type { Comparable, Scalar } from '../items/property.ts';
import { compared } from './restriction.ts';

export interface SortKey {
  path: PropertyPath;
  descending: boolean;
}

const MAX_KEYS = 16;

/** SortOrder of a request (MS-OXWSSRCH 2.2.3.12); empty when it has none. @throws SchemaError */
export function readSortOrder(request: XmlElement): SortKey[] {
  const orders = children(child(request, 'SortOrder'), 'FieldOrder');
  if (orders.length > MAX_KEYS) throw new SchemaError(`at most ${MAX_KEYS} fields may be sorted by.`);
  return orders.map((order) => {
    const path = order.children.find(isPath);
    const direction = attributeOf(order, 'Order');
    if (path === undefined) throw new SchemaError('a FieldOrder names no property.');
    if (direction !== 'Ascending' && direction !== 'Descending')
      throw new SchemaError('Order is none of the schema.');
    return { path: readPath(path), descending: direction === 'Descending' };
  });
}

/** Ways of sorting that the store itself has for messages. Cut to whole seconds, times would be in another order. */
const STORED: Readonly<Record<string, ItemOrder['by']>> = {
  'item:DateTimeReceived': 'received',
  'item:DateTimeCreated': 'received',
  'item:DateTimeSent': 'sent',
  'item:LastModifiedTime': 'modified',
  'item:Size': 'size',
  '0x0e06': 'received',
  '0x0e23': 'entered',
};

export const NEWEST_FIRST = { by: 'received', descending: true } as const satisfies ItemOrder;

/** The order of the store that is the same for messages, or null. Without any order a list is newest first. */
export function storedOrder(keys: readonly SortKey[]): ItemOrder | null {
  const [key] = keys;
  if (key === undefined) return NEWEST_FIRST;
  const { path, descending } = key;
  const by =
    path.kind === 'indexed'
      ? undefined
      : STORED[path.kind === 'field' ? path.uri : extendedKey(path.property)];
  return by === undefined || keys.length > 1 ? null : { by, descending };
}

/** Whether all items have a place in an order of the store, or messages alone. */
export function isMoment(order: ItemOrder): order is ItemOrder & { by: 'received' | 'entered' } {
  const { by } = order;
  return by === 'received' || by === 'entered';
}

/** Compares values of the same keys; what an item does not have comes first, as the smallest. */
export function compareKeys(
  a: readonly Comparable[],
  b: readonly Comparable[],
  keys: readonly Pick<SortKey, 'descending'>[],
): number {
  for (const [i, { descending }] of keys.entries()) {
    const order = ordered(first(a[i] ?? null), first(b[i] ?? null));
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

function first(value: Comparable): Scalar | null {
  return Array.isArray(value) ? ((value as readonly Scalar[])[0] ?? null) : (value as Scalar | null);
}

function ordered(a: Scalar | null, b: Scalar | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compared(a, b) ?? 0;
}
