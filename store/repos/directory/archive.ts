import { eq, getTableColumns, getTableName, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { AsideRow, DirectoryArchive } from '../../../core/ports/archive.ts';
import { jsonChunks } from '../../dialect/json-chunks.ts';
import { given, insertSelect, type Value } from '../../dialect/statements.ts';
import type { DirectoryContext } from './tenants.ts';

type TenantTable = SQLiteTable & { tenantId: SQLiteColumn };

/**
 * Every table with a tenant in it, also of later releases; the tenants themselves first. Not moves between shards: where
 * all is made again, every tenant is where the directory says.
 */
export function createDirectoryArchive({ executor, tables }: DirectoryContext): DirectoryArchive {
  const { build, dialect } = executor;
  const known = new Map<string, TenantTable>(
    Object.values(tables)
      .filter(
        (table): table is typeof table & TenantTable => 'tenantId' in table && table !== tables.tenantMoves,
      )
      .map((table) => [getTableName(table), table]),
  );
  return {
    tables: () => [...known.keys()],

    async rows(tenantId, name, from, limit) {
      const table = known.get(name);
      if (table === undefined) return [];
      const columns = Object.fromEntries(Object.values(getTableColumns(table)).map((c) => [c.name, c]));
      const rows = await executor.all(
        build
          .select(columns)
          .from(table)
          .where(eq(table.tenantId, tenantId))
          .orderBy(...Object.values(columns))
          .limit(limit)
          .offset(from),
      );
      return rows as AsideRow[];
    },

    async restore(tenantId, name, rows) {
      const table = known.get(name);
      if (table === undefined) return 0;
      const columns = Object.entries(getTableColumns(table));
      const values: Record<string, Value> = Object.fromEntries(
        columns.map(([key, column]) => [key, key === 'tenantId' ? tenantId : given(column)]),
      );
      const arrays = rows.map((row) =>
        columns.map(([, c]) => row[c.name] ?? (c.notNull ? (c.getSQLType() === 'text' ? '' : 0) : null)),
      );
      const only = columns.map(([, column]) => column);
      const statements = jsonChunks(arrays).map((json) =>
        insertSelect(
          build,
          table,
          values,
          sql`from ${dialect.rows(json, only)} where true`,
        ).onConflictDoNothing(),
      );
      const results = statements.length === 0 ? [] : await executor.atomic(statements);
      return results.reduce((sum, result) => sum + result.changes, 0);
    },
  };
}
