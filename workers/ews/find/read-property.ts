import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { extendedProperty } from '../items/mapi.ts';
import type { ExtendedName, PropertyPath } from '../items/path.ts';
import type { Comparable, Scalar } from '../items/property.ts';
import { hasProperty, indexedProperty, propertyOf } from '../items/tables/index.ts';
import type { ItemView } from '../items/view.ts';
import type { Read } from './restriction.ts';

/**
 * What restrictions, sorting and grouping read of an item under a path. Of a class that has no such property: nothing.
 * @throws EwsError ErrorUnsupportedPathForQuery when no class can be asked for it
 */
export function readProperty(path: PropertyPath, context: EwsContext): Read<ItemView> {
  if (path.kind === 'extended') {
    const { property } = path;
    return (view) => {
      const shown = extendedProperty(view, property, context);
      // What must be read from the message first cannot be compared row by row.
      return shown === null || shown instanceof Promise ? null : typed(shown, property);
    };
  }
  const { uri } = path;
  if (!hasProperty(uri, path.kind === 'indexed')) {
    throw new EwsError('ErrorUnsupportedPathForQuery', `${uri} can neither be searched for nor sorted by.`);
  }
  if (path.kind === 'indexed') {
    const { index } = path;
    return (view) => indexedProperty(uri, view.element)?.compare?.(view, index) ?? null;
  }
  return (view) => propertyOf(uri, view.element)?.compare?.(view) ?? null;
}

/** A MAPI value in the terms of its type. */
function typed(shown: XmlObject, { type }: ExtendedName): Comparable {
  const values = shown['Values'] as { Value?: Scalar | Scalar[] } | undefined;
  if (values !== undefined) return [values.Value ?? []].flat();
  const given = shown['Value'];
  if (given === undefined || given === null || typeof given === 'object') return null;
  const value = String(given);
  const kind = type.replace(/Array$/, '');
  if (/^(?:Integer|Short|Long|Double|Float|Currency)$/.test(kind)) return Number(value);
  if (kind === 'Boolean') return value === 'true' || value === '1';
  return kind === 'SystemTime' ? Date.parse(value) : value;
}
