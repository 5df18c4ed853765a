import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { postgresTables } from '../dialect/postgres/boundary.ts';
import { OWNING_COLUMNS, SPECIAL } from './plan.ts';

/** What a move of a tenant notes while it goes on is of the tenant, and is gone with its end. */
const DATABASES = Object.entries(postgresTables).filter(([database]) => database !== 'moves');

const TABLES = DATABASES.flatMap(([database, tables]) =>
  Object.values<SQLiteTable>(tables).map((table) => ({
    database,
    name: `${database}.${getTableName(table)}`,
    columns: Object.values(getTableColumns(table)).map(({ name }) => name),
  })),
);

describe('I27: of every table it is known what an erase does with it', () => {
  it.each(TABLES)('$name', ({ database, name, columns }) => {
    const special = SPECIAL[name];
    const owning = database === 'directory' ? OWNING_COLUMNS : ['mailbox_id'];
    const isOwned = columns.some((column) => owning.includes(column));
    const isNamed = [special?.stays, special?.address, special?.json].some((one) => one !== undefined);
    // Say in the plan what becomes of its rows, or give it a column that says whose they are.
    expect(isOwned || isNamed).toBe(true);
    for (const column of [special?.address, special?.json, special?.clears])
      if (column !== undefined) expect(columns).toContain(column);
    // What is of one mailbox alone never stays.
    if (database === 'mail' || database === 'search')
      expect(isOwned && special?.stays !== undefined).toBe(false);
  });

  it('and the plan speaks of no table with an owner that stays without a reason', () => {
    const staying = TABLES.filter(({ name }) => SPECIAL[name]?.stays !== undefined);
    const owned = staying.filter(({ columns }) => columns.some((column) => OWNING_COLUMNS.includes(column)));
    expect(owned.map(({ name }) => name)).toEqual(['directory.erasures']);
  });
});
