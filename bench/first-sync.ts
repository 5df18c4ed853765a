import { type Account, BenchDevice } from './device.ts';
import { workerdMemory } from './local.ts';
import { round } from './stats.ts';

interface FirstSync {
  perSecond: number;
  /** Pages per second of the first and of the last tenth of the pages: a large folder must not slow down. */
  firstTenth: number;
  lastTenth: number;
  /** KiB that workerd's resident memory grew from the end of the first tenth to the end. */
  grownKb: number;
  /** The same for as many requests that make the same calls with nothing in them: the local runtime keeps some of each. */
  floorKb: number;
}

/** A first Sync of `total` messages at 100 a page, with text bodies that are cut. */
export async function firstSync(account: Account, total: number, deviceId: string): Promise<FirstSync> {
  const device = new BenchDevice(account, deviceId);
  await device.setUp();
  const times: number[] = [];
  let memory = 0;
  let got = 0;
  const start = performance.now();
  for (let more = true; more; ) {
    const page = await device.syncOnce(100);
    times.push(performance.now());
    got += page.commands.length;
    more = page.more;
    if (got >= total / 10 && memory === 0) memory = workerdMemory();
  }
  if (got !== total) throw new Error(`first Sync brought ${got} of ${total}`);
  const end = times.at(-1) ?? start;
  const tenth = Math.max(1, Math.floor(times.length / 10));
  const grownKb = workerdMemory() - memory;
  const before = workerdMemory();
  for (let i = tenth; i < times.length; i++) {
    await (await fetch(`${account.url}/bench/calls`)).arrayBuffer();
  }
  const floorKb = workerdMemory() - before;
  const rate = (from: number, to: number) => round(tenth / ((to - from) / 1000));
  return {
    perSecond: round(total / ((end - start) / 1000)),
    firstTenth: rate(start, times[tenth - 1] ?? end),
    lastTenth: rate(times[times.length - 1 - tenth] ?? start, end),
    grownKb,
    floorKb,
  };
}
