import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { mapBounded } from '../../platform/bounded.ts';
import { CommandError } from '../command.ts';
import type { ConfigPath, Deployment } from './config-file.ts';
import {
  type HyperdriveConfig,
  type Queue,
  readAccounts,
  readBuckets,
  readDatabases,
  readHyperdrives,
  readNames,
  readQueues,
  readSecretNames,
} from './listings.ts';
import type { Wanted } from './product.ts';
import { isNoWorker } from './refusals.ts';
import { AT_ONCE, type Session } from './session.ts';
import type { Ran } from './wrangler.ts';

/** What the account has already. */
export interface Facts {
  /** Ids by name. */
  databases: ReadonlyMap<string, string>;
  buckets: ReadonlySet<string>;
  queues: ReadonlyMap<string, Queue>;
  hyperdrives: readonly HyperdriveConfig[];
  /** Names of the Worker's secrets; null: there is no Worker. */
  secrets: ReadonlySet<string> | null;
  /** Migrations that each database (by binding) lacks, and how many it has; absent where that is not known yet. */
  migrations: ReadonlyMap<string, { missing: string[]; applied: number }>;
}

/** Of an account that nothing is known of: everything is to be made. */
export const NOTHING: Facts = {
  databases: new Map(),
  buckets: new Set(),
  queues: new Map(),
  hyperdrives: [],
  secrets: null,
  migrations: new Map(),
};

const MAX_QUEUE_PAGES = 50;

/**
 * The account to work in; null: nobody is signed in. Rejects when it is not clear which, or when the configuration is for
 * another one.
 */
export async function findAccount(
  session: Session,
  asked: string | null,
  config: Deployment | null,
): Promise<{ id: string; name: string } | null> {
  const accounts = readAccounts(await session.look(['whoami', '--json'], () => true));
  if (accounts === null) return null;
  const list = accounts.map(({ id, name }) => `\n  ${id}  ${name}`).join('');
  const expected = config?.account_id ?? null;
  if (asked !== null && expected !== null && asked !== expected)
    throw new CommandError(`the configuration is for the account ${expected}, not for ${asked}`);
  const id = asked ?? expected;
  if (id !== null) {
    const found = accounts.find((one) => one.id === id);
    // A token of one account may not be allowed to list it.
    if (found === undefined && accounts.length > 0)
      throw new CommandError(`whoever is signed in has no access to the account ${id}. Accounts:${list}`);
    return found ?? { id, name: id };
  }
  const [first, second] = accounts;
  if (first === undefined)
    throw new CommandError(
      'the token does not tell its account: give --account ID (dashboard, Workers & Pages)',
    );
  if (second !== undefined)
    throw new CommandError(`there are several accounts: give --account ID, one of${list}`);
  return first;
}

/** Looks at everything that is wanted; changes nothing. */
export async function lookAround(
  session: Session,
  wanted: Wanted,
  at: { worker: string; file: ConfigPath; config: Deployment | null; hyperdrive: boolean },
): Promise<Facts> {
  const none = { code: 0, out: '[]', err: '' };
  const [d1, r2, queues, drives, listed] = await Promise.all([
    wanted.databases.length === 0 ? none : session.look(['d1', 'list', '--json']),
    session.look(['r2', 'bucket', 'list']),
    allQueues(session),
    at.hyperdrive ? session.look(['hyperdrive', 'list']) : none,
    session.look(['secret', 'list', '--name', at.worker, '--format', 'json'], isNoWorker),
  ]);
  const [databases, buckets, hyperdrives] = [readDatabases(d1), readBuckets(r2), readHyperdrives(drives)];
  const secrets = listed.code === 0 ? readSecretNames(listed) : null;
  const migrations = new Map<string, { missing: string[]; applied: number }>();
  const bound = (at.config?.d1_databases ?? []).flatMap(({ binding, database_name, database_id }) => {
    const own = wanted.databases.find((one) => one.binding === binding);
    const there = database_id !== undefined && databases.has(database_name);
    return own === undefined || !there
      ? []
      : [{ binding, database: database_name, directory: own.migrations }];
  });
  await mapBounded(bound, AT_ONCE, async ({ binding, database, directory }) => {
    migrations.set(binding, await missingIn(session, at.file, database, directory));
  });
  return { databases, buckets, queues, hyperdrives, secrets, migrations };
}

async function allQueues(session: Session): Promise<Map<string, Queue>> {
  const queues = new Map<string, Queue>();
  for (let page = 1; page <= MAX_QUEUE_PAGES; page++) {
    const before = queues.size;
    const listed = readQueues(await session.look(['queues', 'list', '--page', String(page)]));
    for (const queue of listed) queues.set(queue.name, queue);
    // A page that brings nothing new is behind the last one; Cloudflare's have a hundred.
    if (queues.size === before || listed.length < 20) break;
  }
  return queues;
}

/** `SELECT` alone: `wrangler d1 migrations list` would make the table that it reads. */
async function missingIn(session: Session, file: ConfigPath, database: string, directory: string) {
  const sql = 'SELECT name FROM d1_migrations ORDER BY id';
  const args = ['d1', 'execute', database, '--remote', '--json', '--config', file.typed, '--command', sql];
  const ran = await session.look(args, hasNoTable);
  const applied = ran.code === 0 ? new Set(readNames(ran)) : new Set<string>();
  const missing = migrationFiles(resolve(dirname(file.path), directory)).filter((name) => !applied.has(name));
  return { missing, applied: applied.size };
}

function hasNoTable({ out, err }: Ran): boolean {
  return /no such table/i.test(`${out}\n${err}`);
}

export function migrationFiles(directory: string): string[] {
  return readdirSync(join(directory))
    .filter((name) => name.endsWith('.sql'))
    .sort();
}
