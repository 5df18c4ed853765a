import { segmentWords } from '../codecs/text/index.ts';
import type { SearchDocument } from '../core/ports/search.ts';
import {
  QUERY_LIMITS,
  type Query,
  type StateQuery,
  TEXT_FIELDS,
  type TextField,
} from '../core/search/query.ts';
import { foldWords } from '../core/search/words.ts';
import { fitText } from './text.ts';

/** Bytes of a field that are indexed: together far below the 1 MB that PostgreSQL's tsvector may have. */
const MAX_BYTES: Record<TextField, number> = {
  subject: 32_768,
  from: 32_768,
  to: 32_768,
  cc: 32_768,
  bcc: 32_768,
  body: 262_144,
  files: 32_768,
};
/** Words whose order is kept: PostgreSQL knows no position beyond 16,383. */
const MAX_ORDERED = 16_000;
/** PostgreSQL keeps 256 positions of one word at most. */
const MAX_REPEATS = 250;
/** A shorter beginning of a word is taken for the word: it would select a good part of the dictionary. */
const MIN_PREFIX = 3;

/** The words of a document as every index holds them: those in order by field, and others of the body. */
export interface DocumentWords {
  ordered: Record<TextField, string[]>;
  /** Distinct words of the body beyond those in order; they are in no phrase. */
  rest: string[];
}

/** Cut here and not by the databases, so that all of them find the same. */
export function documentWords(document: SearchDocument): DocumentWords {
  const rest = new Set<string>();
  const ordered = Object.fromEntries(
    TEXT_FIELDS.map((field) => {
      const words = foldWords(fitText(document[field], MAX_BYTES[field]));
      const kept: string[] = [];
      const seen = new Map<string, number>();
      for (const word of words) {
        const times = (seen.get(word) ?? 0) + 1;
        seen.set(word, times);
        if (kept.length < MAX_ORDERED && times <= MAX_REPEATS) kept.push(word);
        else if (times === 1 && field === 'body') rest.add(word);
      }
      return [field, kept];
    }),
  ) as Record<TextField, string[]>;
  return { ordered, rest: [...rest] };
}

/** Words that follow each other in one of the fields; `prefix`: the last one is the beginning of a word. */
export interface Term {
  kind: 'term';
  words: string[];
  prefix: boolean;
  fields: readonly TextField[] | null;
}

/** A query whose texts are cut into words. */
export type Terms = { kind: 'and' | 'or'; of: Terms[] } | { kind: 'not'; of: Terms } | Term | StateQuery;

/**
 * Cuts the texts of a query into words, and the query into alternatives, each of which says things about words and
 * things about facts that must all hold: `(a is:read) OR is:flagged` makes two. A database can answer each of them
 * from an index, the whole only by looking at every document. None: nothing is asked for, and nothing matches.
 * ATTACKS: of very many alternatives only the first are looked for.
 */
export function alternatives(query: Query): Terms[] {
  const terms = reduce(query, 0, { leaves: QUERY_LIMITS.leaves });
  return terms === null ? [] : takenApart(terms);
}

function reduce(query: Query, depth: number, budget: { leaves: number }): Terms | null {
  if (depth > QUERY_LIMITS.depth) return null;
  switch (query.kind) {
    case 'and':
    case 'or': {
      const of = query.of.flatMap((part) => {
        const reduced = reduce(part, depth + 1, budget);
        if (reduced === null) return [];
        return reduced.kind === query.kind ? reduced.of : [reduced];
      });
      return of.length <= 1 ? (of[0] ?? null) : { kind: query.kind, of };
    }
    case 'not': {
      const of = reduce(query.of, depth + 1, budget);
      return of === null ? null : { kind: 'not', of };
    }
    case 'text': {
      const words = foldWords(segmentWords(query.text.slice(0, QUERY_LIMITS.text))).slice(
        0,
        QUERY_LIMITS.words,
      );
      const last = words.at(-1);
      if (last === undefined || budget.leaves-- <= 0) return null;
      const prefix = query.prefix && (last.length >= MIN_PREFIX || !/^[a-z0-9]+$/.test(last));
      return { kind: 'term', words, prefix, fields: query.fields };
    }
    default:
      return budget.leaves-- <= 0 ? null : query;
  }
}

/** Whether every leaf asks for words: such a query is one question to the text index. */
export function isTextual(terms: Terms): boolean {
  if (terms.kind === 'and' || terms.kind === 'or') return terms.of.every(isTextual);
  return terms.kind === 'not' ? isTextual(terms.of) : terms.kind === 'term';
}

/** Whether no leaf asks for words. */
function isFactual(terms: Terms): boolean {
  if (terms.kind === 'and' || terms.kind === 'or') return terms.of.every(isFactual);
  return terms.kind === 'not' ? isFactual(terms.of) : terms.kind !== 'term';
}

/** Most alternatives of a query. */
const MAX_ALTERNATIVES = 12;

function takenApart(terms: Terms): Terms[] {
  if (isTextual(terms) || isFactual(terms)) return [terms];
  if (terms.kind === 'not') return takenApart(denied(terms.of));
  if (terms.kind === 'or') {
    const words = terms.of.filter(isTextual);
    const facts = terms.of.filter((part) => !isTextual(part) && isFactual(part));
    const mixed = terms.of.filter((part) => !isTextual(part) && !isFactual(part));
    const either = (of: Terms[]): Terms[] => (of.length <= 1 ? of : [{ kind: 'or', of }]);
    return [...either(words), ...either(facts), ...mixed.flatMap(takenApart)].slice(0, MAX_ALTERNATIVES);
  }
  if (terms.kind !== 'and') return [terms];
  let product: Terms[][] = [[]];
  for (const part of terms.of.map(takenApart)) {
    product = product
      .flatMap((before) => part.map((one) => [...before, ...(one.kind === 'and' ? one.of : [one])]))
      .slice(0, MAX_ALTERNATIVES);
  }
  return product.map((of) => ({ kind: 'and', of }));
}

/** The opposite of a query, with `not` moved towards its leaves. */
function denied(terms: Terms): Terms {
  if (terms.kind === 'not') return terms.of;
  if (terms.kind !== 'and' && terms.kind !== 'or') return { kind: 'not', of: terms };
  return { kind: terms.kind === 'and' ? 'or' : 'and', of: terms.of.map(denied) };
}

/** Whether a document holds a term, as the databases judge it. */
export function holdsTerm({ ordered, rest }: DocumentWords, term: Term): boolean {
  const fits = (word: string, i: number) => {
    const wanted = term.words[i] ?? '';
    return term.prefix && i === term.words.length - 1 ? word.startsWith(wanted) : word === wanted;
  };
  const fields = term.fields ?? TEXT_FIELDS;
  const [single] = term.words;
  if (
    single !== undefined &&
    term.words.length === 1 &&
    fields.includes('body') &&
    rest.some((w) => fits(w, 0))
  )
    return true;
  return fields.some((field) =>
    ordered[field].some((_, at) =>
      term.words.every((_word, i) => {
        const word = ordered[field][at + i];
        return word !== undefined && fits(word, i);
      }),
    ),
  );
}

/** What is asked for by words that may stand anywhere: where they stand makes a document more or less relevant. */
export function looseTerms(parts: readonly Terms[]): Term[] {
  const found = new Map<string, Term>();
  const collect = (terms: Terms): void => {
    if (terms.kind === 'and' || terms.kind === 'or') terms.of.forEach(collect);
    else if (terms.kind === 'term' && terms.fields === null) found.set(terms.words.join(' '), terms);
  };
  parts.forEach(collect);
  return [...found.values()];
}
