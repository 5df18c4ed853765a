import { type Column, getTableColumns, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { QueryBuilder } from './types.ts';

export type Value = SQLWrapper | string | null;

/** A column of the derived table that `Dialect.rows` makes. */
export function given(column: Column): SQL {
  return sql`input.${sql.identifier(column.name)}`;
}

/** An integer parameter. PostgreSQL takes an untyped parameter in a select list for text. */
export function int(value: number): SQL<number> {
  return sql<number>`cast(${value} as bigint)`;
}

/**
 * `insert into table select … <tail>` with a value for every column. The tail begins with `from` or `where` and
 * must hold a `where`, or SQLite reads a following ON CONFLICT as part of a join.
 */
export function insertSelect<T extends SQLiteTable>(
  build: QueryBuilder,
  table: T,
  values: Record<keyof T['$inferInsert'], Value>,
  tail: SQL,
) {
  const byKey: Record<string, Value> = values;
  const list = Object.keys(getTableColumns(table)).map((key) => sql`${byKey[key]}`);
  return build.insert(table).select(sql`select ${sql.join(list, sql`, `)} ${tail}` as never);
}
