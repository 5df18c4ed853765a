import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTestHarness } from 'wrangler';

const ROOT = resolve(import.meta.dirname, '..');
const ADMIN_TOKEN = 'bench-admin-token-0123456789';
const DATABASES = ['DIRECTORY', 'MAIL_1', 'MAIL_2', 'SEARCH', 'AUDIT'];

export interface BenchWorker {
  url: string;
  adminToken: string;
  admin<T>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

/** wrangler.toml with another entry and without the production part; paths made absolute. */
function benchConfig(main: string): string {
  const text = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
  const local = text.slice(0, text.indexOf('\n[env.production]\n'));
  return local
    .replace('main = "workers/index.ts"', `main = ${JSON.stringify(main)}`)
    .replaceAll('migrations_dir = "', `migrations_dir = "${ROOT}/`)
    .replaceAll('"./platform/', `"${ROOT}/platform/`)
    .replace('directory = "./web/public"', `directory = "${ROOT}/web/public"`)
    .replace('LOG_LEVEL = "info"', 'LOG_LEVEL = "warn"');
}

/** Starts the Worker of the bench with empty local bindings. `vars`: over those of wrangler.toml. */
export async function startBenchWorker(vars: Record<string, string> = {}): Promise<BenchWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'waypost-bench-'));
  const configPath = join(folder, 'wrangler.toml');
  writeFileSync(configPath, benchConfig(join(ROOT, 'bench/worker/index.ts')));
  const harness = createTestHarness({
    root: ROOT,
    workers: [{ configPath, vars: { ADMIN_TOKEN, ...vars } }],
  });
  const { url } = await harness.listen();
  for (const name of DATABASES) await harness.getWorker().applyD1Migrations(name);
  const base = url.href.replace(/\/$/, '');
  return {
    url: base,
    adminToken: ADMIN_TOKEN,
    async admin<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await fetch(`${base}/admin/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return (text === '' ? null : JSON.parse(text)) as T;
    },
    async stop() {
      await harness.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resident memory in KiB of the workerd processes that this process started. */
export function workerdMemory(): number {
  let total = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      if (!/^Name:\s+workerd/m.test(status) || !descends(Number(name))) continue;
      total += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    } catch {
      // The process ended between the two reads.
    }
  }
  return total;
}

function descends(pid: number): boolean {
  for (let at = pid; at > 1; ) {
    if (at === process.pid) return true;
    at = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${at}/status`, 'utf8'))?.[1] ?? 0);
  }
  return false;
}

const EMPTY_WORKER = `
  import { DurableObject } from 'cloudflare:workers';
  export class DeviceSession extends DurableObject {}
  export class MailboxHub extends DurableObject {}
  export class Throttle extends DurableObject {}
  export class Metrics extends DurableObject {}
  export default { fetch: () => new Response('ok'), queue() {}, scheduled() {}, email() {} };
`;

/** Size of the deployed bundle and the time until its first answer, beyond that of an empty Worker. */
export async function bundleFigures(): Promise<{ bundle_gzip_kb: number; startup_ms: number }> {
  const out = mkdtempSync(join(tmpdir(), 'waypost-bundle-'));
  execFileSync('wrangler', ['deploy', '--dry-run', '--minify', '--env=', '--outdir', out], {
    cwd: ROOT,
    stdio: 'pipe',
  });
  const files = readdirSync(out).filter((f) => /\.(js|mjs|wasm)$/.test(f));
  const gzip = files.reduce((sum, f) => sum + gzipSync(readFileSync(join(out, f))).length, 0);
  const product: number[] = [];
  const empty: number[] = [];
  // The same bindings, so that the difference is the script alone.
  const emptyMain = join(out, 'empty.js');
  writeFileSync(emptyMain, EMPTY_WORKER);
  const emptyConfig = join(out, 'empty.toml');
  writeFileSync(emptyConfig, benchConfig(emptyMain));
  for (let i = 0; i < 5; i++) {
    empty.push(await firstAnswer({ configPath: emptyConfig }));
    product.push(await firstAnswer({ configPath: join(ROOT, 'wrangler.toml'), prebuiltWorkerDir: out }));
  }
  rmSync(out, { recursive: true, force: true });
  return {
    bundle_gzip_kb: Math.round(gzip / 102.4) / 10,
    startup_ms: Math.max(0, Math.round(Math.min(...product) - Math.min(...empty))),
  };
}

type Input = Parameters<typeof createTestHarness>[0] extends { workers: (infer W)[] } | undefined ? W : never;

/** Milliseconds from the start of the runtime to the first answer of a Worker; both are bundled already. */
async function firstAnswer(worker: Input): Promise<number> {
  const harness = createTestHarness({ root: ROOT, workers: [worker] });
  const start = performance.now();
  const { url } = await harness.listen();
  await (await fetch(new URL('/healthz', url))).text();
  const time = performance.now() - start;
  await harness.close();
  return time;
}
