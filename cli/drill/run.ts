/**
 * The restore drill: databases of an earlier time, or none at all, beside a bucket that is newer. What comes back, how
 * long that takes, and what is lost.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type AdminClient, createAdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';
import { checkAll } from '../commands/check.ts';
import { rebuildAll } from '../commands/rebuild.ts';
import { writeDown } from '../commands/snapshot.ts';
import { findRunning } from '../local/connect.ts';
import { type Home, type Installation, newInstallation, openHome, readInstallation } from '../local/home.ts';
import { lockState } from '../local/lock.ts';
import { startStack } from '../local/stack.ts';
import { changesLost, compare, type Difference, readStates, type States } from './states.ts';
import { until, type Worker, workFor } from './work.ts';

export interface DrillOptions {
  /** Of a new installation; that of this machine is copied when there is one. */
  store: Installation['store'];
  fresh: boolean;
  /** Lose the databases altogether, instead of putting an earlier time back. */
  total: boolean;
  messages: number;
  seconds: number;
  say(text: string): void;
}

export interface DrillReport {
  store: Installation['store'];
  lost: 'databases of an earlier time' | 'all databases and objects';
  mailboxes: number;
  /** Items before the disaster. */
  items: number;
  /** Done between the backup and the disaster. */
  delivered: number;
  actions: number;
  /** How old the backup was at the disaster. */
  backupAgeSeconds: number;
  /** Messages made again or found by their raws. */
  restored: number;
  difference: Difference;
  /** Changes that are gone, and how long before the disaster the oldest of them can have been made. */
  rpo: { changes: number; seconds: number };
  /** Until mail can be read again, and until everything was checked. */
  rto: { readableSeconds: number; checkedSeconds: number };
  findings: { check: string; count: number; mended: boolean }[];
  /** No message is missing and the check finds nothing. */
  passed: boolean;
}

const DOMAIN = 'drill.example';

export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const scratch = mkdtempSync(join(tmpdir(), 'waypost-drill-'));
  // PostgreSQL runs as a user of its own where this runs as root, and must be able to walk in.
  chmodSync(scratch, 0o711);
  try {
    return await drillIn(scratch, options);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function drillIn(scratch: string, options: DrillOptions): Promise<DrillReport> {
  const { say, messages, seconds, total } = options;
  const home = openHome(join(scratch, 'home'));
  const backup = join(scratch, 'backup');
  const installation = await copyInstallation(home, options);
  const { store } = installation;
  const worker: Worker = {
    address: `ann@${DOMAIN}`,
    password: `drill-${Math.random().toString(36).slice(2)}`,
  };

  say('Working before the backup …');
  await serve(home, installation, async (admin, url) => {
    await admin.post('/domains', { domain: DOMAIN }).catch(() => undefined);
    await admin.post('/users', { ...worker, displayName: 'Drill' });
    await workFor(url, admin, worker, { messages, seconds: 0, name: 'before' });
    await writeDown(admin, null, true);
  });
  copyDatabases(home, backup, store);
  const backupAt = Date.now();

  say(`Working for ${seconds} s after it …`);
  const { before, done, disasterAt } = await serve(home, installation, async (admin, url) => {
    const did = await workFor(url, admin, worker, { messages, seconds, name: 'after' });
    const states = await settled(admin);
    return { before: states, done: did, disasterAt: Date.now() };
  });

  say(total ? 'The databases are lost.' : 'The databases are put back to the backup.');
  dropDatabases(home, store);
  if (!total) {
    for (const name of databases(store)) copyTree(join(backup, name), join(home.dir, name));
  }

  say('Recovering …');
  const began = Date.now();
  return serve(home, installation, async (admin) => {
    const rebuilt = await rebuildAll(
      admin,
      { tenantId: null, address: null, dryRun: false, force: false },
      () => undefined,
    );
    await admin.post('/reconcile');
    const readableSeconds = (Date.now() - began) / 1000;
    const after = await readStates(admin);
    const difference = compare(before, after);
    await until(async () => (await checkAll(admin, EVERYTHING)).findings.length === 0).catch(() => undefined);
    const { findings } = await checkAll(admin, EVERYTHING);
    const checkedSeconds = (Date.now() - began) / 1000;
    const changes = changesLost(difference);
    const behind = rebuilt.writtenAt === null ? disasterAt - backupAt : disasterAt - rebuilt.writtenAt;
    return {
      store,
      lost: total ? 'all databases and objects' : 'databases of an earlier time',
      mailboxes: before.size,
      items: itemsOf(before),
      ...done,
      backupAgeSeconds: round((disasterAt - backupAt) / 1000),
      restored: rebuilt.restored + rebuilt.placed + rebuilt.drafts,
      difference,
      rpo: { changes, seconds: changes === 0 ? 0 : round(Math.max(0, behind) / 1000) },
      rto: { readableSeconds: round(readableSeconds), checkedSeconds: round(checkedSeconds) },
      findings: findings.map(({ check, count, mended }) => ({ check, count, mended })),
      passed: difference.missing === 0 && difference.mailboxes === 0 && findings.length === 0,
    };
  });
}

const EVERYTHING = { tenantId: null, address: null, mend: false, young: true };

/** The installation of this machine, when there is one and it is wanted; a new one otherwise. */
async function copyInstallation(home: Home, { fresh, store }: DrillOptions): Promise<Installation> {
  const own = openHome();
  const installation = fresh ? null : await readInstallation(own);
  mkdirSync(home.dir, { recursive: true });
  if (installation === null) return newInstallation(store);
  if ((await findRunning(own)) !== null) {
    throw new CommandError('the local server runs: stop it, or drill with --fresh');
  }
  const unlock = await lockState(own, 15_000);
  try {
    for (const [from, to] of [
      [own.state, home.state],
      [own.postgres, home.postgres],
    ] as const) {
      copyTree(from, to);
    }
  } finally {
    unlock();
  }
  return installation;
}

async function serve<T>(
  home: Home,
  installation: Installation,
  work: (admin: AdminClient, url: URL) => Promise<T>,
): Promise<T> {
  const stack = await startStack({ home, installation, port: 0 });
  try {
    return await work(createAdminClient(stack.url, installation.adminToken), stack.url);
  } finally {
    // What waits in the queues of the local runtime is lost with it, as it is in a disaster.
    await stack.stop();
  }
}

/** Folders of the home that are databases; what is left beside them is the bucket. */
function databases(store: Installation['store']): string[] {
  const objects = ['state/v3/do', 'state/v3/d1'];
  return store === 'd1' ? objects : [...objects, 'pg'];
}

function copyDatabases(home: Home, backup: string, store: Installation['store']): void {
  for (const name of databases(store)) copyTree(join(home.dir, name), join(backup, name));
}

/** With owners and modes, which PostgreSQL insists on and which the standard library does not copy. */
function copyTree(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(dirname(to), { recursive: true });
  execFileSync('cp', ['-a', from, to]);
}

function dropDatabases(home: Home, store: Installation['store']): void {
  for (const name of databases(store)) rmSync(join(home.dir, name), { recursive: true, force: true });
}

/** What people see once it does not change any more. */
async function settled(admin: AdminClient): Promise<States> {
  let states = await readStates(admin);
  await until(async () => {
    const again = await readStates(admin);
    const same = changesLost(compare(states, again)) === 0;
    states = again;
    return same;
  });
  return states;
}

function itemsOf(states: States): number {
  return [...states.values()].reduce((sum, { items }) => sum + items.size, 0);
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
