import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { createAdminClient } from '../admin-client.ts';
import { CommandError, defineCommand, UsageError } from '../command.ts';
import { createDemo, DEMO_ALIASES, DEMO_CATCH_ALL } from '../demo/tenant.ts';
import { findRunning } from '../local/connect.ts';
import {
  eraseHome,
  forgetRunning,
  type Home,
  type Installation,
  newInstallation,
  openHome,
  readInstallation,
  writeInstallation,
  writeRunning,
} from '../local/home.ts';
import { lockState } from '../local/lock.ts';
import { requireFreePort } from '../local/port.ts';
import type { Output } from '../output.ts';

const DEFAULT_PORT = 8787;

export const start = defineCommand({
  name: 'start',
  summary: 'run Waypost on this machine, with a demo tenant on the first start',
  details:
    'Runs the real Worker of wrangler.toml in workerd. Everything is kept in .waypost (WAYPOST_HOME names another\n' +
    'directory) until --fresh. Ctrl-C stops it.',
  here: true,
  positionals: [],
  flags: {
    fresh: { type: 'boolean', help: 'forget all local data and begin anew' },
    port: { type: 'string', value: 'N', help: `port on 127.0.0.1 (default ${DEFAULT_PORT}, 0 takes any)` },
    store: {
      type: 'string',
      value: 'NAME',
      help: 'd1, or postgres for a real PostgreSQL (on the first start)',
    },
    empty: { type: 'boolean', help: 'no demo tenant (on the first start)' },
    verbose: { type: 'boolean', help: "show the Worker's log lines" },
  },
  examples: ['npm start', 'npm start -- --fresh', 'npm start -- --fresh --store postgres'],
  async run({ flags, out }) {
    const began = performance.now();
    const port = portOf(flags.port);
    const store = storeOf(flags.store);
    const home = openHome();
    const running = await findRunning(home);
    if (running !== null)
      throw new CommandError(`already running at ${running.url} (process ${running.pid})`);
    const unlock = await lockState(home, 0);
    try {
      await requireFreePort(port);
      const installation = await prepare(home, flags.fresh, store);
      await serve({ home, installation, port, empty: flags.empty, verbose: flags.verbose, began, out });
    } finally {
      unlock();
    }
  },
});

function portOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`--port ${text} is no port`, 'start');
  return port;
}

function storeOf(text: string | undefined): Installation['store'] | null {
  if (text === undefined) return null;
  if (text !== 'd1' && text !== 'postgres') throw new UsageError('--store is d1 or postgres', 'start');
  return text;
}

/** The installation to run: the one that is there, or a new one on clean ground. */
async function prepare(
  home: Home,
  fresh: boolean,
  store: Installation['store'] | null,
): Promise<Installation> {
  const found = fresh ? null : await readInstallation(home);
  if (found === null) {
    // Without the installation file, what lies here is left from a first start that did not end well.
    await eraseHome(home);
    return newInstallation(store ?? 'd1');
  }
  if (store !== null && store !== found.store) {
    throw new CommandError(
      `the local data is kept in ${found.store}: begin anew with --fresh --store ${store}`,
    );
  }
  return found;
}

interface Serving {
  home: Home;
  installation: Installation;
  port: number;
  empty: boolean;
  verbose: boolean;
  began: number;
  out: Output;
}

async function serve({ home, installation, port, empty, verbose, began, out }: Serving): Promise<void> {
  const { startStack } = await import('../local/stack.ts');
  const onLog = verbose ? (line: string) => out.note(line) : undefined;
  const stack = await startStack({ home, installation, port, onLog });
  const stopped = stopSignal();
  try {
    const known = installation.demo ?? (await firstStart(stack.url, installation.adminToken, empty, out));
    await writeInstallation(home, { ...installation, demo: known });
    const users = known.map(({ address, password }) => ({ address, password }));
    const server = { url: stack.url.origin, pid: process.pid, users, adminToken: installation.adminToken };
    await writeRunning(home, server);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    out.result(server, () => greet(out, home, stack.url.origin, { ...installation, demo: known }, seconds));
    await stopped;
    out.line('\nStopping.');
  } finally {
    await forgetRunning(home);
    await stack.stop();
  }
}

/**
 * Resolves at the first Ctrl-C or request to end; later ones do not cut the clean end short. The runtimes have
 * put handlers of their own there, which would end the process on the spot.
 */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.removeAllListeners(signal);
      process.on(signal, () => resolve());
    }
  });
}

async function firstStart(url: URL, token: string, empty: boolean, out: Output) {
  if (empty) return [];
  const demo = await createDemo(createAdminClient(url, token), url);
  if (demo.visible < demo.accepted) {
    out.note(
      `${demo.accepted - demo.visible} of ${demo.accepted} demo messages are not in a mailbox yet: waypost dlq list`,
    );
  }
  return demo.users;
}

function greet(out: Output, home: Home, origin: string, installation: Installation, seconds: string): void {
  const users = installation.demo ?? [];
  const database = installation.store === 'postgres' ? 'PostgreSQL' : 'D1';
  out.line(`Waypost runs at ${origin} (${database}, ready in ${seconds} s). Ctrl-C stops it.\n`);
  out.line(`ActiveSync  ${origin}/Microsoft-Server-ActiveSync`);
  out.line(`Admin API   ${origin}/admin/v1 (token in ${shown(home.dir)}/dev.json)`);
  out.line(`Metrics     ${origin}/metrics (the same token)`);
  out.line(`Worker log  ${shown(home.log)}\n`);
  const first = users[0];
  if (first === undefined) {
    out.line('Next, in another terminal:');
    out.line('  npx waypost domain add example.test');
    out.line('  npx waypost user add ann@example.test --password "choose one"');
    return;
  }
  out.table(
    ['address', 'password', 'app password'],
    users.map((u) => [u.address, u.password, u.appPassword]),
    '',
  );
  out.line();
  for (const { alias, address } of DEMO_ALIASES) out.line(`${alias} is an alias of ${address}.`);
  out.line(`Any other address of demo.test goes to ${DEMO_CATCH_ALL}.\n`);
  out.line('Next, in another terminal:');
  out.line(`  npx waypost phone ${first.address}`);
  out.line(`  npx waypost deliver cli/demo/hello.eml --to ${first.address}`);
  out.line('  npx waypost user list');
  out.line('  npx waypost --help');
}

/** A path as it is shortest from here. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short !== '' && !short.startsWith('..') && existsSync(path) ? short : path;
}
