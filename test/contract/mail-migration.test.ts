import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostgresStores } from '../../store/index.ts';
import { migratePostgres } from '../../store/postgres-migrate.ts';
import { postgresMigrations, type RunningPostgres, startPostgres } from '../support/postgres.ts';
import { expectMigrated, firstSchemaRows } from './mail-migrated.ts';
import { freshRef } from './subject.ts';

let server: RunningPostgres;
let client: pg.Client;

beforeAll(async () => {
  server = await startPostgres();
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
}, 60_000);

afterAll(async () => {
  await client.end();
  await server.stop();
});

test('a mailbox of the first schema is whole after the migrations of PostgreSQL', async () => {
  const all = await postgresMigrations();
  const first = all.filter((migration) => migration.name.startsWith('0001'));
  expect(await migratePostgres(client, first)).toHaveLength(1);
  const ref = freshRef('POSTGRES');
  for (const row of firstSchemaRows(ref, 'mail_state.')) await client.query(row);
  await migratePostgres(client, all);
  const deferred: Promise<unknown>[] = [];
  const defer = (work: Promise<unknown>) => deferred.push(work);
  const { mail } = createPostgresStores({ connectionString: server.url, defer, idleMs: 20 });
  await expectMigrated(mail.mailbox(ref));
  await Promise.all(deferred);
});
