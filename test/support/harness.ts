/**
 * The real Worker from wrangler.toml on this machine: every binding local, all migrations applied, nothing kept
 * when it stops. For tests that go in through the edges; `bindings()` looks behind them.
 */
import { fileURLToPath } from 'node:url';
import { createTestHarness, type TestHarness, unstable_readConfig } from 'wrangler';
import type { UserView } from '../../shared/admin-api.ts';
import { checkAdminAnswer } from './admin-contract.ts';
import { ADMIN_TOKEN, createClient, SECRETS_KEY } from './client.ts';
import { NO_DNS } from './no-dns.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../wrangler.toml', import.meta.url));

export interface WaypostOptions {
  /** `postgres` starts a real PostgreSQL and puts it behind HYPERDRIVE. */
  store?: 'd1' | 'postgres';
  /** Plain variables over those of wrangler.toml. */
  vars?: Record<string, string>;
  /** Another entry module than that of wrangler.toml, from the root of the repository. */
  main?: string;
}

/** One JSON line that the Worker logged. */
export interface LogLine {
  level: string;
  event: string;
  [field: string]: unknown;
}

interface MailResult {
  /** `ok`, or `exception` when the handler threw: a temporary error for the sender. */
  outcome: string;
  /** Reason given with setReject, if it was. */
  rejectReason?: string | undefined;
}

export interface Waypost {
  readonly url: URL;
  readonly adminToken: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** A call of the admin API; rejects unless it answers 2xx. */
  admin<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  /** Adds the domain, if need be, and the user. */
  addUser(address: string, password?: string): Promise<UserView>;
  /** Hands one message to email() for one envelope recipient. */
  email(from: string, to: string, raw: Uint8Array | string): Promise<MailResult>;
  /** Runs the cron; `manual` looks at raw objects of this very moment. */
  scheduled(cron?: string): Promise<void>;
  /** Ends an object's instance; its storage and hibernating sockets stay. */
  evict(className: string, name: string): Promise<void>;
  /** The bindings themselves, for looking and for tampering. */
  bindings<T = Record<string, unknown>>(): Promise<T>;
  /** Every JSON line logged so far; lines of other forms are left out. */
  logs(): LogLine[];
  /** The first line that fits, waiting for it at most `timeoutMs`. */
  waitForLog(fits: (line: LogLine) => boolean, timeoutMs?: number): Promise<LogLine>;
  stop(): Promise<void>;
}

/** Starts a Worker of its own for the caller. Call `stop()` when done, also after a failure. */
export async function startWaypost(options: WaypostOptions = {}): Promise<Waypost> {
  const store = options.store ?? 'd1';
  const vars = { LOG_LEVEL: 'info', ...NO_DNS, SECRETS_KEY, ...options.vars, STORE: store, ADMIN_TOKEN };
  // Only where it is wanted: the server is a large package.
  const postgres = store === 'postgres' ? await (await import('./postgres.ts')).startDatabase() : null;
  const server = createTestHarness({
    root: ROOT,
    workers: [
      postgres === null && options.main === undefined
        ? { configPath: CONFIG, vars }
        : { config: madeOver(postgres?.url, options.main, vars) },
    ],
  });
  try {
    const { url } = await server.listen();
    if (postgres === null) await applyMigrations(server);
    return waypost(server, url, async () => {
      await server.close();
      await postgres?.stop();
    });
  } catch (error) {
    await server.close().catch(() => undefined);
    await postgres?.stop();
    throw error;
  }
}

/** What wrangler.toml says, with a HYPERDRIVE binding that leads to this database, or another entry module. */
function madeOver(database: string | undefined, main: string | undefined, vars: Record<string, string>) {
  const file = unstable_readConfig({ config: CONFIG }, { hideWarnings: true });
  const { name, compatibility_date, compatibility_flags, triggers, assets, alias } = file;
  const { d1_databases, r2_buckets, durable_objects, migrations, queues, rules, send_email } = file;
  return {
    ...{ name, main: main ?? file.main, compatibility_date, compatibility_flags, triggers, assets, alias },
    ...{ d1_databases, r2_buckets, durable_objects, migrations, queues, rules, send_email },
    vars: { ...file.vars, ...vars },
    ...(database === undefined
      ? {}
      : {
          hyperdrive: [
            {
              ...{ binding: 'HYPERDRIVE', id: '00000000000000000000000000000001' },
              localConnectionString: database,
            },
          ],
        }),
  } as Extract<
    NonNullable<Parameters<typeof createTestHarness>[0]>['workers'][number],
    { config: unknown }
  >['config'];
}

async function applyMigrations(server: TestHarness): Promise<void> {
  const { d1_databases } = unstable_readConfig({ config: CONFIG }, { hideWarnings: true });
  for (const { binding } of d1_databases) await server.getWorker().applyD1Migrations(binding);
}

function waypost(server: TestHarness, url: URL, stop: () => Promise<void>): Waypost {
  const worker = server.getWorker();
  const request = async (path: string, init?: RequestInit) => {
    // The harness's Response is that of undici, the same class by another name.
    const response = (await server.fetch(
      path,
      init as Parameters<typeof server.fetch>[1],
    )) as unknown as Response;
    await checkAdminAnswer(path, init ?? {}, response);
    return response;
  };

  function logs(): LogLine[] {
    return server.getLogs().flatMap(({ message }) => {
      try {
        const line: unknown = JSON.parse(message);
        return typeof line === 'object' && line !== null && 'event' in line ? [line as LogLine] : [];
      } catch {
        return [];
      }
    });
  }

  return {
    url,
    adminToken: ADMIN_TOKEN,
    fetch: request,
    ...createClient(request, logs),
    async email(from, to, raw) {
      const bytes = typeof raw === 'string' ? raw : new Response(raw as Uint8Array<ArrayBuffer>).body;
      if (bytes === null) throw new Error('an empty message cannot be handed over here');
      const result = await worker.email({ from, to, raw: bytes as string });
      return { outcome: result.outcome, rejectReason: result.rejectReason };
    },
    async scheduled(cron = '*/15 * * * *') {
      const { outcome } = await worker.scheduled({ cron, scheduledTime: new Date() });
      if (outcome !== 'ok') throw new Error(`scheduled(): ${outcome}`);
    },
    evict: (className, name) => worker.evictDurableObject(className, { name }),
    bindings: async <T>() => (await worker.getEnv()) as T,
    logs,
    stop,
  };
}
