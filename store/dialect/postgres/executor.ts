import { type SQLWrapper, sql } from 'drizzle-orm';
import { ConflictError } from '../../../core/errors.ts';
import { capture } from '../capture.ts';
import type { Executor, ReadQuery, RowsOf } from '../types.ts';
import { postgresBuilder, postgresLanguage } from './boundary.ts';
import type { PostgresConnection, Statement } from './connection.ts';
import { postgresDialect } from './dialect.ts';

const BEGIN: Statement = { sql: 'begin', params: [] };
const BEGIN_SNAPSHOT: Statement = { sql: 'begin isolation level repeatable read read only', params: [] };
const COMMIT: Statement = { sql: 'commit', params: [] };

/** Executor over the connection of an invocation; all databases of the installation may share it. */
export function createPostgresExecutor(connection: PostgresConnection): Executor {
  const compile = (statement: SQLWrapper) => postgresLanguage.sqlToQuery(statement.getSQL());
  const run = async (statements: Statement[]) => {
    try {
      return await connection.run(statements);
    } catch (error) {
      throw mapError(error);
    }
  };

  return {
    dialect: postgresDialect,
    build: postgresBuilder,
    compile,

    async all<Row>(query: ReadQuery<Row>): Promise<Row[]> {
      const captured = capture(query);
      const [result] = await run([captured]);
      return (result?.rows ?? []).map((row) => captured.decode(row)) as Row[];
    },

    async read<Queries extends readonly ReadQuery<unknown>[]>(...queries: Queries): Promise<RowsOf<Queries>> {
      const captured = queries.map(capture);
      const [, ...results] = await run([BEGIN_SNAPSHOT, ...captured, COMMIT]);
      return captured.map((query, i) =>
        (results[i]?.rows ?? []).map((row) => query.decode(row)),
      ) as unknown as RowsOf<Queries>;
    },

    async atomic(statements, options) {
      const lock = options?.lock === undefined ? [] : [compile(sql`${options.lock.getSQL()} for update`)];
      // After an error the server refuses the rest of the list and turns the commit into a rollback.
      const results = await run([BEGIN, ...lock, ...statements.map(compile), COMMIT]);
      return results.slice(1 + lock.length, -1).map(({ rows, rowCount, fields }) => ({
        changes: rowCount ?? 0,
        rows: rows.map((row) => Object.fromEntries(fields.map((field, i) => [field.name, row[i]]))),
      }));
    },
  };
}

/** SQLSTATE 23505 is unique_violation; the rest stays as it is, so that callers may try again. */
function mapError(error: unknown): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === '23505' ? new ConflictError('exists already') : error;
}
