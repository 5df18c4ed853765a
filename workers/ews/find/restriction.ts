import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child } from '../../../codecs/soap/read.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { isPath, type PropertyPath, readPath } from '../items/path.ts';
import type { Comparable, Scalar } from '../items/property.ts';

/** Whether a thing fits; V is what is looked through. */
export type Test<V> = (view: V) => boolean;
export type Read<V> = (view: V) => Comparable;

/** How the properties of V are found. */
export interface RestrictionReader<V> {
  /** @throws EwsError ErrorUnsupportedPathForQuery */
  read(path: PropertyPath): Read<V>;
  /** A condition on a property whose text is too long to be compared row by row; null where it is none of these. */
  contains?(path: PropertyPath, text: string): Test<V> | null;
}

const MAX_PARTS = 255;

/** One comparison of a restriction. */
export interface Leaf {
  path: PropertyPath;
  /** The property that it is compared with, where it is one. */
  other: PropertyPath | null;
  how: LeafKind;
  /** @param other value of the other property; without one it does not count */
  fits(value: Comparable, other: Comparable): boolean;
}

type LeafKind =
  | { kind: 'exists' }
  | { kind: 'excludes' }
  | { kind: 'compares'; operator: Operator; constant: string | null }
  | { kind: 'contains'; mode: string; comparison: string; constant: string };

/**
 * Reads a Restriction (MS-OXWSSRCH 2.2.3.17, 2.2.5): And, Or, Not, Exists, Contains, Excludes and the comparisons, with a
 * constant or another property.
 * @throws SchemaError; EwsError ErrorUnsupportedPathForQuery, ErrorRestrictionTooComplex
 */
export function readRestriction<V>(element: XmlElement, reader: RestrictionReader<V>): Test<V> {
  return expression(onlyExpression(element), reader, { parts: 0 });
}

/** The one expression of a Restriction. @throws SchemaError */
export function onlyExpression(element: XmlElement): XmlElement {
  const [only, ...more] = element.children;
  if (only === undefined || more.length > 0) throw new SchemaError('a Restriction has one expression.');
  return only;
}

function expression<V>(
  element: XmlElement,
  reader: RestrictionReader<V>,
  budget: { parts: number },
): Test<V> {
  budget.parts += 1;
  if (budget.parts > MAX_PARTS) {
    throw new EwsError('ErrorRestrictionTooComplex', 'The restriction has too many parts.');
  }
  switch (element.name) {
    case 'And':
    case 'Or': {
      const parts = element.children.map((one) => expression(one, reader, budget));
      if (parts.length === 0) throw new SchemaError(`${element.name} has no expressions.`);
      return element.name === 'And'
        ? (view) => parts.every((part) => part(view))
        : (view) => parts.some((part) => part(view));
    }
    case 'Not': {
      const [inner] = element.children;
      if (inner === undefined) throw new SchemaError('Not has no expression.');
      const part = expression(inner, reader, budget);
      return (view) => !part(view);
    }
    default:
      return tested(readLeaf(element), reader);
  }
}

function tested<V>(leaf: Leaf, reader: RestrictionReader<V>): Test<V> {
  if (leaf.how.kind === 'contains') {
    const special = reader.contains?.(leaf.path, leaf.how.constant) ?? null;
    if (special !== null) return special;
  }
  const read = reader.read(leaf.path);
  const other = leaf.other === null ? null : reader.read(leaf.other);
  return (view) => leaf.fits(read(view), other === null ? null : other(view));
}

/** What is none of And, Or and Not. @throws SchemaError */
export function readLeaf(element: XmlElement): Leaf {
  switch (element.name) {
    case 'Exists':
      return {
        ...{ path: pathIn(element), other: null, how: { kind: 'exists' } },
        fits: (value) => value !== null && !(Array.isArray(value) && value.length === 0),
      };
    case 'Contains':
      return contains(element);
    case 'Excludes': {
      const mask = Number(attributeOf(child(element, 'Bitmask'), 'Value') ?? Number.NaN);
      if (!Number.isInteger(mask)) throw new SchemaError('Bitmask is no number.');
      return {
        ...{ path: pathIn(element), other: null, how: { kind: 'excludes' } },
        fits: (value) => (Number(value ?? 0) & mask) === 0,
      };
    }
    default:
      return comparison(element);
  }
}

const ORDERS = {
  IsEqualTo: (order) => order === 0,
  IsNotEqualTo: (order) => order !== 0,
  IsGreaterThan: (order) => order > 0,
  IsGreaterThanOrEqualTo: (order) => order >= 0,
  IsLessThan: (order) => order < 0,
  IsLessThanOrEqualTo: (order) => order <= 0,
} as const satisfies Readonly<Record<string, (order: number) => boolean>>;
type Operator = keyof typeof ORDERS;

function comparison(element: XmlElement): Leaf {
  if (!Object.hasOwn(ORDERS, element.name)) throw new SchemaError(`${element.name} is no expression.`);
  const operator = element.name as Operator;
  const holds = ORDERS[operator];
  const path = pathIn(element);
  const second = child(element, 'FieldURIOrConstant');
  if (second === null) throw new SchemaError(`${element.name} has nothing to compare with.`);
  const constant = attributeOf(child(second, 'Constant'), 'Value');
  const negated = operator === 'IsNotEqualTo';
  return {
    path,
    other: constant === null ? pathIn(second) : null,
    how: { kind: 'compares', operator, constant },
    fits(left, other) {
      const right = constant ?? other;
      if (left === null || right === null || Array.isArray(right)) return negated && left !== right;
      // Of a list any entry counts, and for "is not" all of them.
      if (Array.isArray(left)) {
        const orders = left.map((one) => compared(one, right as Scalar));
        return negated
          ? orders.every((order) => order !== 0)
          : orders.some((order) => order !== null && holds(order));
      }
      const order = compared(left as Scalar, right as Scalar);
      return order !== null && holds(order);
    },
  };
}

const ISO = /^\d{4}-\d\d-\d\d/;

/** What numbers and times are compared with; NaN for what is neither. */
export function numberIn(value: Scalar): number {
  return typeof value === 'string' && ISO.test(value) ? Date.parse(value) : Number(value);
}

/** Like `a - b`; null where the second is nothing that could be compared with the first. */
export function compared(a: Scalar, b: Scalar): number | null {
  if (typeof a === 'number') {
    const n = numberIn(b);
    return Number.isNaN(n) ? null : a - n;
  }
  if (typeof a === 'boolean') {
    const text = String(b).toLowerCase();
    return Number(a) - Number(text === 'true' || text === '1');
  }
  const [x, y] = [a.toLowerCase(), String(b).toLowerCase()];
  return x === y ? 0 : x < y ? -1 : 1;
}

function contains(element: XmlElement): Leaf {
  const { ContainmentMode: mode = 'Substring', ContainmentComparison: comparison = 'Exact' } =
    element.attributes;
  const constant = attributeOf(child(element, 'Constant'), 'Value');
  const path = pathIn(element);
  if (constant === null) throw new SchemaError('Contains has no Constant.');
  const wanted = foldText(constant, comparison);
  return {
    ...{ path, other: null, how: { kind: 'contains', mode, comparison, constant } },
    fits(value) {
      const list = Array.isArray(value) ? value : [value];
      return list.some((one) => typeof one === 'string' && holds(foldText(one, comparison), wanted, mode));
    },
  };
}

function holds(text: string, wanted: string, mode: string): boolean {
  if (mode === 'FullString') return text === wanted;
  if (mode === 'Prefixed') return text.startsWith(wanted);
  if (mode === 'Substring' || wanted === '') return text.includes(wanted);
  // PrefixOnWords, ExactPhrase: from the beginning of a word.
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const begins = at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
    const ends = mode !== 'ExactPhrase' || !/[\p{L}\p{N}]/u.test(text.charAt(at + wanted.length));
    if (begins && ends) return true;
  }
  return false;
}

/** Text with what ContainmentComparison does not look at taken out (MS-OXWSCDATA 2.2.5.9). */
export function foldText(text: string, how: string): string {
  const { case: lower, marks } = foldOf(how);
  const plain = marks ? text.normalize('NFD').replace(/\p{M}/gu, '') : text;
  return lower ? plain.toLowerCase() : plain;
}

/** What a ContainmentComparison takes out. */
export function foldOf(how: string): { case: boolean; marks: boolean } {
  return { case: how.includes('IgnoreCase') || how.startsWith('Loose'), marks: how.includes('NonSpac') };
}

function pathIn(element: XmlElement): PropertyPath {
  const found = element.children.find(isPath);
  if (found === undefined) throw new SchemaError(`${element.name} names no property.`);
  return readPath(found);
}
