import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
const ADMIN_TOKEN = 'kill-admin-token-0123456789';

/** A running Worker in a process group of its own. */
export interface Life {
  url: URL;
  admin<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  /** SIGKILL to everything that this life started, workerd first of all; resolves when it is gone. */
  kill(): Promise<void>;
  /** An orderly end. */
  stop(): Promise<void>;
}

/** Starts the Worker over the state in `home`. Rejects when it does not come up. */
export async function startLife(home: string): Promise<Life> {
  const child = spawn(process.execPath, [CHILD, ADMIN_TOKEN], {
    // Its own group: the runtime is a grandchild, and dies with the group that was started here, nothing else.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, WAYPOST_HOME: home },
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { url } = await firstLine(child);
  return {
    url,
    async admin<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await fetch(new URL(`/admin/v1${path}`, url), {
        method,
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return JSON.parse(text) as T;
    },
    async kill() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await gone;
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function firstLine(child: ChildProcess): Promise<{ url: URL }> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8');
    child.stdout?.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve({ url: new URL((JSON.parse(text.slice(0, end)) as { url: string }).url) });
    });
    child.once('exit', (code) => reject(new Error(`the Worker did not start: exit code ${code}`)));
  });
}
