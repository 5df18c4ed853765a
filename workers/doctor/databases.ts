import { type Env, mailShards } from '../../platform/env.ts';
import { type DoctorFinding, fine, trouble, unknown, warning } from '../../shared/admin/doctor.ts';
import { checked } from './findings.ts';

/** What a SELECT answers, in text. */
export type Query = (sql: string) => Promise<Record<string, unknown>[]>;

export interface Looked {
  findings: DoctorFinding[];
  /** Names of migrations by database. */
  migrations: Record<string, string[]>;
}

/** Each D1 database answers, and the migrations that wrangler applied to it. */
export async function lookAtD1(env: Env): Promise<Looked> {
  const databases: Record<string, D1Database | undefined> = {
    ...{ DIRECTORY: env.DIRECTORY, SEARCH: env.SEARCH, AUDIT: env.AUDIT },
    ...mailShards(env),
  };
  const migrations: Record<string, string[]> = {};
  const findings = await Promise.all(
    Object.entries(databases).map(([name, database]) => {
      const check = `binding.${name}`;
      const mend =
        'look at d1_databases in the configuration, and at the database in the dashboard; "waypost setup" makes what is missing';
      return checked(check, mend, async () => {
        if (database === undefined) return [trouble(check, 'there is no such binding', mend)];
        await database.prepare('SELECT 1').first();
        const applied = await namesIn(
          async (sql) => (await database.prepare(sql).all()).results,
          'd1_migrations',
        );
        if (applied !== null) migrations[name] = applied;
        return [
          fine(check, 'answers'),
          ...(applied === null ? [unknown(`migrations.${name}`, 'wrangler has noted none')] : []),
        ];
      });
    }),
  );
  const shards = Object.keys(mailShards(env)).length;
  const none = trouble(
    'binding.MAIL',
    'there is no mail shard',
    'bind a database as MAIL_1: "waypost setup" does',
  );
  return { findings: [...findings.flat(), ...(shards === 0 ? [none] : [])], migrations };
}

/** Names in wrangler's table, or ours; null: it is not there. */
async function namesIn(query: Query, table: string): Promise<string[] | null> {
  try {
    return (await query(`SELECT name FROM ${table} ORDER BY name`)).map((row) => String(row['name']));
  } catch {
    return null;
  }
}

/** Connections beyond this part of what the server takes are a warning. */
const FULL = 0.8;

/**
 * PostgreSQL answers through Hyperdrive, what it has of our migrations, room for connections, and that Hyperdrive really
 * asks it each time.
 */
export async function lookAtPostgres(query: Query): Promise<Looked> {
  const migrations: Record<string, string[]> = {};
  const check = 'binding.HYPERDRIVE';
  const mend =
    'look at Hyperdrive in the dashboard: its address, user and password, and whether the server takes connections';
  const findings = await checked(check, mend, async () => {
    await query('SELECT 1 AS one');
    const applied = await namesIn(query, 'public.waypost_migrations');
    migrations['POSTGRES'] = applied ?? [];
    return [fine(check, 'answers'), await caching(query), await room(query)];
  });
  return { findings, migrations };
}

/**
 * Twice the same question, whose answer is the moment at which it was asked: what is kept by Hyperdrive answers with the
 * first one. It calls no function, for such a query would never be kept.
 */
async function caching(query: Query): Promise<DoctorFinding> {
  const check = 'hyperdrive.caching';
  const sql = `SELECT query_start::text AS asked FROM pg_catalog.pg_stat_activity WHERE query LIKE '%waypost doctor asks%' AND state = 'active' ORDER BY query_start DESC LIMIT 1`;
  const [first] = await query(sql);
  const [second] = await query(sql);
  if (first === undefined || second === undefined)
    return unknown(check, 'the server does not tell what it runs');
  return first['asked'] === second['asked']
    ? trouble(
        check,
        'an answer came out of the cache: devices would not see what has just changed',
        'npx wrangler hyperdrive update <id> --caching-disabled ("waypost setup" does)',
      )
    : fine(check, 'off');
}

async function room(query: Query): Promise<DoctorFinding> {
  const check = 'postgres.connections';
  const [row] = await query(
    `SELECT (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'max_connections') AS most, count(*)::text AS used FROM pg_catalog.pg_stat_activity`,
  );
  const [most, used] = [Number(row?.['most']), Number(row?.['used'])];
  const what = `${used} of ${most} connections`;
  return used > most * FULL
    ? warning(check, what, 'raise max_connections, or lower the limit of connections of Hyperdrive')
    : fine(check, what);
}
