import type { D1Database } from '@cloudflare/workers-types/experimental';
import type { SQLWrapper } from 'drizzle-orm';
import {
  BaseSQLiteDatabase,
  SQLiteAsyncDialect,
  type SQLitePreparedQuery,
  SQLiteSession,
} from 'drizzle-orm/sqlite-core';
import { ConflictError } from '../../../core/errors.ts';
import { CapturedQuery, capture } from '../capture.ts';
import type { Executor, QueryBuilder, ReadQuery, RowsOf } from '../types.ts';
import { sqliteDialect } from './dialect.ts';

type NoSchema = Record<string, never>;

class CaptureSession extends SQLiteSession<'async', unknown, NoSchema, NoSchema> {
  override prepareQuery(
    ...[query, fields]: Parameters<SQLiteSession<'async', unknown, NoSchema, NoSchema>['prepareQuery']>
  ) {
    return new CapturedQuery(query, fields) as unknown as SQLitePreparedQuery<never>;
  }

  override transaction(): never {
    throw new Error('store: D1 has no transactions; use atomic()');
  }
}

const language = new SQLiteAsyncDialect();
const build: QueryBuilder = new BaseSQLiteDatabase(
  'async',
  language,
  new CaptureSession(language),
  undefined,
);

/** Executor of one D1 database. It holds no connection and may live as long as the isolate. */
export function createD1Executor(database: D1Database): Executor {
  const compile = (statement: SQLWrapper) => language.sqlToQuery(statement.getSQL());
  const bind = (statement: { sql: string; params: unknown[] }) =>
    database.prepare(statement.sql).bind(...statement.params);

  return {
    dialect: sqliteDialect,
    build,
    compile,

    async all<Row>(query: ReadQuery<Row>): Promise<Row[]> {
      const captured = capture(query);
      const rows = await mapped(bind(captured).raw());
      return rows.map((row) => captured.decode(row)) as Row[];
    },

    async read<Queries extends readonly ReadQuery<unknown>[]>(...queries: Queries): Promise<RowsOf<Queries>> {
      const captured = queries.map(capture);
      const results = await mapped(database.batch<Record<string, unknown>>(captured.map(bind)));
      return captured.map((query, i) =>
        (results[i]?.results ?? []).map((row) => query.decodeObject(row)),
      ) as unknown as RowsOf<Queries>;
    },

    async atomic(statements) {
      const bound = statements.map((statement) => bind(compile(statement)));
      const results = await mapped(database.batch<Record<string, unknown>>(bound));
      return results.map(({ results: rows, meta }) => ({ changes: meta.changes, rows: rows ?? [] }));
    },
  };
}

async function mapped<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && error.message.includes('UNIQUE constraint failed')) {
      throw new ConflictError('exists already');
    }
    throw error;
  }
}
