import { rawKey } from '../core/mail/place-key.ts';
import type { StoredRaw } from '../core/ports/blobs.ts';
import { newId } from '../platform/ids.ts';
import { createLogger } from '../platform/log.ts';
import { createMemoryStores } from '../store/memory/index.ts';
import { type SweepServices, sweep } from '../workers/scheduled/sweep.ts';
import { round } from './stats.ts';

const DAY = 24 * 3600_000;
const PAGE = 1000;

/**
 * Runs as a process of its own: --expose-gc, the number of objects, prints the MB. What the reconciler itself holds of so many objects, in MB: the heap after each page, beyond that after the first. In
 * the local runtime this cannot be told from what the doubles of R2 and D1 hold, so here is no store: objects are made
 * when they are listed, and every mailbox knows all of its own but one in a thousand.
 */
async function reconcileHeapMb(objects: number): Promise<number> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (!collect) throw new Error('to be run with --expose-gc');
  const heaps: number[] = [];
  const begin = Date.now() - 400 * DAY;
  const tenantId = 't1';
  const keyAt = (n: number) => {
    const at = begin + n * 60_000;
    return { at, key: rawKey(tenantId, at, newId(at)) };
  };
  let made = 0;
  let found = 0;
  const services = {
    ...createMemoryStores(),
    now: Date.now,
    log: createLogger('error'),
    directory: { listTenants: async () => [{ tenantId, name: '', status: 'active', mailShard: 'MAIL_1' }] },
    objects: { delete: async () => undefined },
    mail: {
      mailbox: () => ({
        knownRawKeys: async (keys: string[]) => new Set(keys.filter((_, n) => n % 1000 !== 0)),
      }),
    },
    queues: {
      ingest: async (jobs: unknown[]) => {
        found += jobs.length;
      },
    },
    blobs: {
      async list(prefix: string) {
        if (!prefix.startsWith('blobs/')) return { objects: [], cursor: null };
        collect();
        heaps.push(process.memoryUsage().heapUsed);
        const page = Array.from({ length: Math.min(PAGE, objects - made) }, (): StoredRaw => {
          const { at, key } = keyAt(made++);
          const envelope = { tenantId, mailboxId: `m${made % 50}`, shard: 'MAIL_1', mailFrom: 'a@b.example' };
          const facts = {
            rcptTo: 'c@d.example',
            receivedAt: at,
            rawSize: 10_000,
            correlationId: '',
            authResults: '',
          };
          return { key, size: 10_000, uploadedAt: at, envelope: { ...envelope, ...facts } };
        });
        return { objects: page, cursor: made < objects ? String(made) : null };
      },
    },
  } as unknown as SweepServices;
  while (!(await sweep(services)).complete);
  if (made < objects || found === 0) throw new Error(`reconcile: ${made} of ${objects} objects`);
  const [first = 0] = heaps;
  return round((Math.max(...heaps) - first) / 1024 / 1024);
}

process.stdout.write(`${await reconcileHeapMb(Number(process.argv[2]))}\n`);
