import { BenchDevice } from './device.ts';
import type { BenchWorker } from './local.ts';
import { interleaved, round } from './stats.ts';

const PASSWORD = 'bench-password-1';
const REPEATS = 200;
/** Of one account, below the number of failures that locks it. */
const WRONG_EACH = 8;
const WRONG_ACCOUNTS = 12;

/**
 * What signing in costs a Sync without changes: where the header is remembered, and where it is compared with the
 * directory as well, which happens every 30 seconds; and how far known and unknown logins are apart (A34).
 */
export async function authFigures(worker: BenchWorker) {
  const address = 'auth@bench.test';
  await worker.admin('POST', '/users', { address, password: PASSWORD });
  const device = new BenchDevice({ url: worker.url, address, password: PASSWORD }, 'BENCHAUTH');
  await device.setUp();
  await device.syncAll();
  const call = async (path: string, query: Record<string, string>) => {
    const response = await fetch(`${worker.url}/bench/${path}?${new URLSearchParams(query)}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text;
  };
  const again = (n: number, more: Record<string, string> = {}) =>
    call('sign-in-again', { login: address, password: PASSWORD, ip: '192.0.2.1', n: String(n), ...more });
  const warm = await interleaved(
    {
      none: () => again(0),
      remembered: () => again(REPEATS),
      compared: () => again(REPEATS, { recheck: '1' }),
      sync: () => device.syncOnce(),
    },
    30,
  );
  const each = (name: 'remembered' | 'compared') =>
    Math.max(0, (warm[name].median - warm.none.median) / REPEATS);
  const ofSync = (ms: number) => round((100 * ms) / (warm.sync.median - each('remembered')));
  return {
    rememberedMs: round(each('remembered') * 1000) / 1000,
    comparedMs: round(each('compared') * 1000) / 1000,
    syncMs: warm.sync.median,
    /** Per cent of what the Sync takes without it. */
    rememberedShare: ofSync(each('remembered')),
    comparedShare: ofSync(each('remembered') + each('compared')),
    ...(await logins(worker, call)),
  };
}

/** Wrong passwords for logins that somebody has and that nobody has, in turn, each from a network of its own. */
async function logins(
  worker: BenchWorker,
  call: (path: string, query: Record<string, string>) => Promise<string>,
) {
  for (let i = 0; i < WRONG_ACCOUNTS; i++) {
    await worker.admin('POST', '/users', { address: `wrong${i}@bench.test`, password: PASSWORD });
  }
  let tried = 0;
  const attempt = async (login: string) => {
    const ip = `10.${tried >> 8}.${tried & 255}.1`;
    const kind = await call('sign-in', { login, password: `wrong-${tried++}`, ip });
    if (!kind.includes('denied')) throw new Error(`a wrong password: ${kind}`);
  };
  let turn = 0;
  const { known, unknown } = await interleaved(
    {
      known: () => attempt(`wrong${turn++ % WRONG_ACCOUNTS}@bench.test`),
      unknown: () => attempt(`nobody${turn % WRONG_ACCOUNTS}@bench.test`),
    },
    WRONG_EACH * WRONG_ACCOUNTS - 1,
  );
  return {
    knownMs: known.median,
    unknownMs: unknown.median,
    apartMs: round(Math.abs(known.median - unknown.median)),
  };
}
