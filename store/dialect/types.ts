import type { Column, SQL, SQLWrapper } from 'drizzle-orm';
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core';
import type { DocumentWords, Terms } from '../search-words.ts';

/** drizzle's query builder. It only builds: statements run through an Executor. */
export type QueryBuilder = BaseSQLiteDatabase<'async', unknown, Record<string, never>, Record<string, never>>;

/** A select made with the query builder, flat: each selected field a column or an aliased expression. */
export interface ReadQuery<Row> extends SQLWrapper {
  readonly _: { readonly result: Row[] };
  prepare(): unknown;
}

export type RowsOf<Queries extends readonly ReadQuery<unknown>[]> = {
  [K in keyof Queries]: Queries[K] extends ReadQuery<infer Row> ? Row[] : never;
};

interface WriteResult {
  /** Rows that the statement inserted, changed or deleted. */
  changes: number;
  /** What RETURNING or a SELECT gave, by column name. */
  rows: Record<string, unknown>[];
}

interface AtomicOptions {
  /**
   * Select of the rows that writers of the same things must wait for each other on. D1 runs one batch after the
   * other and leaves it out; PostgreSQL takes the row locks before the first statement, so that every statement
   * sees what the writer before it did.
   */
  lock?: SQLWrapper;
}

/** One database. Errors: ConflictError for a violated unique key; anything else the driver says is thrown. */
export interface Executor {
  readonly dialect: Dialect;
  /** Builds statements for this database. */
  readonly build: QueryBuilder;
  all<Row>(query: ReadQuery<Row>): Promise<Row[]>;
  /** Several selects in one round trip; column names must differ within each. */
  read<Queries extends readonly ReadQuery<unknown>[]>(...queries: Queries): Promise<RowsOf<Queries>>;
  /** All statements or none, in order, with nothing of anyone else's in between. */
  atomic(statements: readonly SQLWrapper[], options?: AtomicOptions): Promise<WriteResult[]>;
  /** The text and parameters of a statement as the driver gets them. */
  compile(statement: SQLWrapper): { sql: string; params: unknown[] };
}

/** What the two languages say differently. Used in `sql` templates of the repositories. */
export interface Dialect {
  /** Condition: the column is one of these, which are one bound parameter however many they are. */
  isIn(column: Column, values: readonly string[]): SQL;
  /**
   * Derived table `input` from a JSON array of arrays, one bound parameter: column n of each row is the n-th of
   * `columns`, by the column's own name, and `ord` is the position of the row.
   */
  rows(json: string, columns: readonly Column[]): SQL;
  readonly fullText: FullText;
  readonly text: TextFunctions;
}

export interface TextFunctions {
  /** What comes after the last @. Indexes have the same expression (migrations, users_by_domain). */
  domainOf(address: Column): SQL;
  /** JSON array of the column `found` of a query. */
  jsonOf(query: SQL): SQL<string>;
  /** Condition: there is nothing beyond ASCII in it. */
  isAscii(text: SQLWrapper): SQL;
  /** Lower case of the letters of ASCII alone. */
  lower(text: SQLWrapper): SQL;
  /** Condition: this stands in it. */
  contains(text: SQLWrapper, part: string): SQL;
}

export interface DocumentScope {
  tenantId: string;
  mailboxId: string;
}

/** Columns of the table `documents`, by name, without tenant and mailbox. */
type DocumentColumns = Record<string, string | number>;

/** Where a query for documents reads, and in which order: the newest first. */
export interface DocumentSource {
  from: SQL;
  /** More to hold beside the scope of `documents`, which every statement says itself. */
  condition: SQL | undefined;
  order: SQL;
}

/** The dialect's text index and the table `documents` that it belongs to. */
export interface FullText {
  /** Statements that insert a document which is not there. */
  put(scope: DocumentScope, columns: DocumentColumns, words: DocumentWords): SQL[];
  /** Statements that take documents out. */
  drop(scope: DocumentScope, itemIds: readonly string[]): SQL[];
  /**
   * For documents that hold these words (all documents for null) and were received in the span. `rare`: conditions on
   * `documents` that few fulfil and an index knows; the statement holds them elsewhere too.
   */
  source(scope: DocumentScope, words: Terms | null, received: Span, rare: readonly SQL[]): DocumentSource;
  /** Condition: the text of the column contains this text. */
  contains(column: Column, text: string): SQL;
}

/** From `from` on, before `before`, in milliseconds. */
export interface Span {
  from: number | null;
  before: number | null;
}
