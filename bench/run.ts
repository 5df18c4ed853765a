/**
 * `npm run bench [-- --json] [-- --only ingest,sync,search,…] [-- --seconds 30]`: floor and product in one run of one
 * Worker. Ratios to the floor are what to compare; milliseconds depend on the machine.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { adminFigures } from './admin-lists.ts';
import { attachmentMemory } from './attachment.ts';
import { auditFigures } from './audit.ts';
import { authFigures } from './auth.ts';
import { calendarFigures } from './calendar.ts';
import { contactSync } from './contacts.ts';
import { BenchDevice } from './device.ts';
import { findPage, findRestricted, getItems, syncAll } from './ews-lists.ts';
import { mimeMemory } from './ews-mime.ts';
import { streamLatency } from './ews-stream.ts';
import { firstSync } from './first-sync.ts';
import { importFigures } from './import.ts';
import { emailFloor, ingestEverythingOn, ingestLarge, ingestRate } from './ingest.ts';
import { bundleFigures, startBenchWorker } from './local.ts';
import { outboundFigures } from './outbound.ts';
import { heldPings, pingLatency } from './ping.ts';
import { rebuildFromBucket, reconcileAll } from './recovery.ts';
import { report } from './report.ts';
import { searchOnD1, searchOnPostgres } from './search.ts';
import { interleaved, round, timed } from './stats.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: {
      type: 'string',
      default:
        'bundle,sync,auth,admin,initial,first,contacts,attachment,ingest,audit,outbound,import,reconcile,rebuild,calendar,ping,stream,ews,ews-mime,held',
    },
    seconds: { type: 'string', default: '30' },
    pings: { type: 'string', default: '1000' },
    messages: { type: 'string', default: '100000' },
    users: { type: 'string', default: '100000' },
  },
});
const only = new Set(values.only.split(','));
// The local R2 and D1 write to this machine's disk, which is not what is measured: memory, where there is some.
if (process.env['TMPDIR'] === undefined && existsSync('/dev/shm')) process.env['TMPDIR'] = '/dev/shm';
// wrangler speaks on standard output, which belongs to the figures.
console.log = console.info = console.error;
const say = (text: string) => process.stderr.write(`${text}\n`);

const worker = await startBenchWorker();
const floor: Record<string, number> = {};
const product: Record<string, number> = {};
const detail: Record<string, unknown> = {};
const password = 'bench-password-1';
await worker.admin('POST', '/domains', { domain: 'bench.test' });

async function user(name: string): Promise<{ url: string; address: string; password: string }> {
  const address = `${name}@bench.test`;
  await worker.admin('POST', '/users', { address, password, displayName: name });
  return { url: worker.url, address, password };
}

async function seed(address: string, n: number): Promise<void> {
  await (await fetch(`${worker.url}/bench/seed?user=${encodeURIComponent(address)}&n=${n}`)).text();
}

const floorCall = (path: string) => async () => {
  const response = await fetch(`${worker.url}/bench/${path}`);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`floor ${path}: ${response.status}`);
};

try {
  if (only.has('sync')) await measureSync();
  if (only.has('auth')) {
    say('sign-in …');
    const auth = await authFigures(worker);
    detail['auth'] = auth;
    product['auth_of_sync_percent'] = auth.rememberedShare;
    product['auth_compared_of_sync_percent'] = auth.comparedShare;
    product['auth_unknown_login_apart_ms'] = auth.apartMs;
  }
  if (only.has('admin')) {
    say('lists of administrators over 100,000 users …');
    const admin = await adminFigures(worker, Number(values.users));
    detail['admin'] = admin;
    product['admin_lists_p95_ms'] = admin.worstMs;
    product['admin_lists_ratio'] = admin.worstRatio;
    product['admin_stats_p95_ms'] = admin.statsMs;
    for (const [name, { median, p95 }] of Object.entries(admin.lists))
      say(`  ${name}: median ${median} ms, p95 ${p95} ms`);
  }
  if (only.has('initial')) await measureInitial();
  if (only.has('first')) await measureFirst();
  if (only.has('contacts')) {
    say('first Sync of 5,000 contacts …');
    const contacts = await contactSync(await user('contacts'), 5000);
    detail['contacts'] = contacts;
    product['contacts_5k_per_s'] = contacts.perSecond;
  }
  if (only.has('attachment')) {
    say('attachment of 20 MB …');
    const grown = await attachmentMemory();
    detail['attachment'] = grown;
    floor['attachment_20mb_r2_grown_mb'] = grown.r2.grownMb;
    product['attachment_20mb_grown_mb'] = grown.parts.grownMb;
    product['attachment_20mb_inline_grown_mb'] = grown.inline.grownMb;
  }
  if (only.has('ingest')) {
    say('ingest …');
    floor['email_10k_per_s'] = await emailFloor(worker, 5);
    const target = await user('ingest');
    const rate = await ingestRate(worker, target.address, Number(values.seconds));
    detail['ingest'] = rate;
    product['ingest_10k_per_s'] = rate.visiblePerSecond;
    product['ingest_lost'] = rate.lost;
    product['ingest_doubled'] = rate.doubled;
    const all = await ingestEverythingOn(Number(values.seconds));
    detail['ingest_all'] = all;
    product['ingest_all_10k_per_s'] = round(all.reduce((sum, one) => sum + one.visiblePerSecond, 0));
    product['ingest_all_lost'] = all.reduce((sum, one) => sum + one.lost + one.doubled, 0);
    product['ingest_5mb_ms'] = await ingestLarge(worker, (await user('large')).address);
  }
  if (only.has('audit')) {
    say('audit …');
    const audit = await auditFigures(worker, Math.min(20, Number(values.seconds)));
    detail['audit'] = audit;
    product['audit_per_s'] = audit.perSecond;
    product['audit_20_tenants_per_s'] = audit.spreadPerSecond;
    product['audit_200_per_s_lag_ms'] = audit.sustainedLagMs;
    product['audit_wrong'] = audit.wrong;
  }
  if (only.has('ping')) {
    say('ping …');
    const ping = await pingLatency(await user('ping'), 5);
    const alone = await pingLatency(await user('ping1'), 1);
    detail['ping'] = { fiveDevices: ping, oneDevice: alone };
    product['ping_ms_p50'] = ping.median;
    product['ping_ms_p95'] = ping.p95;
  }
  if (only.has('stream')) {
    say('stream of EWS …');
    const stream = await streamLatency(await user('stream'), 20);
    detail['stream'] = stream;
    product['ews_stream_ms_p50'] = stream.median;
    product['ews_stream_ms_p95'] = stream.p95;
  }
  if (only.has('ews')) await measureEws();
  if (only.has('ews-mime')) {
    say('MimeContent of 20 MB …');
    const mime = await mimeMemory();
    detail['ews-mime'] = mime;
    product['ews_mime_20mb_written_mb'] = mime.writtenMb;
    product['ews_mime_20mb_read_mb'] = mime.readMb;
  }
  if (only.has('held')) {
    say('held pings …');
    const users = await Promise.all(Array.from({ length: 16 }, (_, i) => user(`held${i}`)));
    const held = await heldPings(users, Number(values.pings));
    detail['held'] = held;
    product['held_pings_answered'] = held.answered;
    floor['held_request_kb'] = held.floorKbFirst;
    product['held_ping_kb'] = held.kbEach;
    product['held_wake_ms_p50'] = held.wake.median;
  }
  if (only.has('outbound')) {
    say('outbound …');
    const out = await outboundFigures(1000);
    detail['outbound'] = out;
    product['outbound_relay_10k_per_s'] = out.relayPerSecond;
    product['outbound_10k_per_s'] = out.pipelinePerSecond;
    product['outbound_20mb_grown_mb'] = out.largeGrownMb;
  }
  if (only.has('import')) {
    say('import and export …');
    const accounts: [string, string] = [(await user('import')).address, (await user('import2')).address];
    const figures = await importFigures(worker, accounts, 2000);
    detail['import'] = figures;
    product['import_mbox_per_s'] = figures.mbox;
    product['import_vcard_per_s'] = figures.vcards;
    product['export_per_s'] = figures.takeoutOut;
    product['import_takeout_per_s'] = figures.takeoutIn;
  }
  if (only.has('reconcile')) {
    say('reconciler over 100,000 objects …');
    const figures = await reconcileAll(100_000);
    detail['reconcile'] = figures;
    product['reconcile_100k_s'] = figures.seconds;
    product['reconcile_100k_heap_mb'] = alone('bench/reconcile-heap.worker.ts', '100000');
  }
  if (only.has('rebuild')) {
    say('rebuild of 10,000 messages …');
    const figures = await rebuildFromBucket(10_000);
    detail['rebuild'] = figures;
    product['rebuild_10k_per_s'] = figures.perSecond;
  }
  if (only.has('calendar')) {
    say('a month of a calendar of 5,000 events …');
    const month = calendarFigures();
    detail['calendar'] = month;
    product['calendar_month_p95_ms'] = month.p95Ms;
  }
  if (only.has('search')) await measureSearch(Number(values.messages));
} finally {
  await worker.stop();
}
if (only.has('bundle')) {
  say('bundle …');
  Object.assign(product, await bundleFigures());
}
if (values.json) process.stdout.write(`${JSON.stringify({ floor, product, detail }, null, 1)}\n`);
else process.stdout.write(report(floor, product, detail));
process.exit(0);

/** Floor, Sync without changes in a small and a large folder, and Fetch, in turn. */
async function measureSync(): Promise<void> {
  say('floor, Sync without changes, Fetch …');
  await floorCall('r2-prepare')();
  const small = new BenchDevice(await user('small'), 'BENCHSMALL');
  const large = new BenchDevice(await user('large20k'), 'BENCHLARGE');
  await seed('small@bench.test', 100);
  await seed('large20k@bench.test', 20_000);
  for (const device of [small, large]) {
    await device.setUp();
    await device.syncAll(512);
  }
  const reader = new BenchDevice(await user('reader'), 'BENCHREADER');
  const { deliver, benchMessage } = await import('./mail.ts');
  await deliver(worker.url, 'reader@bench.test', benchMessage('reader@bench.test', 10_000));
  await reader.setUp();
  let ids: string[] = [];
  for (let i = 0; i < 100 && ids.length === 0; i++) {
    await new Promise((r) => setTimeout(r, 100));
    ids = await reader.syncAll();
  }
  const serverId = ids[0] ?? '';
  const result = await interleaved(
    {
      empty: floorCall('empty'),
      d1_read: floorCall('d1'),
      r2_read: floorCall('r2'),
      do_call: floorCall('do'),
      queue_send: floorCall('queue'),
      sync_nochange: () => small.syncOnce(),
      sync_nochange_20k: () => large.syncOnce(),
      fetch: () => reader.fetchBody(serverId),
    },
    200,
  );
  detail['calls'] = result;
  for (const name of ['empty', 'd1_read', 'r2_read', 'do_call', 'queue_send'] as const) {
    floor[`${name}_ms`] = result[name].median;
  }
  product['sync_nochange_ms'] = result.sync_nochange.median;
  product['sync_nochange_ratio'] = round(
    result.sync_nochange.median / (result.d1_read.median + result.do_call.median),
  );
  // The same without the HTTP request that each of the three has.
  const net = (name: 'sync_nochange' | 'd1_read' | 'do_call') => result[name].median - result.empty.median;
  product['sync_nochange_ratio_net'] = round(net('sync_nochange') / (net('d1_read') + net('do_call')));
  product['sync_nochange_20k_ratio'] = round(result.sync_nochange_20k.median / result.sync_nochange.median);
  product['fetch_ms'] = result.fetch.median;
}

/** A first Sync of 500, 1,000 and 2,000 messages: its time must grow in line with their number. */
async function measureInitial(): Promise<void> {
  say('initial Sync …');
  const rates: Record<string, number> = {};
  for (const n of [500, 1000, 2000]) {
    const account = await user(`initial${n}`);
    await seed(account.address, n);
    const series: number[] = [];
    for (let i = 0; i < 3; i++) {
      const device = new BenchDevice(account, `BENCHINITIAL${i}`);
      await device.setUp();
      let got = 0;
      series.push(await timed(async () => (got = (await device.syncAll()).length)));
      if (got !== n) throw new Error(`initial Sync brought ${got} of ${n}`);
    }
    series.sort((a, b) => a - b);
    rates[n] = round(n / ((series[1] ?? Number.NaN) / 1000));
  }
  detail['initial'] = rates;
  product['initial_sync_per_s'] = rates[2000] ?? Number.NaN;
  product['initial_sync_500_to_2000'] = round((rates[500] ?? Number.NaN) / (rates[2000] ?? Number.NaN));
}

/** A first Sync of a large mailbox, page by page. */
async function measureFirst(): Promise<void> {
  say('first Sync of 20,000 …');
  const account = await user('first20k');
  await seed(account.address, 20_000);
  // Another device before it: what a busy isolate holds anyway is not what is measured.
  await firstSync(account, 20_000, 'BENCHBEFORE');
  const first = await firstSync(account, 20_000, 'BENCHFIRST');
  detail['first'] = first;
  product['first_sync_20k_per_s'] = first.perSecond;
  product['first_sync_20k_last_to_first'] = round(first.lastTenth / first.firstTenth);
  product['first_sync_20k_kept_mb'] = alone('bench/first-sync-kept.ts');
  floor['first_sync_20k_calls_grown_mb'] = round(first.floorKb / 1024);
  product['first_sync_20k_over_calls_mb'] = round((first.grownKb - first.floorKb) / 1024);
}

/** Lists and items as desktop clients ask for them. */
async function measureEws(): Promise<void> {
  say('FindItem in a folder of 50,000, GetItem of 100, SyncFolderItems of 20,000 …');
  const reader = await user('ews-reader');
  const get = await getItems(reader, 30);
  const synced = await user('ews-sync');
  await seed(synced.address, 20_000);
  const rate = await syncAll(synced, 20_000);
  const finder = await user('ews-finder');
  await seed(finder.address, 50_000);
  const find = await findPage(finder, 30);
  const compared = (name: string, field: string, value: string) =>
    `<t:${name}><t:FieldURI FieldURI="${field}"/><t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant></t:${name}>`;
  // Of one second is a message, and all are unread: an hour of them.
  const hour = new Date(Date.now() - 3_600_000).toISOString();
  const unread = `<t:And>${compared('IsEqualTo', 'message:IsRead', 'false')}${compared('IsGreaterThan', 'item:DateTimeReceived', hour)}</t:And>`;
  const restricted = {
    unread: await findRestricted(finder, unread, 30),
    subject: await findRestricted(finder, compared('IsEqualTo', 'item:Subject', 'seeded 7'), 30),
    // What no row says: every message is looked at.
    looked: await findRestricted(
      finder,
      '<t:Exists><t:FieldURI FieldURI="item:ReminderDueBy"/></t:Exists>',
      3,
    ),
  };
  detail['ews'] = { find, get, restricted };
  product['ews_find_500_p95_ms'] = find.p95;
  product['ews_get_100_p95_ms'] = get.p95;
  product['ews_sync_20k_per_s'] = rate;
  product['ews_find_unread_50k_p95_ms'] = restricted.unread.p95;
  product['ews_find_subject_50k_p95_ms'] = restricted.subject.p95;
  product['ews_find_scan_50k_ms'] = restricted.looked.median;
}

/** Questions of every kind to an index of many messages, on both databases. */
async function measureSearch(messages: number): Promise<void> {
  say(`search in ${messages} messages on D1 …`);
  const d1 = await searchOnD1(worker, await user('search'), messages);
  say(`search in ${messages} messages on PostgreSQL …`);
  const postgres = await searchOnPostgres(messages);
  detail['search'] = { d1, postgres };
  product['search_d1_p95_ms'] = d1.index.all.p95;
  product['search_d1_relevance_p95_ms'] = d1.relevance.all.p95;
  product['search_postgres_p95_ms'] = postgres.index.all.p95;
  product['search_postgres_relevance_p95_ms'] = postgres.relevance.all.p95;
  product['search_command_ms'] = d1.command.all.median;
  product['search_command_p95_ms'] = d1.command.all.p95;
}

/** The number that a script prints which needs a heap, and a garbage collector, of its own. */
function alone(script: string, ...args: string[]): number {
  return Number(execFileSync(process.execPath, ['--expose-gc', script, ...args], { encoding: 'utf8' }));
}
