import { and, eq, not, or, type SQL, sql } from 'drizzle-orm';
import { foldCategory, type StateQuery } from '../../core/search/query.ts';
import type { Dialect, DocumentScope, DocumentSource, Span } from '../dialect/types.ts';
import type { SearchTables } from '../schema/search.ts';
import { isTextual, type Terms } from '../search-words.ts';
import { askedId } from '../text.ts';

export interface SearchContext {
  scope: DocumentScope;
  dialect: Dialect;
  documents: SearchTables['documents'];
}

/** Names as the column `categories` keeps them. */
export function categoryText(names: readonly string[]): string {
  return names.length === 0 ? '' : `\n${names.map(foldCategory).join('\n')}\n`;
}

/**
 * Where to read documents that match one of the alternatives of a query. Of conditions that must all hold, those about words become one question to the
 * text index and those about time a span of it; the others are asked of each document that is found.
 */
export function sourceOf(context: SearchContext, terms: Terms): DocumentSource {
  const parts = terms.kind === 'and' ? terms.of : [terms];
  const words = parts.filter(isTextual);
  const times = parts.filter((part) => part.kind === 'received');
  const others = parts.filter((part) => part.kind !== 'received' && !isTextual(part));
  const source = context.dialect.fullText.source(
    context.scope,
    words.length === 0 ? null : { kind: 'and', of: words },
    times.reduce<Span>(overlap, { from: null, before: null }),
    others.filter(isRare).map((part) => conditionOf(context, part)),
  );
  const condition = and(source.condition, ...others.map((part) => conditionOf(context, part)));
  return { ...source, condition };
}

/** Facts that hold for few documents of any mailbox, each with an index of its own. */
function isRare(terms: Terms): boolean {
  return terms.kind === 'thread' || terms.kind === 'category' || (terms.kind === 'flagged' && terms.is);
}

function overlap(a: Span, b: Span): Span {
  return {
    from: a.from === null || b.from === null ? (a.from ?? b.from) : Math.max(a.from, b.from),
    before: a.before === null || b.before === null ? (a.before ?? b.before) : Math.min(a.before, b.before),
  };
}

function conditionOf(context: SearchContext, terms: Terms): SQL {
  switch (terms.kind) {
    case 'and':
      return and(...terms.of.map((part) => conditionOf(context, part))) ?? sql`1 = 1`;
    case 'or':
      return or(...terms.of.map((part) => conditionOf(context, part))) ?? sql`1 = 0`;
    case 'not':
      return not(conditionOf(context, terms.of));
    case 'term':
      throw new Error('store: words and facts in one part of a question');
    default:
      return stateCondition(context, terms);
  }
}

function stateCondition({ dialect, documents }: SearchContext, query: StateQuery): SQL {
  switch (query.kind) {
    case 'received':
      return between(documents.receivedAt, query.from, query.before === null ? null : query.before - 1);
    case 'size':
      return between(documents.size, query.min, query.max);
    case 'attachment':
      return flag(documents.hasAttachment, query.is);
    case 'read':
      return flag(documents.isRead, query.is);
    case 'flagged':
      return flag(documents.isFlagged, query.is);
    case 'folders':
      return dialect.isIn(documents.folderId, query.folderIds);
    case 'thread':
      return eq(documents.threadId, askedId(query.threadId));
    case 'category':
      // The first half says nothing more, but it is that of a partial index.
      return sql`(${documents.categories} <> '' and ${dialect.fullText.contains(
        documents.categories,
        categoryText([askedId(query.name)]),
      )})`;
    case 'all':
      return sql`1 = 1`;
  }
}

type NumberColumn = SearchTables['documents'][
  | 'size'
  | 'receivedAt'
  | 'isRead'
  | 'isFlagged'
  | 'hasAttachment'];

/** The value stands in the text of the statement: only so the planners see that a partial index fits. */
function flag(column: NumberColumn, is: boolean): SQL {
  return sql`${column} = ${sql.raw(is ? '1' : '0')}`;
}

function between(column: NumberColumn, min: number | null, max: number | null): SQL {
  return (
    and(
      ...(min === null ? [] : [sql`${column} >= ${min}`]),
      ...(max === null ? [] : [sql`${column} <= ${max}`]),
    ) ?? sql`1 = 1`
  );
}
