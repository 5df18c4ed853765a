import { InvalidInputError } from '../core/errors.ts';
import type { ExtendedProperties, StoredProperty } from '../core/mail/types.ts';
import type { ExtendedPatch } from '../core/ports/mail.ts';
import { fitText } from './text.ts';

/** MAPI properties of one item or folder, as JSON: they are read with its row, hundreds of which are in one answer. */
const MAX_BYTES = 64 * 1024;
const MAX_KEY = 400;
const MAX_TYPE = 40;

/** Properties as the stores keep them; undefined for none. @throws InvalidInputError for more than is kept */
export function normaliseExtended(given: ExtendedProperties | undefined): ExtendedProperties | undefined {
  const kept = Object.entries(given ?? {}).map(([key, one]) => [fitText(key, MAX_KEY), normalised(one)]);
  if (kept.length === 0) return undefined;
  const properties = Object.fromEntries(kept) as ExtendedProperties;
  if (new TextEncoder().encode(JSON.stringify(properties)).length > MAX_BYTES) {
    throw new InvalidInputError('the properties that are kept with it are too long together');
  }
  return properties;
}

function normalised({ type, value }: StoredProperty): StoredProperty {
  const clean = (text: string) => fitText(text, MAX_BYTES);
  return { type: fitText(type, MAX_TYPE), value: Array.isArray(value) ? value.map(clean) : clean(value) };
}

/** What is there with a patch over it; null takes a property away. @throws InvalidInputError */
export function patchedExtended(
  present: ExtendedProperties | undefined,
  patch: ExtendedPatch,
): ExtendedProperties | undefined {
  const next = new Map(Object.entries(present ?? {}));
  for (const [key, one] of Object.entries(patch)) {
    if (one === null) next.delete(fitText(key, MAX_KEY));
    else next.set(fitText(key, MAX_KEY), one);
  }
  return normaliseExtended(Object.fromEntries(next));
}

/** The text of the column, null for none. */
export function extendedText(properties: ExtendedProperties | undefined): string | null {
  return properties === undefined || Object.keys(properties).length === 0 ? null : JSON.stringify(properties);
}

/** Of a column; a damaged one is as good as none. */
export function parseExtended(text: string | null | undefined): ExtendedProperties | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as ExtendedProperties) : undefined;
  } catch {
    return undefined;
  }
}

/** As a member of a record where it may be absent. */
export function extendedMember(properties: ExtendedProperties | undefined): {
  extended?: ExtendedProperties;
} {
  return properties === undefined ? {} : { extended: properties };
}
