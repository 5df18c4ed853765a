import { postgresTables } from './dialect/postgres/boundary.ts';
import { PostgresConnection, type PostgresOptions } from './dialect/postgres/connection.ts';
import { createPostgresExecutor } from './dialect/postgres/executor.ts';
import { createStores, POSTGRES_SHARD, type Stores } from './stores.ts';

/** Stores over one connection, every shard the one database. Loaded only where PostgreSQL is used. */
export function openPostgresStores(options: PostgresOptions): Stores {
  const executor = createPostgresExecutor(new PostgresConnection(options));
  return createStores(
    {
      directory: executor,
      shards: [POSTGRES_SHARD],
      mail: () => executor,
      search: executor,
      audit: executor,
    },
    postgresTables,
  );
}
