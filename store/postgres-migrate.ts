import type { Client } from 'pg';

export interface Migration {
  /** File name, `NNNN_what.sql`; the order of names is the order of migrations. */
  name: string;
  sql: string;
}

/** One lock for every run of Waypost's migrations on a database: the bytes of `wayp`. */
const LOCK = 0x77617970;

/**
 * Applies those migrations that the database does not have yet, in order of name, each in a transaction of its own
 * with its entry in `public.waypost_migrations`. Runs at the same time wait for each other. Returns the names that
 * it applied. The connection must be a direct one: the lock belongs to the session, which a transaction pool
 * would change in between.
 */
export async function migratePostgres(
  client: Pick<Client, 'query'>,
  migrations: readonly Migration[],
): Promise<string[]> {
  const applied: string[] = [];
  await client.query('select pg_advisory_lock($1)', [LOCK]);
  try {
    await client.query(`create table if not exists public.waypost_migrations (
      name text primary key,
      applied_at timestamptz not null default now()
    )`);
    const known = await client.query<{ name: string }>('select name from public.waypost_migrations');
    const names = new Set(known.rows.map((row) => row.name));
    for (const migration of migrations.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (names.has(migration.name)) continue;
      await apply(client, migration);
      applied.push(migration.name);
    }
  } finally {
    await client.query('select pg_advisory_unlock($1)', [LOCK]);
  }
  return applied;
}

async function apply(client: Pick<Client, 'query'>, { name, sql }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into public.waypost_migrations (name) values ($1)', [name]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`migration ${name} failed`, { cause: error });
  }
}
