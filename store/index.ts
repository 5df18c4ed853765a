import type { D1Database } from '@cloudflare/workers-types/experimental';
import { createD1Executor } from './dialect/d1/executor.ts';
import { d1Tables } from './dialect/d1/kit.ts';
import { postgresTables } from './dialect/postgres/boundary.ts';
import { PostgresConnection, type PostgresOptions } from './dialect/postgres/connection.ts';
import { createPostgresExecutor } from './dialect/postgres/executor.ts';
import { createPlacement } from './placement.ts';
import { createMoveShards } from './repos/moves/move-shards.ts';
import { createStores, type Stores } from './stores.ts';

export { createR2ObjectStore } from './blobs/objects.ts';
export { createR2PhotoStore } from './blobs/photos.ts';
export { createR2BlobStore } from './blobs/r2.ts';

export interface D1Databases {
  directory: D1Database;
  /** Shards of mailboxes by the name of their binding (tenants.mailShard). */
  mail: Record<string, D1Database>;
  search: D1Database;
  audit: D1Database;
}

/** Stores over D1. They hold no connection: one set serves an isolate. */
export function createD1Stores(databases: D1Databases): Stores {
  const shards = new Map(
    Object.entries(databases.mail).map(([name, database]) => [name, createD1Executor(database)]),
  );
  const names = [...shards.keys()].sort();
  const { mail, moves } = d1Tables;
  const executor = (shard: string) => shards.get(shard);
  return createStores(
    {
      directory: createD1Executor(databases.directory),
      shards: names,
      // Out of a single shard nothing can move.
      mail:
        names.length < 2
          ? executor
          : createPlacement({
              ...{ executor, moves, now: Date.now },
              sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
            }),
      moves: createMoveShards({ names, executor, mail, moves }),
      search: createD1Executor(databases.search),
      audit: createD1Executor(databases.audit),
    },
    d1Tables,
  );
}

/**
 * The same over one PostgreSQL connection, which belongs to the invocation that asks: never share the result with
 * another. The driver is loaded and the connection opened by the first statement. All shards are this one database.
 */
export function createPostgresStores(options: PostgresOptions): Stores {
  const executor = createPostgresExecutor(new PostgresConnection(options));
  return createStores(
    {
      directory: executor,
      shards: ['POSTGRES'],
      mail: () => executor,
      search: executor,
      audit: executor,
    },
    postgresTables,
  );
}
