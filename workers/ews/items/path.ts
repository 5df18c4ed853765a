import type { XmlElement } from '../../../codecs/soap/parse.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { EwsError, SchemaError } from '../errors.ts';

/** The name of a property (MS-OXWSCDATA 2.2.5.18 to 20). */
export type PropertyPath =
  | { kind: 'field'; uri: string }
  /** One entry of a property with many: `contacts:EmailAddress` with the index `EmailAddress1`. */
  | { kind: 'indexed'; uri: string; index: string }
  | { kind: 'extended'; property: ExtendedName };

/** A MAPI property: by tag, or by a set of properties with a name or a number in it. */
export interface ExtendedName {
  /** Tag as a number, whether it was written 0x0E07 or 3591. */
  tag?: number;
  /** Well-known set, e.g. `PublicStrings`, or the GUID of a set in lower case. */
  set?: string;
  name?: string;
  /** PropertyId inside the set. */
  id?: number;
  /** MAPI type, e.g. `String`, `IntegerArray`. */
  type: string;
}

const PATHS = ['FieldURI', 'IndexedFieldURI', 'ExtendedFieldURI'];

/** Well-known sets and their GUIDs (MS-OXPROPS 1.3.2): one set, whichever way a client names it. */
const SETS: Readonly<Record<string, string>> = {
  '00062008-0000-0000-c000-000000000046': 'Common',
  '00062002-0000-0000-c000-000000000046': 'Appointment',
  '00062004-0000-0000-c000-000000000046': 'Address',
  '00062003-0000-0000-c000-000000000046': 'Task',
  '00020386-0000-0000-c000-000000000046': 'InternetHeaders',
  '00020329-0000-0000-c000-000000000046': 'PublicStrings',
  '6ed8da90-450b-101b-98da-00aa003f1305': 'Meeting',
  '11000e07-b51b-40d6-af21-caa85edab1d0': 'CalendarAssistant',
  '4442858e-a9e3-4e80-b900-317a210cc15b': 'UnifiedMessaging',
};
const KNOWN_SETS = new Set([...Object.values(SETS), 'Sharing']);

/** Whether an element is the path of a property. */
export function isPath(element: XmlElement): boolean {
  return PATHS.includes(element.name);
}

/** @throws SchemaError for what is no path; EwsError for a MAPI property whose name contradicts itself */
export function readPath(element: XmlElement): PropertyPath {
  const { FieldURI = '', FieldIndex } = element.attributes;
  if (element.name === 'FieldURI' && /^[a-z]+:\w+$/i.test(FieldURI)) return { kind: 'field', uri: FieldURI };
  if (element.name === 'IndexedFieldURI' && FieldURI !== '' && FieldIndex !== undefined) {
    return { kind: 'indexed', uri: FieldURI, index: FieldIndex };
  }
  if (element.name === 'ExtendedFieldURI') return { kind: 'extended', property: readExtended(element) };
  throw new SchemaError(`${element.name} is no path of a property.`);
}

function readExtended({ attributes }: XmlElement): ExtendedName {
  const { PropertyTag, DistinguishedPropertySetId, PropertySetId, PropertyName, PropertyId, PropertyType } =
    attributes;
  if (PropertyType === undefined) throw new SchemaError('an ExtendedFieldURI must have a PropertyType.');
  const type = PropertyType;
  const named = PropertyName !== undefined || PropertyId !== undefined;
  const sets = [DistinguishedPropertySetId, PropertySetId].filter((one) => one !== undefined).length;
  // MS-OXWSXPROP 2.2.4.2: a tag stands alone; a name or a number is one of a single set.
  const sound = PropertyTag === undefined ? sets === 1 && named : sets === 0 && !named;
  if (!sound) {
    throw new EwsError(
      'ErrorInvalidExtendedProperty',
      'The attributes of an ExtendedFieldURI do not name one property.',
    );
  }
  if (PropertyTag !== undefined) return { tag: wholeNumber(PropertyTag, 0xffff), type };
  const guid = PropertySetId?.toLowerCase().replace(/[{}]/g, '');
  const set = DistinguishedPropertySetId ?? (guid === undefined ? undefined : (SETS[guid] ?? guid));
  if (set === undefined) throw new SchemaError('an ExtendedFieldURI must name a tag or a set of properties.');
  if (DistinguishedPropertySetId !== undefined && !KNOWN_SETS.has(set))
    throw new SchemaError(`there is no set ${set}.`);
  if (PropertyName !== undefined) return { set, name: PropertyName, type };
  if (PropertyId === undefined) throw new SchemaError('an ExtendedFieldURI must have a name or a number.');
  return { set, id: wholeNumber(PropertyId, 0x7fff_ffff), type };
}

function wholeNumber(text: string, most: number): number {
  const n = /^(?:0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(text) ? Number(text) : Number.NaN;
  if (!(n <= most)) throw new SchemaError(`${text.slice(0, 40)} is no number of a property.`);
  return n;
}

/** The key under which a property is kept: the same for every way of naming it. The type is no part of it. */
export function extendedKey(property: ExtendedName): string {
  let key = keys.get(property);
  if (key === undefined) {
    key = keyOf(property);
    keys.set(property, key);
  }
  return key;
}

/** Asked for again and again, once for each item of a list. */
const keys = new WeakMap<ExtendedName, string>();
const uris = new WeakMap<ExtendedName, XmlObject>();

function keyOf({ tag, set, name, id }: ExtendedName): string {
  if (tag !== undefined) return `0x${tag.toString(16).padStart(4, '0')}`;
  return name === undefined ? `${set}/0x${(id ?? 0).toString(16)}` : `${set}/${name}`;
}

/** The path as it is written into an answer: tags without leading zeros, by which clients find what they asked for. */
export function extendedFieldUri(property: ExtendedName): XmlObject {
  let uri = uris.get(property);
  if (uri === undefined) {
    uri = Object.freeze(uriOf(property));
    uris.set(property, uri);
  }
  return uri;
}

function uriOf({ tag, set, name, id, type }: ExtendedName): XmlObject {
  const guid = set !== undefined && !KNOWN_SETS.has(set);
  return {
    ...(tag === undefined ? {} : { '@PropertyTag': `0x${tag.toString(16)}` }),
    ...(set === undefined ? {} : { [guid ? '@PropertySetId' : '@DistinguishedPropertySetId']: set }),
    ...(name === undefined ? {} : { '@PropertyName': name }),
    ...(id === undefined ? {} : { '@PropertyId': id }),
    '@PropertyType': type,
  };
}
