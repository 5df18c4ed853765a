import { type Account, BenchDevice } from './device.ts';
import { workerdMemory } from './local.ts';
import { benchMessage, deliver } from './mail.ts';
import { type Figures, figures, round } from './stats.ts';

const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));

/**
 * Milliseconds from the acceptance of a message by `email()` to the answer of each Ping that waits for it: all the
 * devices of one user.
 */
export async function pingLatency(account: Account, count: number): Promise<Figures> {
  const devices = Array.from({ length: count }, (_, n) => new BenchDevice(account, `BENCHPING${n}`));
  for (const device of devices) await device.setUp();
  const series: number[] = [];
  for (let i = 0; i < 20; i++) {
    await Promise.all(devices.map((device) => device.syncAll()));
    const answers: { at: number; status: string | undefined }[] = [];
    const pings = devices.map(async (device) => {
      const status = await device.ping();
      answers.push({ at: performance.now(), status });
    });
    // Long enough that the objects hibernate in some of the rounds (they do after about ten idle seconds).
    await sleep(i % 7 === 6 ? 12_000 : 300);
    if (answers.length > 0) throw new Error('a Ping was answered before any change');
    await deliver(account.url, account.address, benchMessage(account.address, 10_000));
    const accepted = performance.now();
    await Promise.all(pings);
    if (answers.some(({ status }) => status !== '2'))
      throw new Error('a Ping was not answered with Status 2');
    series.push(...answers.map(({ at }) => Math.max(0, at - accepted)));
  }
  return figures(series);
}

interface Held {
  held: number;
  answered: number;
  /** Growth of workerd's resident memory for each plain request that only waits, the first time and again. */
  floorKbFirst: number;
  floorKbAgain: number;
  /** The same for each held Ping, after the plain requests have come and gone. */
  kbEach: number;
  wake: Figures;
}

/** Starts `count` acts over time, `gap` milliseconds apart: devices do not come all at once. */
function spread(count: number, gap: number, act: (i: number) => Promise<unknown>): Promise<unknown>[] {
  return Array.from({ length: count }, (_, i) => sleep(i * gap).then(() => act(i)));
}

const GAP = 40;

/** KiB for each of `count` plain requests held at the same time. */
async function holdPlain(url: string, count: number): Promise<number> {
  const before = workerdMemory();
  const ms = count * GAP + 8_000;
  const all = spread(count, GAP, async () => (await fetch(`${url}/bench/hold?ms=${ms}`)).arrayBuffer());
  await sleep(count * GAP + 4_000);
  const grown = workerdMemory() - before;
  await Promise.all(all);
  return round(grown / count);
}

/** Holds `count` Pings over the accounts, then delivers one message to each account: all must be answered. */
export async function heldPings(accounts: Account[], count: number): Promise<Held> {
  const [first] = accounts;
  if (first === undefined) throw new Error('no accounts');
  const devices = Array.from(
    { length: count },
    (_, i) => new BenchDevice(accounts[i % accounts.length] ?? first, `BENCHHELD${i}`),
  );
  for (let i = 0; i < count; i += 8) {
    await Promise.all(
      devices.slice(i, i + 8).map(async (device) => {
        await device.setUp();
        await device.syncAll();
      }),
    );
  }
  // Objects that only prepared are evicted when idle; what is left afterwards is the base.
  await sleep(15_000);
  const floorKbFirst = await holdPlain(first.url, count);
  const floorKbAgain = await holdPlain(first.url, count);
  await sleep(5_000);
  const before = workerdMemory();
  const ends: { at: number; status: string | undefined }[] = [];
  const pings = spread(count, GAP, async (i) => {
    const status = await devices[i]?.ping();
    ends.push({ at: performance.now(), status });
  });
  await sleep(count * GAP + 15_000);
  if (ends.length > 0) throw new Error(`${ends.length} Pings were answered before any change`);
  const after = workerdMemory();
  const start = performance.now();
  for (const account of accounts) {
    await deliver(account.url, account.address, benchMessage(account.address, 10_000));
  }
  await Promise.race([Promise.allSettled(pings), sleep(60_000)]);
  const good = ends.filter((e) => e.status === '2');
  return {
    held: count,
    answered: good.length,
    floorKbFirst,
    floorKbAgain,
    kbEach: round((after - before) / count),
    wake: figures(good.map((e) => e.at - start)),
  };
}
