/**
 * What an installation with many messages costs when something has to be found or made again: the reconciler over
 * everything in the bucket, and a rebuild from the bucket alone. The local state is filled behind the runtime's back,
 * since handing in so many messages would take an hour.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AdminClient, createAdminClient } from '../cli/admin-client.ts';
import { rebuildAll } from '../cli/commands/rebuild.ts';
import { writeDown } from '../cli/commands/snapshot.ts';
import { type Home, openHome } from '../cli/local/home.ts';
import { startLocalWorker } from '../cli/local/worker.ts';
import { rawKey } from '../core/mail/place-key.ts';
import { newId } from '../platform/ids.ts';
import type { ReconcileView, UserStats } from '../shared/admin-api.ts';
import { workerdMemory } from './local.ts';
import { benchMessage, deliver } from './mail.ts';
import { round } from './stats.ts';

const ADMIN_TOKEN = 'bench-admin-token-0123456789';
const ADDRESS = 'many@bench.test';
/** Real messages, of which the others are copies. */
const ORIGINALS = 10;
const DAY = 24 * 3600_000;

/** The reconciler, from one end of the bucket to the other. One object in a thousand has lost its row. */
export function reconcileAll(objects: number) {
  return withHome(async (home) => {
    await fill(home, objects, (n) => n % 1000 !== 0);
    return serve(home, async (admin) => {
      // A first run fills the caches of the local R2 and D1, which are in the same process.
      let watch: ReturnType<typeof watchMemory> | null = null;
      const [began, cpu] = [performance.now(), cpuSeconds()];
      let [runs, found, complete] = [0, 0, false];
      while (!complete) {
        const { sweep } = await admin.post<ReconcileView & { sweep: { orphans: number } }>('/reconcile');
        runs++;
        found += sweep.orphans;
        complete = sweep.complete;
        watch ??= watchMemory();
      }
      const seconds = round((performance.now() - began) / 1000);
      const lost = Math.ceil(objects / 1000);
      if (found !== lost) throw new Error(`reconcile: found ${found} of ${lost}`);
      const used = round(cpuSeconds() - cpu);
      return { objects, seconds, cpuSeconds: used, runs, found, grownMb: watch?.stop() ?? Number.NaN };
    });
  });
}

/** A rebuild from the bucket alone, after databases and Durable Objects are gone. */
export function rebuildFromBucket(copies: number) {
  return withHome(async (home) => {
    await fill(home, copies, () => true);
    const snapshotSeconds = await serve(home, async (admin) => {
      const began = performance.now();
      await writeDown(admin, null, true);
      return round((performance.now() - began) / 1000);
    });
    for (const gone of ['d1', 'do']) rmSync(join(home.state, 'v3', gone), { recursive: true });
    return serve(home, async (admin) => {
      const watch = watchMemory();
      const options = { tenantId: null, address: null, dryRun: false, force: false };
      const cpu = cpuSeconds();
      const report = await rebuildAll(admin, options, () => undefined);
      const grownMb = watch.stop();
      const used = round(cpuSeconds() - cpu);
      const stats = await admin.get<UserStats>(`/users/${ADDRESS}/stats`);
      const messages = copies + ORIGINALS;
      if (stats.messages !== messages) throw new Error(`rebuild: ${stats.messages} of ${messages} messages`);
      const seconds = round(report.milliseconds / 1000);
      return {
        messages,
        seconds,
        cpuSeconds: used,
        perSecond: round(messages / seconds),
        grownMb,
        snapshotSeconds,
      };
    });
  });
}

async function withHome<T>(work: (home: Home) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'waypost-bench-'));
  try {
    return await work(openHome(directory));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function serve<T>(home: Home, work: (admin: AdminClient, url: URL) => Promise<T>): Promise<T> {
  const worker = await startLocalWorker({ home, port: 0, adminToken: ADMIN_TOKEN, postgresUrl: null });
  try {
    return await work(createAdminClient(worker.url, ADMIN_TOKEN), worker.url);
  } finally {
    await worker.stop();
  }
}

/** Real messages, and copies of their rows and objects under other ids. */
async function fill(home: Home, copies: number, hasRow: (n: number) => boolean): Promise<void> {
  await serve(home, async (admin, url) => {
    await admin.post('/domains', { domain: 'bench.test' });
    await admin.post('/users', { address: ADDRESS });
    const base = url.href.replace(/\/$/, '');
    for (let n = 0; n < ORIGINALS; n++) await deliver(base, ADDRESS, benchMessage(ADDRESS, 10_000));
    const stats = () => admin.get<UserStats>(`/users/${ADDRESS}/stats`);
    while ((await stats()).messages < ORIGINALS) await sleep(100);
    // What follows from their arrival comes to rest.
    await sleep(3000);
  });
  const bucket = database(
    home,
    'r2/miniflare-R2BucketObject',
    '_mf_objects',
    (db) => count(db, '_mf_objects') > 0,
  );
  const mail = database(home, 'd1/miniflare-D1DatabaseObject', 'items', (db) => count(db, 'items') > 0);
  copyRows(bucket, mail, copies, hasRow);
  bucket.close();
  mail.close();
}

interface ObjectRow {
  key: string;
  custom_metadata: string;
}

function copyRows(
  bucket: DatabaseSync,
  mail: DatabaseSync,
  copies: number,
  hasRow: (n: number) => boolean,
): void {
  const objects = bucket
    .prepare("SELECT * FROM _mf_objects WHERE key LIKE 'blobs/%' ORDER BY key")
    .all() as unknown as ObjectRow[];
  const rowOf = (table: string, column: string, value: string) =>
    mail.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`).all(value) as Record<
      string,
      string | number | null
    >[];
  const originals = objects.map((object) => {
    const [message] = rowOf('messages', 'raw_key', object.key);
    const itemId = String(message?.['item_id']);
    return {
      object,
      rows: {
        messages: [message ?? {}],
        items: rowOf('items', 'item_id', itemId),
        message_parts: rowOf('message_parts', 'item_id', itemId),
      },
    };
  });
  const put = (db: DatabaseSync, table: string) => {
    const columns = db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all() as { name: string }[];
    const names = columns.map((c) => c.name);
    const statement = db.prepare(`INSERT INTO ${table} (${names}) VALUES (${names.map(() => '?')})`);
    return (row: Record<string, unknown>) => void statement.run(...names.map((name) => row[name] as string));
  };
  const into = {
    objects: put(bucket, '_mf_objects'),
    messages: put(mail, 'messages'),
    items: put(mail, 'items'),
    message_parts: put(mail, 'message_parts'),
  };
  const now = Date.now();
  bucket.exec('BEGIN');
  mail.exec('BEGIN');
  for (let n = 0; n < copies; n++) {
    const original = originals[n % originals.length];
    if (original === undefined) throw new Error('bench: nothing to copy');
    // Older than two days: those are the reconciler's other half. Over a year, as mail comes in.
    const receivedAt = now - 3 * DAY - Math.floor((n / copies) * 360 * DAY);
    const itemId = newId(receivedAt);
    const metadata = JSON.parse(original.object.custom_metadata) as Record<string, string>;
    const key = rawKey(metadata['tenant'] ?? '', receivedAt, itemId);
    into.objects({
      ...original.object,
      key,
      custom_metadata: JSON.stringify({ ...metadata, received: String(receivedAt) }),
    });
    if (!hasRow(n)) continue;
    const modseq = 1000 + n;
    const numbered = { modseq, created_modseq: modseq, read_modseq: modseq, flag_modseq: modseq };
    const item = { ...numbered, categories_modseq: modseq, content_modseq: modseq, received_at: receivedAt };
    for (const row of original.rows.items)
      into.items({ ...row, ...item, item_id: itemId, dedupe_key: `copy-${n}` });
    for (const row of original.rows.messages) {
      into.messages({ ...row, item_id: itemId, raw_key: key, received_at: receivedAt });
    }
    for (const row of original.rows.message_parts) into.message_parts({ ...row, item_id: itemId });
  }
  mail.exec('UPDATE mailboxes SET modseq = (SELECT max(modseq) FROM items)');
  mail.exec("UPDATE folders SET content_modseq = (SELECT max(modseq) FROM items) WHERE role = 'inbox'");
  mail.exec(
    `UPDATE mailboxes SET item_count = (SELECT count(*) FROM messages), size_bytes = (SELECT sum(size) FROM items)`,
  );
  bucket.exec('COMMIT');
  mail.exec('COMMIT');
}

/** The database of the local state that has the table and fits. */
function database(
  home: Home,
  kind: string,
  table: string,
  fits: (db: DatabaseSync) => boolean,
): DatabaseSync {
  const directory = join(home.state, 'v3', kind);
  for (const name of readdirSync(directory).filter((n) => n.endsWith('.sqlite') && n !== 'metadata.sqlite')) {
    const db = new DatabaseSync(join(directory, name));
    const found = db.prepare('SELECT name FROM sqlite_master WHERE name = ?').get(table);
    if (found !== undefined && fits(db)) return db;
    db.close();
  }
  throw new Error(`bench: no local database with ${table}`);
}

function count(db: DatabaseSync, table: string): number {
  return Number((db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n);
}

/**
 * Seconds of processor time of this process and those it started. On a machine that others use as well it says more than
 * the time that passed.
 */
function cpuSeconds(): number {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
      if (parent !== process.pid && Number(name) !== process.pid) continue;
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // The process ended between the two reads.
    }
  }
  // USER_HZ is 100 on every Linux that one meets.
  return ticks / 100;
}

/**
 * How far resident memory of the local runtime goes beyond where it was, in MB: most of it is that of the doubles of R2,
 * D1 and queues, which run in the same process.
 */
function watchMemory(): { stop(): number } {
  const before = workerdMemory();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, workerdMemory());
  }, 250);
  return {
    stop() {
      clearInterval(timer);
      return round((Math.max(most, workerdMemory()) - before) / 1024);
    },
  };
}
