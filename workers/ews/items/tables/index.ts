import type { IndexedProperty, ItemElement, ItemProperty } from '../property.ts';
import { CALENDAR_PROPERTIES } from './calendar.ts';
import { CONTACT_PROPERTIES, INDEXED_OF_CONTACTS } from './contact.ts';
import { INDEXED_OF_ITEMS, ITEM_PROPERTIES } from './item.ts';
import { MEETING_PROPERTIES } from './meeting.ts';
import { MESSAGE_PROPERTIES } from './message.ts';
import { TASK_PROPERTIES } from './task.ts';

/** All tables of properties; a class of items adds its own here. */
const TABLES: readonly (readonly ItemProperty[])[] = [
  ITEM_PROPERTIES,
  MESSAGE_PROPERTIES,
  MEETING_PROPERTIES,
  CALENDAR_PROPERTIES,
  TASK_PROPERTIES,
  CONTACT_PROPERTIES,
];
const INDEXED: readonly (readonly IndexedProperty[])[] = [INDEXED_OF_ITEMS, INDEXED_OF_CONTACTS];

interface ClassTable {
  byUri: ReadonlyMap<string, ItemProperty>;
  inDefault: readonly ItemProperty[];
  inAll: readonly ItemProperty[];
  indexed: ReadonlyMap<string, IndexedProperty>;
}

const tables = new Map<ItemElement, ClassTable>();

function tableOf(element: ItemElement): ClassTable {
  let table = tables.get(element);
  if (table === undefined) {
    const has = ({ on }: { on: readonly ItemElement[] | null }) => on === null || on.includes(element);
    // A class may tell a property of all items in its own way: the later table counts.
    const byUri = new Map(TABLES.flat().flatMap((one) => (has(one) ? [[one.uri, one] as const] : [])));
    const own = [...byUri.values()];
    table = {
      byUri,
      inDefault: own.filter(
        ({ inDefault: list }) => list === 'all' || (list !== 'none' && list.includes(element)),
      ),
      inAll: own.filter((one) => one.inAll),
      indexed: new Map(INDEXED.flat().flatMap((one) => (has(one) ? [[one.uri, one] as const] : []))),
    };
    tables.set(element, table);
  }
  return table;
}

/** The property of a class under a field URI, or null when the class has none. */
export function propertyOf(uri: string, element: ItemElement): ItemProperty | null {
  return tableOf(element).byUri.get(uri) ?? null;
}

/** The property of a class that is named with an index, or null. */
export function indexedProperty(uri: string, element: ItemElement): IndexedProperty | null {
  return tableOf(element).indexed.get(uri) ?? null;
}

export function defaultProperties(element: ItemElement): readonly ItemProperty[] {
  return tableOf(element).inDefault;
}

export function allProperties(element: ItemElement): readonly ItemProperty[] {
  return tableOf(element).inAll;
}

/** Field URI of the property that an element of a class stands for, or null. */
export function uriOfElement(name: string, element: ItemElement): string | null {
  for (const { uri, element: shown } of tableOf(element).byUri.values()) if (shown === name) return uri;
  return null;
}

/** Whether any class can be compared by this field URI. */
export function hasProperty(uri: string, index: boolean): boolean {
  const list: readonly { uri: string; compare?: unknown }[] = (index ? INDEXED : TABLES).flat();
  return list.some((one) => one.uri === uri && one.compare !== undefined);
}
