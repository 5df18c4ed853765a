import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresTables } from '../../store/dialect/postgres/boundary.ts';
import { PostgresConnection, type Statement } from '../../store/dialect/postgres/connection.ts';
import { createPostgresExecutor } from '../../store/dialect/postgres/executor.ts';
import { createPostgresStores } from '../../store/index.ts';
import { createStores } from '../../store/stores.ts';
import { type RunningPostgres, startPostgres } from '../support/postgres.ts';
import { guardExecutor, UnscopedStatementError } from '../support/scope-guard.ts';
import { fillMailbox, hotReads } from './big-folder.ts';
import { freshRef } from './subject.ts';

let server: RunningPostgres;
let url: string;
let other: pg.Client;
const deferred: Promise<unknown>[] = [];

const defer = (work: Promise<unknown>) => deferred.push(work);

function connect(options: { statementTimeoutMs?: number } = {}) {
  return createPostgresExecutor(
    new PostgresConnection({ connectionString: url, defer, idleMs: 20, ...options }),
  );
}

beforeAll(async () => {
  server = await startPostgres();
  url = await server.createMigrated();
  other = new pg.Client({ connectionString: url });
  await other.connect();
  await other.query('create table public.notes (id text primary key, n bigint not null)');
}, 60_000);

afterAll(async () => {
  await Promise.all(deferred);
  await other.end();
  await server.stop();
});

const note = (id: string, n = 1) => sql`insert into public.notes (id, n) values (${id}, ${n})`;
const notes = async (like: string) =>
  (await other.query('select id from public.notes where id like $1 order by id', [like])).rows.map(
    (r) => r.id,
  );

describe('atomic on PostgreSQL', () => {
  test('rolls everything back when one statement fails, and the connection goes on', async () => {
    const executor = connect();
    await executor.atomic([note('a1')]);
    const failing = executor.atomic([note('a2'), note('a1'), note('a3')]);
    await expect(failing).rejects.toMatchObject({ code: 'conflict' });
    await expect(executor.atomic([note('a4'), sql`select nonsense`])).rejects.toMatchObject({
      code: '42703',
    });
    const [result] = await executor.atomic([sql`${note('a5', 2 ** 53 - 1)} returning id, n`]);
    expect(result).toEqual({ changes: 1, rows: [{ id: 'a5', n: 2 ** 53 - 1 }] });
    expect(await notes('a%')).toEqual(['a1', 'a5']);
  });

  test('refuses parameters that the driver could not send, before it begins', async () => {
    const executor = connect();
    const odd = sql`insert into public.notes (id, n) values (${'b2'}, ${{ odd: true }})`;
    await expect(executor.atomic([note('b1'), odd])).rejects.toThrow('parameters');
    expect(await notes('b%')).toEqual([]);
  });

  test('concurrent lists on one connection do not come between each other', async () => {
    const executor = connect();
    const lists = Array.from({ length: 20 }, (_, i) =>
      executor.atomic([
        note(`c${i}`),
        sql`select txid_current() as tx`,
        note(i % 3 === 0 ? `c${i}` : `c${i}x`),
      ]),
    );
    const results = await Promise.allSettled(lists);
    expect(results.map((r) => r.status)).toEqual(
      Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? 'rejected' : 'fulfilled')),
    );
    expect(await notes('c%')).toHaveLength(26);
  });

  test('a connection that the server ended fails its statement and is opened anew for the next', async () => {
    const executor = connect();
    await executor.atomic([note('d1')]);
    const [mine] = await executor.atomic([sql`select pg_backend_pid() as pid`]);
    const slow = executor.atomic([note('d2'), sql`select pg_sleep(30)`]);
    const outcome = expect(slow).rejects.toThrow();
    await other.query('select pg_terminate_backend($1)', [mine?.rows[0]?.['pid']]);
    await outcome;
    await executor.atomic([note('d3')]);
    expect(await notes('d%')).toEqual(['d1', 'd3']);
  });

  test('a statement that takes too long is given up by the server', async () => {
    const executor = connect({ statementTimeoutMs: 50 });
    await expect(executor.atomic([sql`select pg_sleep(30)`])).rejects.toMatchObject({ code: '57014' });
    await executor.atomic([note('e1')]);
  });

  test('a server that is not there is an error each time, not a hang', async () => {
    const work: Promise<unknown>[] = [];
    const stores = createPostgresStores({
      connectionString: 'postgresql://nobody:nothing@127.0.0.1:1/none',
      defer: (w) => work.push(w),
    });
    for (let i = 0; i < 2; i++) await expect(stores.directory.ping()).rejects.toThrow();
    await Promise.all(work);
    expect(work).toHaveLength(2);
  });

  test('I25 the guard stands before the executor', async () => {
    const executor = guardExecutor(connect());
    await expect(executor.atomic([sql`delete from mail_state.items`])).rejects.toThrow(
      UnscopedStatementError,
    );
    await expect(
      executor.atomic([sql`select 1`], { lock: sql`select 1 from mail_state.mailboxes` }),
    ).rejects.toThrow(UnscopedStatementError);
  });
});

describe('a folder of 20,000 messages on PostgreSQL', () => {
  test('no hot statement walks through a table', async () => {
    const statements: Statement[] = [];
    const connection = new PostgresConnection({ connectionString: url, defer, idleMs: 20 });
    const run = connection.run.bind(connection);
    connection.run = (list) => {
      statements.push(...list.filter((s) => /^(select|insert|update|delete)/.test(s.sql)));
      return run(list);
    };
    const executor = createPostgresExecutor(connection);
    const all = { directory: executor, shards: [], mail: () => executor, search: executor, audit: executor };
    const { mail } = createStores(all, postgresTables);
    const mailbox = mail.mailbox(freshRef());
    await fillMailbox(mailbox, 20_000);
    await other.query('analyze');
    const inbox = (await mailbox.folderByRole('inbox'))?.folderId ?? '';
    statements.length = 0;
    for (const read of Object.values(hotReads(mailbox, inbox))) await read();
    expect(statements.length).toBeGreaterThan(20);
    for (const { sql: text, params } of statements) {
      const { rows } = await other.query({ text: `explain ${text}`, values: params, rowMode: 'array' });
      const plan = rows.flat().join('\n');
      expect(plan, text).not.toMatch(/Seq Scan on (items|messages|message_parts)\b/);
    }
  });
});
