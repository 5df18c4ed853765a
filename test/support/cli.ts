import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openHome, writeRunning } from '../../cli/local/home.ts';
import { run } from '../../cli/main.ts';
import type { Waypost } from './harness.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/waypost.mjs', import.meta.url));
/** Far more than any command takes: an end for one that hangs. */
const LONGEST_MS = 240_000;

export interface Result {
  code: number;
  out: string;
  err: string;
}

/** The command line inside this process, over a server that runs. One at a time in a process. */
export interface CommandLine {
  /** A directory for files of the test, gone afterwards. */
  home: string;
  waypost(...argv: string[]): Promise<Result>;
  /** What a command says with `--json`. */
  json<T>(...argv: string[]): Promise<T>;
  end(): void;
}

export async function commandLine({ url, adminToken }: Waypost): Promise<CommandLine> {
  const home = mkdtempSync(join(tmpdir(), 'waypost-cli-'));
  process.env['WAYPOST_HOME'] = home;
  await writeRunning(openHome(), { url: url.href, pid: process.pid, users: [], adminToken });
  async function waypost(...argv: string[]): Promise<Result> {
    const text = { out: '', err: '' };
    const code = await run(argv, {
      out: { write: (t) => (text.out += t) },
      err: { write: (t) => (text.err += t) },
    });
    return { code, ...text };
  }
  return {
    home,
    waypost,
    json: async <T>(...argv: string[]) => JSON.parse((await waypost(...argv, '--json')).out) as T,
    end() {
      delete process.env['WAYPOST_HOME'];
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The command as a person starts it: processes of their own, on an installation of their own. */
export class Launcher {
  readonly home = mkdtempSync(join(tmpdir(), 'waypost-cli-'));
  readonly env = { ...process.env, WAYPOST_HOME: this.home };
  /** `waypost start`, while it runs. */
  server: ChildProcess | null = null;

  /** Runs the command to its end. */
  async waypost(
    argv: string[],
    { input, env = {} }: { input?: string; env?: Record<string, string> } = {},
  ): Promise<Result> {
    const options = { env: { ...this.env, ...env }, timeout: LONGEST_MS };
    const running = promisify(execFile)(process.execPath, [LAUNCHER, ...argv], options);
    if (input !== undefined) running.child.stdin?.end(input);
    return running.then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
      (e: { code: number; stdout: string; stderr: string }) => ({
        ...{ code: e.code, out: e.stdout, err: e.stderr },
      }),
    );
  }

  /** Starts the command without waiting for it. */
  spawn(...argv: string[]) {
    return spawn(process.execPath, [LAUNCHER, ...argv], { env: this.env });
  }

  /** Starts the server and waits until it says that it is ready; rejects with its words when it ends before. */
  start(...flags: string[]): Promise<{ url: string; text: string }> {
    const child = this.spawn('start', '--port', '0', ...flags);
    this.server = child;
    return new Promise((resolve, reject) => {
      let text = '';
      const take = (chunk: Buffer) => {
        text += chunk.toString();
        const url = /Waypost runs at (http:\S+)[\s\S]*npx waypost/.exec(text)?.[1];
        if (url !== undefined) resolve({ url, text });
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.on('exit', (code) => reject(new Error(`waypost start ended with ${code}: ${text}`)));
    });
  }

  /** Ends the server as Ctrl-C does; resolves with its exit code. */
  stop(): Promise<number | null> {
    const child = this.server;
    this.server = null;
    if (child === null || child.exitCode !== null) return Promise.resolve(child?.exitCode ?? null);
    return new Promise((resolve) => {
      child.on('exit', resolve);
      child.kill('SIGINT');
    });
  }

  /** Ends the server, and removes the installation. */
  async end(): Promise<void> {
    await this.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}
