import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { EwsError } from '../errors.ts';
import { type Read, readRestriction, type Test } from '../find/restriction.ts';
import type { PropertyPath } from '../items/path.ts';
import { folderProperty } from './mapi.ts';
import { folderPropertyOf } from './properties.ts';
import type { FolderView } from './view.ts';

/** Reads the Restriction of FindFolder (MS-OXWSSRCH 2.2.3.17). @throws SchemaError; EwsError ErrorUnsupportedPathForQuery */
export function readFolderRestriction(element: XmlElement): Test<FolderView> {
  return readRestriction<FolderView>(element, { read });
}

function read(path: PropertyPath): Read<FolderView> {
  if (path.kind === 'extended') {
    const { property } = path;
    return (view) => {
      const value = folderProperty(view, property)?.value ?? null;
      if (typeof value !== 'string') return value;
      if (/^(?:Integer|Short|Long|Double|Float)$/.test(property.type)) return Number(value);
      return property.type === 'Boolean' ? value === 'true' : value;
    };
  }
  const compare = path.kind === 'field' ? folderPropertyOf(path.uri).compare : undefined;
  if (compare === undefined) {
    throw new EwsError('ErrorUnsupportedPathForQuery', 'The property cannot be searched for.');
  }
  return compare;
}
