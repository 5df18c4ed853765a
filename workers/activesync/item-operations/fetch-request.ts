import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { Version } from '../http/versions.ts';
import type { BodyOptions } from '../mail/body.ts';
import { mimeSupportOf, readBodyPreferences } from '../mail/body-preference.ts';
import { type ByteRange, parseRange } from './byte-range.ts';

/** One Fetch of ItemOperations (MS-ASCMD 2.2.3.67.1). */
export interface FetchRequest {
  store: string;
  collectionId: string | undefined;
  serverId: string | undefined;
  longId: string | undefined;
  fileReference: string | undefined;
  linkId: string | undefined;
  range: ByteRange | null | 'invalid';
  body: BodyOptions;
  /** Status that refuses the wishes for bodies, or null. */
  refused: number | null;
  /** Local names of the properties that are wanted; null for all. */
  schema: ReadonlySet<string> | null;
}

/** What may stand once in a Fetch. */
const SINGLE = [
  'ItemOperations:Store',
  'AirSync:CollectionId',
  'AirSync:ServerId',
  'Search:LongId',
  'AirSyncBase:FileReference',
  'DocumentLibrary:LinkId',
  'ItemOperations:Options',
];

/** Reads a Fetch; null when it breaks the schema, which refuses the whole command (Status 2). */
export function readFetch(element: WbxmlElement, version: Version): FetchRequest | null {
  if (SINGLE.some((tag) => children(element, tag).length > 1)) return null;
  const store = textOf(element, 'ItemOperations:Store')?.trim();
  const options = child(element, 'ItemOperations:Options');
  const rangeText = textOf(options, 'ItemOperations:Range');
  const range = rangeText === undefined ? null : parseRange(rangeText);
  const preferences = readBodyPreferences(options, 'itemOperations', version);
  if (store === undefined || store === '' || range === 'malformed') return null;
  if (preferences.kind === 'error' && preferences.error === 'protocol') return null;
  const ids = {
    collectionId: textOf(element, 'AirSync:CollectionId'),
    serverId: textOf(element, 'AirSync:ServerId'),
    longId: textOf(element, 'Search:LongId'),
    fileReference: textOf(element, 'AirSyncBase:FileReference'),
    linkId: textOf(element, 'DocumentLibrary:LinkId'),
  };
  const named = [ids.serverId, ids.longId, ids.fileReference, ids.linkId];
  if (named.every((id) => id === undefined)) return null;
  const { bodies, bodyParts } = preferences.kind === 'ok' ? preferences : { bodies: [], bodyParts: [] };
  return {
    store: store.toLowerCase(),
    ...ids,
    range,
    body: { bodies, bodyParts, mimeSupport: mimeSupportOf(options) },
    refused: preferences.kind === 'error' ? preferences.status : null,
    schema: schemaOf(child(options, 'ItemOperations:Schema')),
  };
}

function schemaOf(element: WbxmlElement | undefined): ReadonlySet<string> | null {
  if (element === undefined || element.children.length === 0) return null;
  return new Set(element.children.map((c) => localName(c.tag)));
}

/** Clients name a property by whatever class has one of this name. */
export function localName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1);
}
