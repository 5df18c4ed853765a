import type { EwsContext } from '../../context.ts';
import type { ItemElement } from '../property.ts';
import type { ItemView } from '../view.ts';

/** Times are milliseconds since the epoch, bytes are base64. null: the item has no such property now. */
export type MapiValue = string | number | boolean | readonly string[] | null;

export type MapiRead = (view: ItemView, context: EwsContext) => MapiValue | Promise<MapiValue>;

/** What MAPI properties are of a class of items, by `extendedKey`. */
export interface MapiTable {
  /** null: of all classes. */
  on: readonly ItemElement[] | null;
  values: Readonly<Record<string, MapiRead>>;
}
