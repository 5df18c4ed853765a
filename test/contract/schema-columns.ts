import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Tables } from '../../store/stores.ts';

/** `name type` or `name type not null` of each column of each table of a database, sorted. */
export type Columns = Record<string, string[]>;

/** What the drizzle schema says. */
export function declaredColumns(tables: Tables[keyof Tables]): Columns {
  return Object.fromEntries(
    Object.values<SQLiteTable>(tables).map((table) => [
      getTableName(table),
      Object.values(getTableColumns(table))
        .map((column) => describeColumn(column.name, column.getSQLType(), column.notNull))
        .sort(),
    ]),
  );
}

export function describeColumn(name: string, type: string, notNull: boolean): string {
  return `${name} ${type.toLowerCase()}${notNull ? ' not null' : ''}`;
}
