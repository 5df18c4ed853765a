import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type Migration, migratePostgres } from '../../store/postgres-migrate.ts';
import { PROJECT_ROOT } from './home.ts';

/** The files of migrations/postgres. */
async function readMigrations(): Promise<Migration[]> {
  const directory = join(PROJECT_ROOT, 'migrations/postgres');
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(join(directory, name), 'utf8') })),
  );
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Applies what is missing; resolves with the names of what was applied. */
export function applyPostgresMigrations(url: string): Promise<string[]> {
  return withClient(url, async (client) => migratePostgres(client, await readMigrations()));
}

export interface MigrationStatus {
  name: string;
  /** null: not applied yet. */
  appliedAt: string | null;
}

/** Every migration of the project and whether the database has it. Changes nothing. */
export function postgresMigrationStatus(url: string): Promise<MigrationStatus[]> {
  return withClient(url, async (client) => {
    const table = await client.query<{ found: string | null }>(
      `select to_regclass('public.waypost_migrations')::text as found`,
    );
    const applied = new Map<string, string>();
    if (table.rows[0]?.found != null) {
      const rows = await client.query<{ name: string; applied_at: Date }>(
        'select name, applied_at from public.waypost_migrations',
      );
      for (const row of rows.rows) applied.set(row.name, row.applied_at.toISOString());
    }
    return (await readMigrations()).map(({ name }) => ({ name, appliedAt: applied.get(name) ?? null }));
  });
}
