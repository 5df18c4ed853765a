import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child } from '../../../codecs/soap/read.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { isPath, readPath } from '../items/path.ts';
import { folderProperty } from './mapi.ts';
import { type Comparable, folderPropertyOf } from './properties.ts';
import type { FolderView } from './view.ts';

type Test = (view: FolderView) => boolean;
type Read = (view: FolderView) => Comparable;

const MAX_PARTS = 255;

/** Reads the Restriction of FindFolder (MS-OXWSSRCH 2.2.3.17). @throws SchemaError; EwsError ErrorUnsupportedPathForQuery */
export function readFolderRestriction(element: XmlElement): Test {
  const [only, ...more] = element.children;
  if (only === undefined || more.length > 0) throw new SchemaError('a Restriction has one expression.');
  return expression(only, { parts: 0 });
}

function expression(element: XmlElement, budget: { parts: number }): Test {
  budget.parts += 1;
  if (budget.parts > MAX_PARTS) {
    throw new EwsError('ErrorRestrictionTooComplex', 'The restriction has too many parts.');
  }
  switch (element.name) {
    case 'And':
    case 'Or': {
      const parts = element.children.map((one) => expression(one, budget));
      if (parts.length === 0) throw new SchemaError(`${element.name} has no expressions.`);
      return element.name === 'And'
        ? (view) => parts.every((part) => part(view))
        : (view) => parts.some((part) => part(view));
    }
    case 'Not': {
      const [inner] = element.children;
      if (inner === undefined) throw new SchemaError('Not has no expression.');
      const part = expression(inner, budget);
      return (view) => !part(view);
    }
    case 'Exists': {
      const read = pathIn(element);
      return (view) => read(view) !== null;
    }
    case 'Contains':
      return contains(element);
    case 'Excludes': {
      const read = pathIn(element);
      const mask = Number(attributeOf(child(element, 'Bitmask'), 'Value') ?? Number.NaN);
      if (!Number.isInteger(mask)) throw new SchemaError('Bitmask is no number.');
      return (view) => (Number(read(view) ?? 0) & mask) === 0;
    }
    default:
      return comparison(element);
  }
}

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  IsEqualTo: (order) => order === 0,
  IsNotEqualTo: (order) => order !== 0,
  IsGreaterThan: (order) => order > 0,
  IsGreaterThanOrEqualTo: (order) => order >= 0,
  IsLessThan: (order) => order < 0,
  IsLessThanOrEqualTo: (order) => order <= 0,
};

function comparison(element: XmlElement): Test {
  const holds = ORDERS[element.name];
  if (holds === undefined) throw new SchemaError(`${element.name} is no expression.`);
  const read = pathIn(element);
  const other = child(element, 'FieldURIOrConstant');
  const constant = attributeOf(child(other, 'Constant'), 'Value');
  const second: Read = constant === null ? pathIn(other) : () => constant;
  return (view) => {
    const [a, b] = [read(view), second(view)];
    if (a === null || b === null) return element.name === 'IsNotEqualTo' && a !== b;
    const order = compared(a, b);
    return order !== null && holds(order);
  };
}

/** null where the second is nothing that could be compared with the first. */
function compared(a: string | number | boolean, b: string | number | boolean): number | null {
  if (typeof a === 'number') {
    const n = Number(b);
    return Number.isNaN(n) ? null : a - n;
  }
  if (typeof a === 'boolean') {
    const text = String(b).toLowerCase();
    return Number(a) - Number(text === 'true' || text === '1');
  }
  const text = String(b);
  return a === text ? 0 : a < text ? -1 : 1;
}

function contains(element: XmlElement): Test {
  const read = pathIn(element);
  const { ContainmentMode: mode = 'Substring', ContainmentComparison: how = 'Exact' } = element.attributes;
  const folded = (text: string) => fold(text, how);
  const wanted = folded(attributeOf(child(element, 'Constant'), 'Value') ?? '');
  const begins = (text: string, at: number) => at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
  return (view) => {
    const value = read(view);
    if (typeof value !== 'string') return false;
    const text = folded(value);
    if (mode === 'FullString') return text === wanted;
    if (mode === 'Prefixed') return text.startsWith(wanted);
    if (mode === 'Substring') return text.includes(wanted);
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
      if (begins(text, at)) return true;
      if (wanted === '') return false;
    }
    return false;
  };
}

/** Text with what ContainmentComparison does not look at taken out (MS-OXWSCDATA 2.2.5.9). */
function fold(text: string, how: string): string {
  const plain = how.includes('NonSpac') ? text.normalize('NFD').replace(/\p{M}/gu, '') : text;
  return how.includes('IgnoreCase') || how.startsWith('Loose') ? plain.toLowerCase() : plain;
}

/** What the path among the children of an element reads. */
function pathIn(element: XmlElement | null): Read {
  const found = element?.children.find(isPath);
  if (found === undefined) throw new SchemaError(`${element?.name ?? 'an expression'} names no property.`);
  const path = readPath(found);
  if (path.kind === 'extended') {
    const { property } = path;
    return (view) => {
      const value = folderProperty(view, property)?.value ?? null;
      if (typeof value !== 'string') return value?.join('\n') ?? null;
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
