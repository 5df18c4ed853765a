import { type BenchWorker, startBenchWorker } from './local.ts';
import { benchMessage, deliver } from './mail.ts';
import { round } from './stats.ts';

/** Messages under way at once: an MX hears from many senders. */
const CONNECTIONS = 24;

interface IngestRate {
  sent: number;
  acceptedPerSecond: number;
  visiblePerSecond: number;
  lost: number;
  doubled: number;
}

async function count(worker: BenchWorker, address: string): Promise<number> {
  const stats = await worker.admin<{ messages: number }>(
    'GET',
    `/users/${encodeURIComponent(address)}/stats`,
  );
  return stats.messages;
}

/** Workers that take mail at the same time: a local runtime works on one core, and the platform on many. */
const WORKERS = 2;

/**
 * The rate with everything on that looks at mail: spam filter, rules of the user, a journal of the tenant. One Worker
 * for each of two cores.
 */
export async function ingestEverythingOn(seconds: number): Promise<IngestRate[]> {
  const address = 'all@bench.test';
  const workers = await Promise.all(Array.from({ length: WORKERS }, () => startBenchWorker()));
  try {
    for (const worker of workers) await everythingOn(worker, address);
    return await Promise.all(workers.map((worker) => ingestRate(worker, address, seconds)));
  } finally {
    for (const worker of workers) await worker.stop();
  }
}

async function everythingOn(worker: BenchWorker, address: string): Promise<void> {
  await worker.admin('POST', '/domains', { domain: 'bench.test' });
  await worker.admin('POST', '/users', { address, password: 'bench-password-1', displayName: 'all' });
  const path = `/users/${encodeURIComponent(address)}`;
  const { tenantId } = await worker.admin<{ tenantId: string }>('GET', path);
  const rule = (n: number, words: string) => ({
    name: `rule ${n}`,
    conditions: { containsSubjectStrings: [words] },
    actions: { assignCategories: [`c${n}`] },
  });
  const rules = Array.from({ length: 9 }, (_, n) => rule(n, `never so ${n}`));
  await worker.admin('PUT', `${path}/rules`, { revision: 0, rules: [...rules, rule(9, 'bench')] });
  await worker.admin('PUT', `/tenants/${tenantId}/journaling`, { r2: {} });
}

/** Messages of 10 KB that an `email()` takes in a second which does nothing with them. */
export async function emailFloor(worker: BenchWorker, seconds: number): Promise<number> {
  const start = performance.now();
  const sent = await send(worker, 'nobody@bench.test', seconds);
  return round(sent / ((performance.now() - start) / 1000));
}

async function send(worker: BenchWorker, address: string, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let sent = 0;
  const sender = async () => {
    while (performance.now() < end) {
      await deliver(worker.url, address, benchMessage(address, 10_000));
      sent++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
  return sent;
}

/** Delivers 10 KB messages for `seconds`; the rate counts until the last of them is visible. */
export async function ingestRate(worker: BenchWorker, address: string, seconds: number): Promise<IngestRate> {
  const start = performance.now();
  const sent = await send(worker, address, seconds);
  const accepted = performance.now() - start;
  let visible = 0;
  for (let i = 0; i < 600; i++) {
    visible = await count(worker, address);
    if (visible >= sent) break;
    await new Promise((r) => setTimeout(r, 100));
  }
  const total = performance.now() - start;
  // A double would show as a further message once everything has settled.
  await new Promise((r) => setTimeout(r, 2000));
  const settled = await count(worker, address);
  return {
    sent,
    acceptedPerSecond: round(sent / (accepted / 1000)),
    visiblePerSecond: round(visible / (total / 1000)),
    lost: Math.max(0, sent - settled),
    doubled: Math.max(0, settled - sent),
  };
}

/** Median milliseconds from handing in a 5 MB message until it is visible. */
export async function ingestLarge(worker: BenchWorker, address: string): Promise<number> {
  const series: number[] = [];
  for (let i = 0; i < 7; i++) {
    const raw = benchMessage(address, 5_000_000);
    const start = performance.now();
    await deliver(worker.url, address, raw);
    while ((await count(worker, address)) <= i) await new Promise((r) => setTimeout(r, 5));
    series.push(performance.now() - start);
  }
  series.sort((a, b) => a - b);
  return round(series[3] ?? Number.NaN);
}
