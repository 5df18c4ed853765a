import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyStep } from '../../core/audit/verify.ts';
import { postgresTables } from '../../store/dialect/postgres/boundary.ts';
import { PostgresConnection } from '../../store/dialect/postgres/connection.ts';
import { createPostgresExecutor } from '../../store/dialect/postgres/executor.ts';
import { createMemoryObjectStore } from '../../store/memory/index.ts';
import { createAuditStore } from '../../store/repos/audit-store.ts';
import { startDatabase } from '../support/postgres.ts';

let server: Awaited<ReturnType<typeof startDatabase>>;
const deferred: Promise<unknown>[] = [];

beforeAll(async () => {
  server = await startDatabase();
}, 60_000);
afterAll(async () => {
  await Promise.all(deferred);
  await server?.stop();
});

test('PostgreSQL: events of before there were chains go into them, each once', async () => {
  const defer = (work: Promise<unknown>) => deferred.push(work);
  const connection = new PostgresConnection({ connectionString: server.url, defer, idleMs: 20 });
  const executor = createPostgresExecutor(connection);
  const audit = createAuditStore(executor, postgresTables.audit);
  await executor.atomic(
    [1, 2, 3].map(
      (
        n,
      ) => sql`insert into audit.events values (${`old-${n}`}, ${n}, ${n === 3 ? null : 't1'}, 'admin-token',
        'user.create', 'x', 'ok', '{"b":1,"a":2}', 'c')`,
    ),
  );
  expect([await audit.adopt(2), await audit.adopt(2), await audit.adopt(2)]).toEqual([2, 1, 0]);
  const rows = await audit.rows('t1', 0, 10);
  expect(rows.map((row) => [row.seq, row.eventId, row.details])).toEqual([
    [1, 'old-1', '{"a":2,"b":1}'],
    [2, 'old-2', '{"a":2,"b":1}'],
  ]);
  const ports = { audit, objects: createMemoryObjectStore(), now: () => 10 };
  expect((await verifyStep(ports, 't1', null)).findings).toEqual([]);
});
