import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject, XmlPair } from '../../../codecs/soap/write.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { type ExtendedName, extendedFieldUri, readPath } from '../items/path.ts';
import { folderElement } from './classes.ts';
import { folderProperty } from './mapi.ts';
import { FOLDER_PROPERTIES, folderPropertyOf } from './properties.ts';
import type { FolderView } from './view.ts';

/** What is asked for of each folder. */
export interface FolderShape {
  /** Field URIs, each once. */
  fields: readonly string[];
  extended: readonly ExtendedName[];
}

const MAX_PATHS = 500;

/** Versions whose schema ends before that of Exchange 2013: their clients may refuse an element that came later. */
const OLD = /^Exchange20(?:07|10)/;

/**
 * Reads FolderShape (MS-OXWSCDATA 2.2.4.37). @throws SchemaError; EwsError ErrorInvalidPropertyRequest
 * @param version RequestServerVersion: what is named is given to all, the base shapes are those of the version
 */
export function readFolderShape(element: XmlElement | null, version: string | null): FolderShape {
  if (element === null) throw new SchemaError('FolderShape is missing.');
  const base = textOf(element, 'BaseShape');
  if (base !== 'IdOnly' && base !== 'Default' && base !== 'AllProperties') {
    throw new SchemaError('BaseShape is none of the schema.');
  }
  const paths = child(element, 'AdditionalProperties')?.children ?? [];
  if (paths.length > MAX_PATHS) throw new SchemaError('there are too many AdditionalProperties.');
  const fields = new Set(['folder:FolderId']);
  if (base !== 'IdOnly') {
    for (const [uri, one] of FOLDER_PROPERTIES) {
      if (one.since2013 && OLD.test(version ?? '')) continue;
      if (base === 'Default' ? one.inDefault : one.inAll) fields.add(uri);
    }
  }
  const extended: ExtendedName[] = [];
  for (const path of paths.map(readPath)) {
    if (path.kind === 'extended') extended.push(path.property);
    else if (path.kind === 'field') {
      folderPropertyOf(path.uri);
      fields.add(path.uri);
    } else throw new EwsError('ErrorInvalidPropertyRequest', 'A folder has no indexed properties.');
  }
  return { fields: [...fields], extended };
}

/** Whether the shape asks how much lies in a folder. */
export function needsCounts({ fields, extended }: FolderShape): boolean {
  return (
    fields.includes('folder:TotalCount') ||
    fields.includes('folder:UnreadCount') ||
    extended.some(({ tag }) => tag === 0x3602 || tag === 0x3603 || tag === 0x0e08)
  );
}

/** A folder as an element of an answer. */
export async function renderFolder(
  view: FolderView,
  shape: FolderShape,
  context: EwsContext,
): Promise<XmlPair> {
  const content: XmlObject = {};
  for (const uri of shape.fields) {
    const { element, read } = folderPropertyOf(uri);
    const value = await read(view, context);
    if (value !== null) content[element] = value;
  }
  const extended = shape.extended.flatMap((name) => {
    const found = folderProperty(view, name);
    if (found === null) return [];
    const value =
      typeof found.value === 'string' ? { Value: found.value } : { Values: { Value: found.value } };
    return [{ ExtendedFieldURI: extendedFieldUri(name), ...value }];
  });
  if (extended.length > 0) content['ExtendedProperty'] = extended;
  return [folderElement(view.node.folder), content];
}
