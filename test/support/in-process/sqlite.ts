import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

export type Value = null | number | string | Uint8Array;

export interface Rows {
  columns: string[];
  rows: Value[][];
  /** Rows that the statement wrote. */
  changes: number;
}

const MOST_STATEMENTS = 1_000;

/** A database in memory with its prepared statements. Numbers are what JavaScript makes of them, as on the platform. */
export class Sqlite {
  readonly #database = new DatabaseSync(':memory:');
  readonly #statements = new Map<string, { statement: StatementSync; columns: string[] }>();
  readonly #total = this.#database.prepare('SELECT total_changes() AS n');

  /** One statement. */
  run(sql: string, parameters: readonly SQLInputValue[]): Rows {
    const { statement, columns } = this.#prepare(sql);
    const before = this.#written();
    const rows = statement.all(...parameters) as unknown as (Value | bigint)[][];
    const changes = this.#written() - before;
    return { columns, rows: rows.map((row) => row.map(plain)), changes };
  }

  /** Any number of statements without parameters. */
  script(sql: string): void {
    this.#database.exec(sql);
  }

  /** All of it or nothing, also one within the other. */
  transaction<T>(work: () => T): T {
    const inner = this.#database.isTransaction;
    this.script(inner ? 'SAVEPOINT within' : 'BEGIN');
    try {
      const result = work();
      this.script(inner ? 'RELEASE within' : 'COMMIT');
      return result;
    } catch (error) {
      this.script(inner ? 'ROLLBACK TO within; RELEASE within' : 'ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #written(): number {
    return Number(this.#total.get()?.['n']);
  }

  #prepare(sql: string) {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    const columns = statement.columns().map((c) => c.name);
    if (this.#statements.size >= MOST_STATEMENTS) this.#statements.clear();
    const made = { statement, columns };
    this.#statements.set(sql, made);
    return made;
  }
}

function plain(value: Value | bigint): Value {
  return typeof value === 'bigint' ? Number(value) : value;
}

export function objectOf<T>(columns: readonly string[], row: readonly T[]): Record<string, T> {
  const object: Record<string, T> = {};
  for (const [i, name] of columns.entries()) object[name] = row[i] as T;
  return object;
}
