/** What is kept beside a message in its row stands in the header of one that is attached to another. */
import type { RawField } from '../../../codecs/mime/index.ts';
import type { ExtendedProperties, StoredProperty } from '../../../core/mail/types.ts';

/** RFC 5322 3.6.5 */
const KEYWORDS = 'Keywords';
const KEPT = 'X-Waypost-Kept';
/** Bytes of what is kept, as JSON. */
const MAX_KEPT = 16 * 1024;

export function attachedFields(
  categories: readonly string[],
  kept: Readonly<Record<string, StoredProperty | null>>,
): [string, string][] {
  const stored = Object.entries(kept).filter(([, value]) => value !== null);
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(stored)));
  return [
    ...(categories.length === 0 ? [] : [[KEYWORDS, categories.join(', ')] as [string, string]]),
    ...(stored.length === 0 || bytes.length > MAX_KEPT
      ? []
      : [[KEPT, btoa(String.fromCharCode(...bytes))] as [string, string]]),
  ];
}

export function readAttachedFields(header: readonly RawField[]): {
  categories: string[];
  extended: ExtendedProperties;
} {
  const fieldOf = (name: string) =>
    header.find((field) => field.name.toLowerCase() === name.toLowerCase())?.value;
  const categories = (fieldOf(KEYWORDS) ?? '').split(',').flatMap((word) => word.trim() || []);
  return { categories, extended: keptIn(fieldOf(KEPT) ?? '') };
}

/** Anybody may have written it: what is nothing that could have been kept is left out. */
function keptIn(text: string): ExtendedProperties {
  try {
    const bytes = Uint8Array.from(atob(text.replace(/\s/g, '')), (c) => c.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, one]) => isStored(one)));
  } catch {
    return {};
  }
}

function isStored(value: unknown): value is StoredProperty {
  if (typeof value !== 'object' || value === null) return false;
  const { type, value: given } = value as { type?: unknown; value?: unknown };
  const texts = Array.isArray(given) ? given : [given];
  return typeof type === 'string' && texts.every((one) => typeof one === 'string');
}
