import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../command.ts';
import { type D1Source, migrateD1 } from './d1-migrations.ts';
import { type Home, PROJECT_ROOT } from './home.ts';
import { loadWrangler } from './wrangler.ts';

export interface LocalWorkerOptions {
  home: Home;
  /** 0 takes any free port. */
  port: number;
  adminToken: string;
  /** Without one the Worker keeps no secrets. */
  secretsKey?: string | undefined;
  /** Connection string of PostgreSQL; null keeps everything in D1. */
  postgresUrl: string | null;
  /** Lines that the Worker logs; they go to the home's log file in any case. */
  onLog?: ((line: string) => void) | undefined;
}

export interface LocalWorker {
  url: URL;
  stop(): Promise<void>;
}

/**
 * Starts the real Worker of wrangler.toml in workerd with its state on disk, and brings its D1 databases up to
 * date before anybody is told of it. Rejects with CommandError when the Worker does not build.
 *
 * DevEnv is what `wrangler dev` and wrangler's own test harness are made of: unlike `startWorker` it tells of
 * build errors, and unlike the harness it keeps state and takes a port.
 */
export async function startLocalWorker(options: LocalWorkerOptions): Promise<LocalWorker> {
  const { home } = options;
  const wrangler = await loadWrangler();
  const config = join(PROJECT_ROOT, 'wrangler.toml');
  mkdirSync(home.dir, { recursive: true });
  writeFileSync(home.log, '');
  const dev = new wrangler.unstable_DevEnv();
  const failed = new Promise<never>((_, reject) => {
    dev.on('error', (event: unknown) => reject(buildError(event)));
    dev.on('buildFailed', (event: unknown) => reject(buildError(event)));
  });
  // Errors after the start are the Worker's own and stand in its log.
  failed.catch(() => undefined);
  const reloaded = new Promise((resolve) => dev.once('reloadComplete', resolve));
  const start = async () => {
    await dev.config.set(
      {
        config,
        bindings: bindingsOf(options),
        dev: {
          server: { hostname: '127.0.0.1', port: options.port },
          logLevel: 'none',
          watch: false,
          persist: home.state,
          inspector: false,
          registry: undefined,
          inferOriginFromRoutes: false,
          structuredLogsHandler: ({ message }: { message: string }) => {
            appendFileSync(home.log, `${message}\n`);
            options.onLog?.(message);
          },
        },
      },
      true,
    );
    const [ready] = await Promise.all([dev.proxy.ready.promise, reloaded]);
    return ready.url;
  };
  const stop = () => dev.teardown();
  try {
    const url = await Promise.race([start(), failed]);
    const runtime = dev.runtimes[0]?.mf;
    const worker = dev.config.latestConfig?.name;
    if (runtime === undefined || worker === undefined) throw new Error('the local runtime did not start');
    const source: D1Source = (binding) => runtime.getD1Database(binding, worker);
    await migrateD1(wrangler, config, source);
    return { url, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

function bindingsOf({ adminToken, secretsKey, postgresUrl }: LocalWorkerOptions): Record<string, unknown> {
  const secrets = {
    ADMIN_TOKEN: { type: 'secret_text', value: adminToken },
    ...(secretsKey === undefined ? {} : { SECRETS_KEY: { type: 'secret_text', value: secretsKey } }),
  };
  if (postgresUrl === null) return secrets;
  return {
    ...secrets,
    STORE: { type: 'plain_text', value: 'postgres' },
    HYPERDRIVE: { type: 'hyperdrive', id: 'local', localConnectionString: postgresUrl },
  };
}

/** What went wrong, out of wrangler's event around it and esbuild's list inside it. */
function buildError(event: unknown): Error {
  const cause = hasKey(event, 'cause') ? event.cause : event;
  const errors = hasKey(cause, 'errors') && Array.isArray(cause.errors) ? cause.errors : [];
  const lines = errors.slice(0, 5).map((e: unknown) => {
    const text = hasKey(e, 'text') ? String(e.text) : String(e);
    const at =
      hasKey(e, 'location') && hasKey(e.location, 'file') && hasKey(e.location, 'line') ? e.location : null;
    return at === null ? text : `${String(at.file)}:${String(at.line)}: ${text}`;
  });
  const message =
    lines.length > 0 ? lines.join('\n') : hasKey(cause, 'message') ? String(cause.message) : String(cause);
  return new CommandError(`the Worker does not start:\n${message}`);
}

function hasKey<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value && value[key as never] !== undefined;
}
