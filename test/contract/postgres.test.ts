import { afterAll, beforeAll, describe } from 'vitest';
import { postgresTables } from '../../store/dialect/postgres/boundary.ts';
import { PostgresConnection } from '../../store/dialect/postgres/connection.ts';
import { createPostgresExecutor } from '../../store/dialect/postgres/executor.ts';
import { createStores, type Stores } from '../../store/stores.ts';
import { startDatabase } from '../support/postgres.ts';
import { guardExecutor } from '../support/scope-guard.ts';
import { storesContract } from './all.ts';

let server: Awaited<ReturnType<typeof startDatabase>>;
let url: string;
const deferred: Promise<unknown>[] = [];

/** Each with a connection of its own, as two invocations have. */
async function open(): Promise<Stores> {
  const defer = (work: Promise<unknown>) => deferred.push(work);
  const connection = new PostgresConnection({ connectionString: url, defer, idleMs: 20 });
  const executor = guardExecutor(createPostgresExecutor(connection));
  const all = {
    directory: executor,
    shards: ['POSTGRES'],
    mail: () => executor,
    search: executor,
    audit: executor,
  };
  return createStores(all, postgresTables);
}

beforeAll(async () => {
  server = await startDatabase();
  ({ url } = server);
}, 60_000);

afterAll(async () => {
  await Promise.all(deferred);
  await server.stop();
});

describe('PostgreSQL, guarded (I25)', () => {
  storesContract({ open }, 25);
});
