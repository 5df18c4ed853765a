import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/** How a run of wrangler ended and what it said. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface RunOptions {
  /** For its standard input: the way in of secrets. */
  input?: string;
  /** Arguments that nobody may see, and what is shown for them. Not together with `input`. */
  hidden?: { arguments: readonly string[]; shown: string };
  /** Runs at the terminal, where wrangler can ask; `out` and `err` are empty then. */
  terminal?: boolean;
}

/** Runs `wrangler` with these arguments. Resolves however it ends. */
export type Wrangler = (args: readonly string[], options?: RunOptions) => Promise<Ran>;

export interface WranglerPlace {
  /** Directory in which it runs: wrangler itself looks there for its configuration. */
  directory: string;
  /** Over the environment of this process. */
  env: Record<string, string>;
}

const HIDING = fileURLToPath(new URL('hidden-arguments.mjs', import.meta.url));
// cli/local/wrangler.ts silences the wrangler inside this process by the environment.
const QUIET = {
  WRANGLER_LOG: 'log',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  NO_COLOR: '1',
  FORCE_COLOR: '0',
};

/** The wrangler of node_modules, under the Node that runs this: it needs 22, which cli/waypost.mjs has seen to. */
export function createWrangler({ directory, env }: WranglerPlace): Wrangler {
  return (args, { input, hidden, terminal = false } = {}) => {
    const entry = hidden === undefined ? createRequire(import.meta.url).resolve('wrangler') : HIDING;
    const given = hidden === undefined ? input : JSON.stringify(hidden.arguments);
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['--no-warnings', entry, ...args], {
        cwd: directory,
        // What it writes down of itself would hold what is hidden here.
        env: {
          ...process.env,
          ...QUIET,
          ...(hidden === undefined ? {} : { WRANGLER_WRITE_LOGS: 'false' }),
          ...env,
        },
        stdio: terminal ? 'inherit' : [given === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      });
      let [out, err] = ['', ''];
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        out += text;
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        err += text;
      });
      // A child that ends before it has read everything is no fault of ours: its exit code tells.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(given);
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? 1, out: plain(out), err: plain(err) }));
    });
  };
}

function plain(text: string): string {
  return stripVTControlCharacters(text);
}

/** A command as a person types it in a shell. */
export function shownCommand(args: readonly string[], shownToo?: string): string {
  const words = args.map((one) => (/^[\w@%+=:,./-]+$/.test(one) ? one : `'${one.replaceAll("'", `'\\''`)}'`));
  return ['npx wrangler', ...words, ...(shownToo === undefined ? [] : [shownToo])].join(' ');
}
