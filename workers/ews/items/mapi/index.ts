import type { ItemElement } from '../property.ts';
import { CALENDAR_MAPI } from './calendar.ts';
import { CARD_MAPI, CONTACT_MAPI } from './contact.ts';
import { ITEM_MAPI } from './item.ts';
import { MESSAGE_MAPI } from './message.ts';
import { TASK_MAPI } from './task.ts';
import type { MapiRead, MapiTable } from './types.ts';

/** All tables; a class of items adds its own here, and says anew what is otherwise of it. */
const TABLES: readonly MapiTable[] = [
  ITEM_MAPI,
  MESSAGE_MAPI,
  CALENDAR_MAPI,
  TASK_MAPI,
  CARD_MAPI,
  CONTACT_MAPI,
];

const known = new Map<ItemElement, ReadonlyMap<string, MapiRead>>();

export function tableOf(element: ItemElement): ReadonlyMap<string, MapiRead> {
  let table = known.get(element);
  if (table === undefined) {
    const own = TABLES.filter(({ on }) => on === null || on.includes(element));
    table = new Map(own.flatMap(({ values }) => Object.entries(values)));
    known.set(element, table);
  }
  return table;
}
