import type { SQLInputValue } from 'node:sqlite';
import type { D1Database, D1Result } from '@cloudflare/workers-types/experimental';
import type { Pace } from './pace.ts';
import { objectOf, type Rows, Sqlite, type Value } from './sqlite.ts';

/** Limits of D1. */
const MOST_PARAMETERS = 100;
const LONGEST_SQL = 100_000;

type Out = null | number | string | number[];

/** A D1 database over SQLite: each statement, and each batch, is one transaction that nothing comes between. */
export function createD1(pace: Pace, migrations: readonly string[]): D1Database {
  const sqlite = new Sqlite();
  for (const migration of migrations) sqlite.script(migration);

  async function call<T>(work: () => T): Promise<T> {
    await pace();
    try {
      return work();
    } catch (error) {
      throw asD1(error);
    } finally {
      await pace();
    }
  }

  class Statement {
    readonly #sql: string;
    readonly #parameters: SQLInputValue[];

    constructor(sql: string, parameters: SQLInputValue[] = []) {
      this.#sql = sql;
      this.#parameters = parameters;
    }

    bind(...values: unknown[]): Statement {
      return new Statement(this.#sql, values.map(parameter));
    }

    execute(): Rows {
      if (this.#parameters.length > MOST_PARAMETERS) throw new Error('too many SQL variables');
      if (this.#sql.length > LONGEST_SQL) throw new Error('statement too long');
      return sqlite.run(this.#sql, this.#parameters);
    }

    async all(): Promise<D1Result> {
      return resultOf(await call(() => this.execute()));
    }

    run(): Promise<D1Result> {
      return this.all();
    }

    async first(column?: string): Promise<unknown> {
      const { columns, rows } = await call(() => this.execute());
      if (rows[0] === undefined) return null;
      const row = objectOf(columns, rows[0].map(out));
      if (column === undefined) return row;
      if (!(column in row)) throw new Error('D1_ERROR: Column not found');
      return row[column];
    }

    async raw(options?: { columnNames?: boolean }): Promise<unknown[][]> {
      const { columns, rows } = await call(() => this.execute());
      const values = rows.map((row) => row.map(out));
      return options?.columnNames === true ? [columns, ...values] : values;
    }
  }

  const database = {
    prepare: (sql: string) => new Statement(sql),
    batch: (statements: Statement[]) =>
      call(() => sqlite.transaction(() => statements.map((s) => resultOf(s.execute())))),
    async exec(sql: string) {
      await call(() => sqlite.script(sql));
      return { count: sql.split('\n').filter((line) => line.trim() !== '').length, duration: 0 };
    },
    withSession: () => database,
  };
  return database as unknown as D1Database;
}

function parameter(value: unknown): SQLInputValue {
  switch (typeof value) {
    case 'number':
    case 'string':
      return value;
    case 'boolean':
      return value ? 1 : 0;
  }
  if (value === null) return null;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return Uint8Array.from(value as number[]);
  throw new Error(`D1_TYPE_ERROR: Type '${typeof value}' not supported for value '${String(value)}'`);
}

/** A blob comes out as a list of numbers. */
function out(value: Value): Out {
  return value instanceof Uint8Array ? [...value] : value;
}

function resultOf({ columns, rows, changes }: Rows): D1Result {
  const results = rows.map((row) => objectOf(columns, row.map(out)));
  const meta = { changes, changed_db: changes > 0, duration: 0, last_row_id: 0, rows_read: rows.length };
  return { success: true, results, meta: { ...meta, rows_written: changes, size_after: 0 } } as D1Result;
}

function asD1(error: unknown): Error {
  const { message, errcode } = error as Error & { errcode?: number };
  // The low byte is the primary code: 19 is SQLITE_CONSTRAINT.
  const kind = (errcode ?? 1) % 256 === 19 ? 'SQLITE_CONSTRAINT' : 'SQLITE_ERROR';
  return new Error(`D1_ERROR: ${message}: ${kind}`, { cause: error });
}
