import type { XmlElement } from '../../../codecs/soap/parse.ts';
import {
  allOf,
  anyOf,
  type ItemCondition,
  known,
  LOOK,
  noneOf,
  type TextFold,
  type TextMatch,
} from '../../../core/mail/item-condition.ts';
import { type Kept, placeOf } from './places.ts';
import { foldOf, foldText, type Leaf, numberIn, onlyExpression, readLeaf } from './restriction.ts';

/**
 * Of one restriction goes to the store so much that its statement stays far below a hundred parameters and a hundred
 * levels, which is what D1 takes; the rest is looked at.
 */
const MAX_LEAVES = 30;
const MAX_TEXTS = 8;
const MAX_DEPTH = 10;

interface Budget {
  leaves: number;
  texts: number;
}

/** What somebody else knows of a comparison; null: nothing. */
export type Special = (leaf: Leaf) => ItemCondition | null;

/**
 * What of a restriction the rows of messages can say (core/mail/item-condition.ts): never yes or no against what
 * `readRestriction` makes of it. @throws SchemaError
 */
export function conditionOf(restriction: XmlElement, special: Special): ItemCondition {
  return condition(onlyExpression(restriction), special, { leaves: MAX_LEAVES, texts: MAX_TEXTS }, 0);
}

function condition(element: XmlElement, special: Special, budget: Budget, depth: number): ItemCondition {
  if (depth > MAX_DEPTH) return LOOK;
  const of = () => element.children.map((one) => condition(one, special, budget, depth + 1));
  switch (element.name) {
    case 'And':
      return allOf(of());
    case 'Or':
      return anyOf(of());
    case 'Not':
      return noneOf(of()[0] ?? LOOK);
    default: {
      const leaf = readLeaf(element);
      const kept = leaf.other === null ? placeOf(leaf.path) : null;
      return special(leaf) ?? (kept === null ? LOOK : affordable(leafCondition(leaf, kept), budget));
    }
  }
}

function affordable(condition: ItemCondition, budget: Budget): ItemCondition {
  budget.leaves -= 1;
  if (!isNumeric(condition)) budget.texts -= 1;
  return budget.leaves < 0 || budget.texts < 0 ? LOOK : condition;
}

/** Whether no parameter is needed for it. */
function isNumeric(condition: ItemCondition): boolean {
  if (condition.kind === 'not') return isNumeric(condition.of);
  if (condition.kind === 'oneOf') return condition.field !== 'importance' && condition.field !== 'files';
  return condition.kind === 'range' || condition.kind === 'known';
}

function leafCondition(leaf: Leaf, { place, keys }: Kept): ItemCondition {
  const own = said(leaf, place);
  return own.kind === 'known' && own.is === null
    ? LOOK
    : keys.reduce<ItemCondition>((of, key) => ({ kind: 'unlessKept', key, of }), own);
}

function said(leaf: Leaf, place: Kept['place']): ItemCondition {
  switch (place.kind) {
    case 'constant':
      return known(leaf.fits(place.value, null));
    case 'fact': {
      const values = place.values.filter(([, value]) => leaf.fits(value, null)).map(([stored]) => stored);
      if (values.length === 0 || values.length === place.values.length) return known(values.length > 0);
      return { kind: 'oneOf', field: place.field, values };
    }
    case 'number':
      return numeric(leaf, place);
    case 'text':
      return textual(leaf, place.field);
    case 'people':
    case 'line':
      return ofPeople(leaf, place.kind === 'line');
    case 'categories':
      return ofCategories(leaf);
  }
}

function numeric({ how, fits }: Leaf, { field, unit }: Kept['place'] & { kind: 'number' }): ItemCondition {
  // Numbers are there, and contain nothing.
  if (how.kind === 'exists' || how.kind === 'contains') return known(fits(0, null));
  if (how.kind === 'excludes' || how.constant === null) return LOOK;
  const n = numberIn(how.constant);
  if (Number.isNaN(n)) return known(false);
  const from = (min: number) => range(field, min, null);
  const until = (max: number) => range(field, null, max);
  const next = (Math.floor(n / unit) + 1) * unit;
  const whole = Math.ceil(n / unit) * unit;
  switch (how.operator) {
    case 'IsEqualTo':
    case 'IsNotEqualTo': {
      const equal = whole === n ? range(field, n, n + unit - 1) : known(false);
      return how.operator === 'IsEqualTo' ? equal : noneOf(equal);
    }
    case 'IsGreaterThan':
      return from(next);
    case 'IsGreaterThanOrEqualTo':
      return from(whole);
    case 'IsLessThan':
      return until(whole - 1);
    case 'IsLessThanOrEqualTo':
      return until(next - 1);
  }
}

const MAX = Number.MAX_SAFE_INTEGER;

function range(
  field: (Kept['place'] & { kind: 'number' })['field'],
  min: number | null,
  max: number | null,
): ItemCondition {
  if ((min !== null && min > MAX) || (max !== null && max < -MAX)) return known(false);
  const [low, high] = [min !== null && min >= -MAX ? min : null, max !== null && max <= MAX ? max : null];
  return low === null && high === null ? known(true) : { kind: 'range', field, min: low, max: high };
}

/** How the text of a comparison is looked for; null: not by its letters, or by such as no text has. */
function matchOf({ how }: Leaf): { match: TextMatch; negated: boolean; words: boolean } | null {
  if (how.kind === 'exists' || how.kind === 'excludes' || how.constant === null) return null;
  if (!how.constant.isWellFormed() || how.constant.includes('\0')) return null;
  if (how.kind === 'compares') {
    const negated = how.operator === 'IsNotEqualTo';
    if (!negated && how.operator !== 'IsEqualTo') return null;
    const value = how.constant.toLowerCase();
    return { match: { how: 'equal', value, fold: 'case' }, negated, words: false };
  }
  const { case: lower, marks } = foldOf(how.comparison);
  const fold: TextFold = marks ? (lower ? 'plain' : 'unmarked') : lower ? 'case' : 'exact';
  const value = foldText(how.constant, how.comparison);
  const known = ({ FullString: 'equal', Prefixed: 'begins', Substring: 'contains' } as const)[how.mode];
  return { match: { how: known ?? 'contains', value, fold }, negated: false, words: known === undefined };
}

function textual(leaf: Leaf, field: (Kept['place'] & { kind: 'text' })['field']): ItemCondition {
  if (leaf.how.kind === 'exists') {
    if (field !== 'messageId') return known(true);
    return { kind: 'text', field, how: 'begins', value: '<', fold: 'exact' };
  }
  const asked = matchOf(leaf);
  if (asked === null) return LOOK;
  const found: ItemCondition = { kind: 'text', field, ...asked.match };
  if (asked.words) return { kind: 'maybe', of: found };
  return asked.negated ? noneOf(found) : found;
}

/** @param line all of them in one text, with other signs between them */
function ofPeople(leaf: Leaf, line: boolean): ItemCondition {
  const asked = matchOf(leaf);
  if (asked === null || (line && /[;,]|^$/.test(asked.match.value))) return LOOK;
  const { value, fold } = asked.match;
  const found: ItemCondition = { kind: 'mentions', value, fold };
  return asked.negated ? noneOf(found) : found;
}

function ofCategories(leaf: Leaf): ItemCondition {
  const { how } = leaf;
  const any: ItemCondition = { kind: 'category', name: null };
  if (how.kind === 'exists') return any;
  if (how.kind === 'excludes') return LOOK;
  const asked = matchOf(leaf);
  // Where there are none, none of them is anything.
  if (asked === null)
    return how.kind === 'compares' && how.operator.startsWith('IsNot') ? LOOK : { kind: 'maybe', of: any };
  const { match, negated } = asked;
  if (match.how !== 'equal' || match.fold === 'plain' || match.fold === 'unmarked')
    return { kind: 'maybe', of: any };
  const named: ItemCondition = { kind: 'category', name: match.value.toLowerCase() };
  if (match.fold === 'exact') return { kind: 'maybe', of: named };
  return negated ? noneOf(named) : named;
}
