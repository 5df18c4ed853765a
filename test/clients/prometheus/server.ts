/** A Prometheus of its own on loopback, with a directory of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

export interface Prometheus {
  /** Rejects with what Prometheus says against the expression. */
  query(expression: string): Promise<Sample[]>;
  get<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

export function hasPrometheus(): boolean {
  return ['prometheus', 'promtool'].every((name) => spawnSync(name, ['--version']).status === 0);
}

/** Runs promtool; null when it is content, or what it says. */
export function promtool(...args: string[]): string | null {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return status === 0 ? null : `${stdout}${stderr}`;
}

/** Scrapes the target each second with the token, and evaluates the rule files. */
export async function startPrometheus(
  target: URL,
  token: string,
  ruleFiles: readonly string[],
): Promise<Prometheus> {
  const home = mkdtempSync(join(tmpdir(), 'waypost-prometheus-'));
  const port = await freePort();
  writeFileSync(join(home, 'token'), token);
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ruleFiles,
    scrape_configs: [
      {
        job_name: 'waypost',
        authorization: { type: 'Bearer', credentials_file: join(home, 'token') },
        static_configs: [{ targets: [target.host] }],
      },
    ],
  };
  // JSON is YAML.
  writeFileSync(join(home, 'prometheus.yml'), JSON.stringify(config));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(home, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(home, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const base = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await ended(child);
    rmSync(home, { recursive: true, force: true });
  };
  async function get<T>(path: string): Promise<T> {
    const response = await fetch(`${base}${path}`);
    const body = (await response.json()) as { status: string; error?: string; data: T };
    if (body.status !== 'success') throw new Error(body.error ?? `${path}: ${response.status}`);
    return body.data;
  }
  try {
    await ready(`${base}/-/ready`, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async query(expression) {
      const found = await get<{ resultType: string; result: Sample[] }>(
        `/api/v1/query?query=${encodeURIComponent(expression)}`,
      );
      if (found.resultType !== 'vector') throw new Error(`a ${found.resultType} is no series`);
      return found.result;
    },
    get,
    stop,
  };
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await sleep(100);
  }
  throw new Error('Prometheus does not start');
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}
