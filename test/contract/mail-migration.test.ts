import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostgresStores } from '../../store/index.ts';
import { migratePostgres } from '../../store/postgres-migrate.ts';
import { postgresMigrations, type RunningPostgres, startPostgres } from '../support/postgres.ts';
import {
  expectFilesCounted,
  expectMigrated,
  FILES_OF_OBJECTS,
  firstSchemaRows,
  objectRows,
} from './mail-migrated.ts';
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

test('the files of events count in mailboxes that were before they did', async () => {
  const name = 'waypost_files';
  await client.query(`create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const own = new pg.Client({ connectionString: url.href });
  await own.connect();
  const all = await postgresMigrations();
  await migratePostgres(
    own,
    all.filter((migration) => !FILES_OF_OBJECTS.test(migration.name)),
  );
  const ref = freshRef('POSTGRES');
  for (const row of objectRows(ref, 'mail_state.')) await own.query(row);
  await migratePostgres(own, all);
  const deferred: Promise<unknown>[] = [];
  const defer = (work: Promise<unknown>) => deferred.push(work);
  const { archive, mail } = createPostgresStores({ connectionString: url.href, defer, idleMs: 20 });
  await expectFilesCounted(mail.mailbox(ref), archive.mailbox(ref));
  await Promise.all(deferred);
  await own.end();
});
