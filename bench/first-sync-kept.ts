/**
 * How much a first Sync of a large mailbox leaves behind: the heap of the whole Worker inside this process, after
 * garbage collections, from the first page to the last. Run with --expose-gc; prints a number of MB.
 */
import { startInProcess } from '../test/support/in-process/index.ts';
import { BenchDevice } from './device.ts';
import { round } from './stats.ts';

const TOTAL = 20_000;
const address = 'kept@bench.test';
const password = 'bench-password-1';
const gc = (globalThis as { gc?: () => void }).gc;
if (gc === undefined) throw new Error('to be run with --expose-gc');
console.log = console.info = () => undefined;

const worker = await startInProcess({ main: 'bench/worker/index.ts', vars: { LOG_LEVEL: 'error' } });
const origin = 'http://kept.test';
const wire = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = String(input);
  return url.startsWith(origin) ? worker.fetch(url.slice(origin.length), init) : wire(input, init);
};

await worker.addUser(address, password);
await (await fetch(`${origin}/bench/seed?user=${encodeURIComponent(address)}&n=${TOTAL}`)).text();
// Another device before it: what is loaded and cached once is not what is measured.
await firstSync('BENCHBEFORE');
process.stdout.write(`${await firstSync('BENCHKEPT')}\n`);
process.exit(0);

async function firstSync(deviceId: string): Promise<number> {
  const device = new BenchDevice({ url: origin, address, password }, deviceId);
  await device.setUp();
  let got = 0;
  let before = 0;
  for (let more = true; more; ) {
    const page = await device.syncOnce(100);
    got += page.commands.length;
    more = page.more;
    if (before === 0) before = held();
  }
  if (got !== TOTAL) throw new Error(`first Sync brought ${got} of ${TOTAL}`);
  return round((held() - before) / 1_000_000);
}

/** Bytes in use once nothing is left to collect. */
function held(): number {
  gc?.();
  gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
