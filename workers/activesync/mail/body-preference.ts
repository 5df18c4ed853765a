import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { BodyPartPreference, BodyPreference } from '../../../core/sync/options.ts';
import { atLeast, type Version } from '../http/versions.ts';

const TYPES = [1, 2, 3, 4] as const;
/** The children of a preference in the only order allowed, each at most once (MS-ASAIRS 2.2.2.11, 2.2.2.12). */
const CHILDREN = [
  'AirSyncBase:Type',
  'AirSyncBase:TruncationSize',
  'AirSyncBase:AllOrNone',
  'AirSyncBase:Preview',
];
const MAX_PREVIEW = 255;
const MAX_UINT = 0xffff_ffff;

/** Which command carries the preferences: each has its own status for a request that is not valid. */
export type PreferenceFamily = 'sync' | 'search' | 'itemOperations';

/** MS-ASAIRS 3.2.5.1 */
const PROTOCOL_ERROR: Record<PreferenceFamily, number> = { sync: 4, search: 2, itemOperations: 2 };
/** MS-ASCMD 2.2.2: the Type of a BodyPartPreference is not supported. */
const BODY_PART_TYPE = 164;

export type ReadPreferences =
  | { kind: 'ok'; bodies: BodyPreference[]; bodyParts: BodyPartPreference[] }
  /**
   * `protocol`: the document breaks the schema; the status stands at the top of an answer of Sync and ItemOperations
   * and in the Store of Search. `bodyPartType`: 164, at the top of Sync, in the Fetch of ItemOperations and in the
   * Store of Search.
   */
  | { kind: 'error'; error: 'protocol' | 'bodyPartType'; status: number };

/** A whole number of an element, or undefined when it is absent or no number. */
export function numberOf(element: WbxmlElement | undefined, tag: string): number | undefined {
  const text = textOf(element, tag);
  return text !== undefined && /^\d{1,10}$/.test(text.trim()) ? Number(text) : undefined;
}

/** An element that is true by its presence or by the value 1 (MS-ASDTYPE 2.1). */
export function flagOf(element: WbxmlElement | undefined, tag: string): boolean | undefined {
  const found = child(element, tag);
  return found === undefined ? undefined : found.text.trim() !== '0';
}

/**
 * BodyPreference and BodyPartPreference elements of an Options element. A document that breaks their schema is
 * refused as a whole: order, number and type of the children, one preference for each Type (MS-ASAIRS 3.2.5.1).
 * `version` matters for BodyPartPreference alone, which is left out below 14.1.
 */
export function readBodyPreferences(
  options: WbxmlElement | undefined,
  family: PreferenceFamily,
  version: Version,
): ReadPreferences {
  const protocol = { kind: 'error', error: 'protocol', status: PROTOCOL_ERROR[family] } as const;
  const bodies: BodyPreference[] = [];
  for (const element of children(options, 'AirSyncBase:BodyPreference')) {
    const preference = readPreference(element);
    if (preference === null || bodies.some((b) => b.type === preference.type)) return protocol;
    bodies.push(preference);
  }
  const bodyParts: BodyPartPreference[] = [];
  if (!atLeast(version, '14.1')) return { kind: 'ok', bodies, bodyParts };
  for (const element of children(options, 'AirSyncBase:BodyPartPreference')) {
    const preference = readPreference(element);
    if (preference === null) return protocol;
    if (preference.type !== 2) return { kind: 'error', error: 'bodyPartType', status: BODY_PART_TYPE };
    if (bodyParts.length > 0) return protocol;
    bodyParts.push({ ...preference, type: 2 });
  }
  return { kind: 'ok', bodies, bodyParts };
}

/** null when the element breaks its schema. */
function readPreference(element: WbxmlElement): BodyPreference | null {
  const places = element.children.map((c) => CHILDREN.indexOf(c.tag));
  if (places.some((place, i) => place <= (places[i - 1] ?? -1))) return null;
  if (element.children.some((c) => c.children.length > 0)) return null;
  const type = TYPES.find((t) => t === numberOf(element, 'AirSyncBase:Type'));
  const truncationSize = optionalNumber(element, 'AirSyncBase:TruncationSize', MAX_UINT);
  const preview = optionalNumber(element, 'AirSyncBase:Preview', MAX_UINT);
  const allOrNone = optionalBoolean(element, 'AirSyncBase:AllOrNone');
  if (type === undefined || truncationSize === undefined || preview === undefined || allOrNone === undefined)
    return null;
  return { type, truncationSize, allOrNone, preview: Math.min(MAX_PREVIEW, preview ?? 0) };
}

/** null when the element is absent, undefined when it is no such number. */
function optionalNumber(element: WbxmlElement, tag: string, max: number): number | null | undefined {
  if (child(element, tag) === undefined) return null;
  const value = numberOf(element, tag);
  return value === undefined || value > max ? undefined : value;
}

/** An empty element counts as true (MS-ASDTYPE 2.1 and what clients send). */
function optionalBoolean(element: WbxmlElement, tag: string): boolean | undefined {
  const text = child(element, tag)?.text.trim().toLowerCase();
  if (text === undefined || text === '0' || text === 'false') return false;
  return text === '' || text === '1' || text === 'true' ? true : undefined;
}

/** null when the device did not say. */
export function mimeSupportOf(options: WbxmlElement | undefined): 0 | 1 | 2 | null {
  const value = numberOf(options, 'AirSync:MIMESupport');
  return value === 0 || value === 1 || value === 2 ? value : null;
}

/** Characters of MIME text that MIMETruncation lets through, by its value (MS-ASCMD 2.2.3.111). */
const MIME_TRUNCATION = [0, 4096, 5120, 7168, 10_240, 20_480, 51_200, 102_400, null];

/** Bytes at which MIME data is cut; null when it is not to be cut. */
export function mimeTruncationOf(options: WbxmlElement | undefined): number | null {
  return MIME_TRUNCATION[numberOf(options, 'AirSync:MIMETruncation') ?? 8] ?? null;
}
