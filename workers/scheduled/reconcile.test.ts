import { describe, expect, it } from 'vitest';
import type { Tenant, User } from '../../core/identity/types.ts';
import { rawKey } from '../../core/mail/place-key.ts';
import type { StoredRaw } from '../../core/ports/blobs.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import { newId } from '../../platform/ids.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import { createScheduled } from './index.ts';
import { isDue } from './orphans.ts';
import { reconcile } from './reconcile.ts';
import { scan } from './scan.ts';
import { sweep } from './sweep.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 21, 0, 20);

/** Blobs and rows kept in maps; every call is counted. */
function world(tenantIds = ['t1']) {
  const objects = new Map<string, StoredRaw>();
  const rows = new Map<string, { itemId: string; rawKey: string }[]>();
  const w = {
    now: NOW,
    calls: 0,
    down: new Set<string>(),
    enqueued: [] as IngestJob[],
    errors: [] as string[],
    submitted: new Set<string>(),
    /** An event, and a file of one of its occurrences. */
    item: {
      itemId: 'item1',
      document: {
        links: { a: { href: 'waypost:attachment/fa' } },
        recurrenceOverrides: { '2026-01-01T09:00:00': { links: { b: { href: 'waypost:attachment/fb' } } } },
      },
    },
    resumed: [] as [string, number | undefined][],
    objects,
    rows,
  };
  const tenants: Tenant[] = tenantIds.map((tenantId) => ({
    tenantId,
    name: tenantId,
    status: 'active',
    mailShard: 'MAIL_1',
  }));
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (event: string) => void w.errors.push(event),
    with: () => log,
  };
  const services = {
    now: () => w.now,
    log,
    directory: {
      listTenants: async () => tenants,
      webhookSubscriptions: async () => [],
      forgetAnswers: async () => 0,
      getTenantSetting: async () => null,
      dueErasures: async () => [],
      putTenantSetting: async () => undefined,
      getPerson: async () => ({ photo: { key: 'photos/t1/u1/now' } }),
      listUsers: async (tenantId: string, after: string) => {
        w.calls++;
        const mine = [...rows.keys()].filter((k) => k.startsWith(`${tenantId}/`)).sort();
        const users = mine.map(
          (k) => ({ userId: k.split('/')[1], address: `${k.split('/')[1]}@x.example` }) as User,
        );
        return users.filter((u) => u.address > after);
      },
    },
    config: { dkimExpirySeconds: 1 },
    dkimKeys: { listChanging: async () => [] },
    outbound: {
      async resume(tenantId: string, options: { idleMs?: number }) {
        w.resumed.push([tenantId, options.idleMs]);
        if (w.down.has(`outbox of ${tenantId}`)) throw new Error('directory down');
        return 0;
      },
    },
    mail: {
      duePim: async () => [],
      mailbox: (ref: { tenantId: string; mailboxId: string }) => {
        const own = rows.get(`${ref.tenantId}/${ref.mailboxId}`) ?? [];
        return {
          async knownRawKeys(keys: string[]) {
            w.calls++;
            if (w.down.has(ref.tenantId)) throw new Error('shard down');
            return new Set(keys.filter((k) => own.some((r) => r.rawKey === k)));
          },
          async pimItems(itemIds: string[]) {
            w.calls++;
            return itemIds.includes('item1') && ref.mailboxId === 'u1' ? [w.item] : [];
          },
          async rawKeys(after: string, limit: number) {
            w.calls++;
            return own.filter((r) => r.itemId > after).slice(0, limit);
          },
        };
      },
    },
    blobs: {
      async list(prefix: string, cursor: string | null, limit: number, after = '') {
        w.calls++;
        const keys = [...objects.keys()].filter((k) => k.startsWith(prefix) && k > (cursor ?? after)).sort();
        const page = keys.slice(0, limit).map((k) => objects.get(k) as StoredRaw);
        return { objects: page, cursor: keys.length > limit ? (page.at(-1)?.key ?? null) : null };
      },
      async head(key: string) {
        w.calls++;
        return objects.get(key) ?? null;
      },
    },
    operations: createMemoryStores().operations,
    links: { endedObjects: async () => [], removeLinks: async () => 0 },
    objects: {
      delete: async (keys: string[]) => {
        for (const key of keys) objects.delete(key);
      },
    },
    outbox: { getEntry: async (_: object, id: string) => (w.submitted.has(id) ? {} : null) },
    queues: {
      ingest: async (jobs: IngestJob[]) => void w.enqueued.push(...jobs),
      retention: async () => undefined,
    },
  } as unknown as Services;

  const store = (ageMs: number, options: { row?: boolean; tenantId?: string; mailboxId?: string } = {}) => {
    const { tenantId = 't1', mailboxId = 'u1', row = false } = options;
    const receivedAt = NOW - ageMs;
    const itemId = newId(receivedAt);
    const key = rawKey(tenantId, receivedAt, itemId);
    objects.set(key, {
      key,
      size: 5,
      uploadedAt: receivedAt,
      envelope: {
        tenantId,
        mailboxId,
        shard: 'MAIL_9',
        mailFrom: '',
        rcptTo: '',
        receivedAt,
        rawSize: 5,
        correlationId: `c-${itemId}`,
        authResults: '',
      },
    });
    const own = rows.get(`${tenantId}/${mailboxId}`) ?? [];
    if (row) own.push({ itemId, rawKey: key });
    rows.set(
      `${tenantId}/${mailboxId}`,
      own.sort((a, b) => (a.itemId < b.itemId ? -1 : 1)),
    );
    return { key, itemId };
  };
  return { ...w, w, services, store };
}

describe('the reconciler', () => {
  it('I6: sends raw objects without a row through ingest again, from their envelope alone', async () => {
    const { w, services, store } = world();
    const lost = store(20 * MINUTE);
    store(20 * MINUTE, { row: true });
    const report = await reconcile(services);
    expect(w.enqueued).toEqual([
      {
        v: 1,
        key: lost.key,
        tenantId: 't1',
        mailboxId: 'u1',
        shard: 'MAIL_1',
        size: 5,
        sha256: null,
        correlationId: `c-${lost.itemId}`,
      },
    ]);
    expect(report).toMatchObject({ listed: 2, orphans: 1, enqueued: 1, missing: 0, complete: true });
  });

  it('looks at the window from 48 hours to 15 minutes ago, across midnights', async () => {
    const { w, services, store } = world();
    const inside = [16 * MINUTE, 25 * MINUTE, 8 * HOUR, 32 * HOUR + MINUTE].map((age) => store(age).key);
    for (const age of [0, 14 * MINUTE, 49 * HOUR]) store(age);
    await reconcile(services);
    expect(w.enqueued.map((j) => j.key).sort()).toEqual(inside.sort());
  });

  it('looks at objects of this very moment when a person asks', async () => {
    const { w, services, store } = world();
    const { key } = store(0);
    await createScheduled(services)('manual', NOW);
    expect(w.enqueued.map((j) => j.key)).toEqual([key]);
  });

  it('tries an orphan again less and less often', () => {
    const due = Array.from({ length: 200 }, (_, n) => n).filter((n) => isDue(n * 15 * MINUTE, 15 * MINUTE));
    expect(due).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128]);
  });

  it('never acts on an object whose envelope is missing or names another tenant', async () => {
    const { w, services, store } = world();
    const a = w.objects.get(store(20 * MINUTE).key);
    const b = w.objects.get(store(20 * MINUTE).key);
    if (a !== undefined) a.envelope = null;
    if (b?.envelope) b.envelope.tenantId = 't2';
    expect(await reconcile(services)).toMatchObject({ strangers: 2, enqueued: 0 });
    expect(w.errors).toEqual(['blob-without-envelope', 'blob-without-envelope']);
  });

  it('I7: raises an alarm for a message whose raw object is gone, wherever the sample begins', async () => {
    for (const random of [() => 0, () => 0.5, () => 0.99]) {
      const { w, services, store } = world();
      const gone = store(3 * HOUR, { row: true });
      store(3 * HOUR, { row: true, mailboxId: 'u2' });
      w.objects.delete(gone.key);
      expect(await reconcile(services, { random })).toMatchObject({ sampled: 2, missing: 1 });
      expect(w.errors).toEqual(['blob-missing']);
    }
  });

  it('lists more than a page of one moment completely', async () => {
    const { w, services, store } = world();
    for (let i = 0; i < 2500; i++) store(20 * MINUTE + (i % 3));
    const report = await reconcile(services);
    expect(report).toMatchObject({ listed: 2500, orphans: 2500, enqueued: 2500 });
    expect(new Set(w.enqueued.map((j) => j.key)).size).toBe(2500);
  });

  it('keeps to its budget, and its runs together reach every object', async () => {
    const { w, services, store } = world();
    for (let i = 0; i < 4000; i++) store(i * 24 * 1000);
    const seen = new Set<string>();
    let seed = 1;
    const random = () => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    for (let run = 0; run < 150; run++) {
      const budget = { calls: 12 };
      const before = w.calls;
      for await (const page of scan(
        services.blobs,
        't1',
        { from: NOW - 48 * HOUR, to: NOW },
        random,
        budget,
      )) {
        for (const object of page) seen.add(object.key);
      }
      expect(w.calls - before).toBeLessThanOrEqual(12);
    }
    expect(seen.size).toBe(4000);
    expect(await reconcile(services, { maxCalls: 12 })).toMatchObject({ complete: false });
  });

  it('goes on with the other tenants when one shard is down, and says so', async () => {
    const { w, services, store } = world(['t1', 't2']);
    store(20 * MINUTE);
    const other = store(20 * MINUTE, { tenantId: 't2' });
    w.down.add('t1');
    await expect(createScheduled(services)('*/15 * * * *', NOW)).rejects.toThrow('1 of 2 tenants failed');
    expect(w.enqueued.map((j) => j.key)).toEqual([other.key]);
    expect(w.errors).toContain('reconcile.failed');
  });

  it('I23: goes on with messages that were not sent to their end, tenant by tenant', async () => {
    const { w, services } = world(['t1', 't2']);
    await createScheduled(services)('*/15 * * * *', NOW);
    await createScheduled(services)('manual', NOW);
    expect(w.resumed).toEqual([
      ['t1', undefined],
      ['t2', undefined],
      ['t1', -MINUTE],
      ['t2', -MINUTE],
    ]);
    w.down.add('outbox of t1');
    await expect(createScheduled(services)('*/15 * * * *', NOW)).rejects.toThrow('1 of 2 tenants failed');
    expect(w.resumed.at(-1)).toEqual(['t2', undefined]);
  });
});

describe('the sweep', () => {
  const DAY = 24 * HOUR;
  const sweeps = async (services: Services, options: Parameters<typeof sweep>[1] = {}) => {
    const reports = [];
    do reports.push(await sweep(services, options));
    while (reports.at(-1)?.complete === false && reports.length < 500);
    return reports;
  };
  const lay = (w: ReturnType<typeof world>['w'], key: string, ageMs: number) => {
    const envelope = {
      ...{
        tenantId: 't1',
        mailboxId: 'u1',
        shard: 'MAIL_9',
        mailFrom: '',
        rcptTo: '',
        receivedAt: NOW - ageMs,
      },
      ...{ rawSize: 5, correlationId: '', authResults: '' },
    };
    w.objects.set(key, { key, size: 5, uploadedAt: NOW - ageMs, envelope });
    return key;
  };

  it('I6: comes to every raw in bounded runs, whatever its age, tenant by tenant', async () => {
    const { w, services, store } = world(['t1', 't2']);
    const lost = Array.from({ length: 30 }, (_, n) =>
      store((3 + n * 20) * DAY, { tenantId: n % 2 ? 't1' : 't2' }),
    );
    for (let n = 0; n < 2500; n++) store((3 + (n % 300)) * DAY, { row: true });
    // Those of `reconcile`.
    store(HOUR);
    const calls: number[] = [];
    let complete = false;
    while (!complete) {
      const before = w.calls;
      ({ complete } = await sweep(services, { maxCalls: 3 }));
      calls.push(w.calls - before);
    }
    expect(w.enqueued.map((j) => j.key).sort()).toEqual(lost.map((l) => l.key).sort());
    expect(calls.length).toBeGreaterThan(3);
    expect(Math.max(...calls)).toBeLessThanOrEqual(6);
  });

  it('goes on with the others where one shard is down, and comes there again in the next round', async () => {
    const { w, services, store } = world(['t1', 't2']);
    store(5 * DAY);
    const other = store(5 * DAY, { tenantId: 't2' });
    w.down.add('t1');
    expect(await sweeps(services)).toMatchObject([{ failed: 1, orphans: 1, complete: true }]);
    expect(w.enqueued.map((j) => j.key)).toEqual([other.key]);
    w.down.clear();
    expect(await sweeps(services)).toMatchObject([{ failed: 0, orphans: 2, complete: true }]);
  });

  it('takes away files of events that no document names, when they are old (F15)', async () => {
    const { w, services } = world();
    const kept = [
      lay(w, 'objects/t1/u1/item1/fa', 400 * DAY),
      lay(w, 'objects/t1/u1/item1/fb', 400 * DAY),
      lay(w, 'objects/t1/u1/item1/fc', 20 * DAY),
      lay(w, 'objects/t1/u1/item1/what/else', 400 * DAY),
    ];
    for (const key of ['item1/fd', 'item2/fa']) lay(w, `objects/t1/u1/${key}`, 40 * DAY);
    lay(w, 'objects/t1/u2/item1/fa', 40 * DAY);
    const [report] = await sweeps(services);
    expect([...w.objects.keys()].sort()).toEqual(kept.sort());
    expect(report).toMatchObject({ strays: 4, removed: 3, failed: 0 });
  });

  it('takes away what nobody needs any more, and only when it is old (F15)', async () => {
    const { w, services } = world();
    const kept = [
      lay(w, 'drafts/t1/u1/a/1.eml', 20 * DAY),
      lay(w, 'photos/t1/u1/p1', 20 * DAY),
      lay(w, 'photos/t1/u1/now', 400 * DAY),
      lay(w, 'duplicates/blobs/t1/2026/01/01/x.eml', 20 * DAY),
      lay(w, 'outgoing/t1/s1.eml', 20 * DAY),
      lay(w, 'outgoing/t1/known.eml', 400 * DAY),
      lay(w, 'journal/t1/x', 400 * DAY),
      lay(w, 'actions/mail/t1/u1/segments/000000000000001.ndjson', 400 * DAY),
    ];
    w.submitted.add('known');
    for (const key of ['drafts/t1/u1/a/0.eml', 'photos/t1/u1/p0', 'duplicates/blobs/t1/2025/01/01/x.eml']) {
      lay(w, key, 40 * DAY);
    }
    lay(w, 'outgoing/t1/s0.eml', 40 * DAY);
    const [report] = await sweeps(services);
    expect([...w.objects.keys()].sort()).toEqual(kept.sort());
    expect(report).toMatchObject({ removed: 4, outgoing: 2, complete: true });
    expect(w.errors.filter((e) => e === 'outgoing-without-row')).toHaveLength(2);
  });
});
