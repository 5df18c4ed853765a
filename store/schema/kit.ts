import type { BuildColumns } from 'drizzle-orm';
import type {
  SQLiteColumnBuilderBase,
  SQLiteIntegerBuilderInitial,
  SQLiteTableWithColumns,
  SQLiteTextBuilderInitial,
} from 'drizzle-orm/sqlite-core';

/** The databases of DESIGN 3; on PostgreSQL each is a schema. */
export type DatabaseName = 'directory' | 'mail' | 'search' | 'audit';

/**
 * Column kinds that both dialects have: text, and integers up to 2^53 (SQLite INTEGER, PostgreSQL bigint read as a
 * number). Truth values are 0 and 1; JSON is text. Keys and indexes stand in the migrations alone; a test compares
 * the columns here with them.
 */
export interface SchemaKit {
  table<N extends string, C extends Record<string, SQLiteColumnBuilderBase>>(
    database: DatabaseName,
    name: N,
    columns: C,
  ): SQLiteTableWithColumns<{
    name: N;
    schema: undefined;
    columns: BuildColumns<N, C, 'sqlite'>;
    dialect: 'sqlite';
  }>;
  text<N extends string>(name: N): SQLiteTextBuilderInitial<N, [string, ...string[]], undefined>;
  integer<N extends string>(name: N): SQLiteIntegerBuilderInitial<N>;
}
