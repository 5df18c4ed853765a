import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../codecs/soap/read.ts';
import { SchemaError } from '../errors.ts';
import { isPath, type PropertyPath, readPath } from './path.ts';
import type { ItemShape } from './property.ts';

/** What a request asks of each item: the shape and the properties named beside it. */
export interface AskedShape {
  shape: ItemShape;
  paths: PropertyPath[];
}

const BASES = ['IdOnly', 'Default', 'AllProperties'] as const;
const BODY_TYPES = ['Best', 'HTML', 'Text'] as const;
/** Properties that are named beside a shape; clients name about a hundred. */
const MAX_PATHS = 1000;

const BODY_PATH: PropertyPath = { kind: 'field', uri: 'item:Body' };

/**
 * ItemShape (MS-OXWSCDATA 2.2.4.43) or AttachmentShape. @throws SchemaError
 * @param element null: the shape that is meant where none is given
 */
export function readShape(
  element: XmlElement | null,
  absent: ItemShape['base'] = 'AllProperties',
): AskedShape {
  const bodyType = oneOf(element, 'BodyType', BODY_TYPES);
  const paths = readPaths(child(element, 'AdditionalProperties'));
  // Who says how the body is wanted wants it, whether or not it is named.
  if (bodyType !== null && element?.name === 'ItemShape') paths.push(BODY_PATH);
  return {
    shape: {
      base: oneOf(element, 'BaseShape', BASES) ?? absent,
      bodyType: bodyType ?? 'Best',
      uniqueBodyType: oneOf(element, 'UniqueBodyType', BODY_TYPES) ?? bodyType ?? 'Best',
      normalizedBodyType: oneOf(element, 'NormalizedBodyType', BODY_TYPES) ?? bodyType ?? 'Best',
      includeMimeContent: flag(element, 'IncludeMimeContent'),
      maxBodySize: sizeOf(textOf(element, 'MaximumBodySize')),
      filterHtml: flag(element, 'FilterHtmlContent'),
      blankTargets: flag(element, 'AddBlankTargetToLinks'),
      blockImages: flag(element, 'BlockExternalImages'),
      convertHtmlCodePageToUtf8:
        textOf(element, 'ConvertHtmlCodePageToUTF8') === null || flag(element, 'ConvertHtmlCodePageToUTF8'),
    },
    paths,
  };
}

/** Paths of AdditionalProperties. */
function readPaths(element: XmlElement | null): PropertyPath[] {
  const paths = (element?.children ?? []).filter(isPath);
  if (paths.length > MAX_PATHS) throw new SchemaError(`at most ${MAX_PATHS} properties may be named.`);
  return paths.map(readPath);
}

function oneOf<T extends string>(element: XmlElement | null, name: string, list: readonly T[]): T | null {
  const text = textOf(element, name);
  if (text === null) return null;
  const found = list.find((one) => one === text);
  if (found === undefined) throw new SchemaError(`${name} is none of ${list.join(', ')}.`);
  return found;
}

function flag(element: XmlElement | null, name: string): boolean {
  const text = textOf(element, name);
  return text === 'true' || text === '1';
}

function sizeOf(text: string | null): number | null {
  if (text === null) return null;
  if (!/^\d{1,10}$/.test(text)) throw new SchemaError('MaximumBodySize is no number.');
  return Number(text);
}
