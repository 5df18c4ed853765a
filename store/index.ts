import type { D1Database } from '@cloudflare/workers-types/experimental';
import { createD1Executor } from './dialect/d1/executor.ts';
import { d1Tables } from './dialect/d1/kit.ts';
import type { PostgresOptions } from './dialect/postgres/connection.ts';
import { later } from './later.ts';
import { createStores, POSTGRES_SHARD, type Stores } from './stores.ts';

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
  return createStores(
    {
      directory: createD1Executor(databases.directory),
      shards: [...shards.keys()].sort(),
      mail: (shard) => shards.get(shard),
      search: createD1Executor(databases.search),
      audit: createD1Executor(databases.audit),
    },
    d1Tables,
  );
}

/**
 * The same over one PostgreSQL connection, which belongs to the invocation that asks: never share the result with
 * another. Nothing is loaded or opened before the first statement, so that an installation on D1 carries neither
 * driver nor dialect through its start-up. All shards are this one database.
 */
export function createPostgresStores(options: PostgresOptions): Stores {
  let loading: Promise<Stores> | undefined;
  const load = () => {
    loading ??= import('./postgres.ts').then(({ openPostgresStores }) => openPostgresStores(options));
    return loading;
  };
  return {
    directory: later(async () => (await load()).directory),
    mail: {
      mailbox: (ref) => later(async () => (await load()).mail.mailbox(ref), { ref: { ...ref } }),
      shards: () => [POSTGRES_SHARD],
      ping: async () => (await load()).mail.ping(),
    },
    search: later(async () => (await load()).search),
    audit: later(async () => (await load()).audit),
  };
}
