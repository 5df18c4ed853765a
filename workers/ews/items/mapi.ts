import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext } from '../context.ts';
import { type ExtendedName, extendedFieldUri, extendedKey } from './path.ts';
import type { ItemView } from './view.ts';

/** An ExtendedProperty of an item; null when it has none of this name. */
export function extendedProperty(view: ItemView, name: ExtendedName, _context: EwsContext): XmlObject | null {
  const stored = view.extended[extendedKey(name)];
  if (stored === undefined) return null;
  const { value } = stored;
  const uri = { ExtendedFieldURI: extendedFieldUri(name) };
  return Array.isArray(value) ? { ...uri, Values: { Value: value } } : { ...uri, Value: value };
}
