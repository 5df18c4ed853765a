import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresTables } from '../../store/dialect/postgres/boundary.ts';
import { migratePostgres } from '../../store/postgres-migrate.ts';
import { migrate, postgresMigrations, type RunningPostgres, startPostgres } from '../support/postgres.ts';
import { type Columns, declaredColumns, describeColumn } from './schema-columns.ts';

let server: RunningPostgres;
let client: pg.Client;

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);

afterAll(async () => {
  await client?.end();
  await server.stop();
});

describe('migrations of PostgreSQL', () => {
  test('are applied once, also when several start at the same time', async () => {
    const names = (await postgresMigrations()).map((m) => m.name).sort();
    const runs = await Promise.all([migrate(server.url), migrate(server.url), migrate(server.url)]);
    expect(runs.filter((applied) => applied.length > 0)).toEqual([names]);
    expect(await migrate(server.url)).toEqual([]);
    client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const entries = await client.query('select name from public.waypost_migrations order by name');
    expect(entries.rows.map((row) => row.name)).toEqual(names);
  });

  test('one that fails leaves nothing, and those before it stay', async () => {
    const list = [
      { name: '9001_good.sql', sql: 'create table public.good (id int)' },
      { name: '9003_never.sql', sql: 'create table public.never (id int)' },
      { name: '9002_bad.sql', sql: 'create table public.bad (id int); select nonsense' },
    ];
    await expect(migratePostgres(client, list)).rejects.toThrow('9002_bad.sql');
    const tables = await client.query(
      `select table_name from information_schema.tables where table_name in ('good', 'bad', 'never')`,
    );
    expect(tables.rows).toEqual([{ table_name: 'good' }]);
    const [good, never, bad] = list;
    if (good === undefined || bad === undefined || never === undefined) throw new Error('three migrations');
    const fixed = { ...bad, sql: 'create table public.bad (id int)' };
    expect(await migratePostgres(client, [good, never, fixed])).toEqual([bad.name, never.name]);
  });

  test.each([
    ['directory', 'directory'],
    ['mail', 'mail_state'],
    ['search', 'search'],
    ['audit', 'audit'],
  ] as const)('the tables of %s have the columns of the schema', async (database, schema) => {
    const { rows } = await client.query<{ table: string; name: string; type: string; nullable: string }>(
      `select table_name as table, column_name as name, data_type as type, is_nullable as nullable
       from information_schema.columns where table_schema = $1`,
      [schema],
    );
    const found: Columns = {};
    for (const row of rows) {
      // The text index is the dialect's own.
      if (row.type === 'tsvector') continue;
      const columns = found[row.table] ?? [];
      columns.push(describeColumn(row.name, row.type, row.nullable === 'NO'));
      found[row.table] = columns.sort();
    }
    // What moves of tenants are noted in lies beside the mailboxes.
    const { moves, ...tables } = postgresTables;
    expect(found).toEqual(
      declaredColumns(database === 'mail' ? { ...tables.mail, ...moves } : tables[database]),
    );
  });

  test('all text is ordered by its bytes, as in SQLite', async () => {
    const { rows } = await client.query(
      `select table_schema, table_name, column_name from information_schema.columns
       where table_schema in ('directory', 'mail_state', 'search', 'audit')
         and data_type = 'text' and collation_name is distinct from 'C'`,
    );
    expect(rows).toEqual([]);
  });
});
