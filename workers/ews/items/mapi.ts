import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext } from '../context.ts';
import { headerValue } from './headers.ts';
import { tableOf } from './mapi/index.ts';
import type { MapiValue } from './mapi/types.ts';
import { type ExtendedName, extendedFieldUri, extendedKey } from './path.ts';
import { isoTime } from './time.ts';
import type { ItemView } from './view.ts';

/**
 * An ExtendedProperty of an item: what a client stored under the name, else what the item itself says; null when it has
 * none. A promise only where the message must be read for it.
 */
export function extendedProperty(
  view: ItemView,
  name: ExtendedName,
  context: EwsContext,
): XmlObject | null | Promise<XmlObject | null> {
  const key = extendedKey(name);
  const stored = view.extended[key];
  if (stored !== undefined) return element(name, stored.value);
  const known = tableOf(view.element).get(key);
  const value =
    known !== undefined
      ? known(view, context)
      : name.set === 'InternetHeaders' && name.name !== undefined && view.message !== null
        ? headerValue(context.services.blobs, view, name.name.toLowerCase())
        : null;
  if (value instanceof Promise) return value.then((read) => element(name, read));
  return element(name, value);
}

function element(name: ExtendedName, value: MapiValue): XmlObject | null {
  if (value === null) return null;
  const ExtendedFieldURI = extendedFieldUri(name);
  if (Array.isArray(value)) {
    return value.length === 0 ? null : { ExtendedFieldURI, Values: { Value: value.map(String) } };
  }
  const text = typeof value === 'number' && name.type === 'SystemTime' ? isoTime(value) : String(value);
  // A list of one: the type says that there may be more.
  return name.type.endsWith('Array')
    ? { ExtendedFieldURI, Values: { Value: text } }
    : { ExtendedFieldURI, Value: text };
}
