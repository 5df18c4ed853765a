import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryObjectStore, createMemoryStores } from '../../store/memory/index.ts';
import type { AuditStore } from '../ports/audit.ts';
import type { AuditJob } from '../ports/queues.ts';
import { anchorChains, anchorKey, DAY_MS } from './anchors.ts';
import { type ChainHead, type ChainRow, hashRow, INSTALLATION_CHAIN } from './chain.ts';
import { AUDIT_SETTING, trimChain } from './keeping.ts';
import { type VerifyCursor, verifyStep } from './verify.ts';
import type { AuditFinding } from './verify-rows.ts';

const START = Date.UTC(2026, 0, 1, 12);

function eventOf(n: number, tenantId: string | null, at: number): AuditJob {
  return {
    ...{
      v: 1,
      eventId: `e${n}`,
      at,
      tenantId,
      actor: 'user/u1',
      action: 'mail.send',
      resource: 'mailbox/u1',
    },
    ...{ outcome: 'ok', details: { items: n }, correlationId: `c${n}` },
  };
}

/** A chain of some days, an anchor after each, and what somebody with the database in hand made of it. */
async function world(days: number, perDay: number) {
  const { audit, directory } = createMemoryStores();
  const objects = createMemoryObjectStore();
  let now = START;
  for (let day = 0; day < days; day++) {
    now = START + day * DAY_MS;
    const list = Array.from({ length: perDay }, (_, n) => eventOf(day * perDay + n, 't1', now));
    await audit.append(list);
    await anchorChains({ audit, objects, now: () => now }, 100);
  }
  const ports = { audit: audit as AuditStore, objects, now: () => now };
  return {
    ...{ audit, objects, directory, ports },
    later: (ms: number) => (now += ms),
    append: (n: number) => audit.append([eventOf(n, 't1', now)]),
    trim: () => trimChain({ audit, objects, directory, defaultDays: 30, now: () => now }, 't1'),
    verify: (tampered: Partial<Tampered> = {}) =>
      verifyAll({ ...ports, audit: lying(audit, tampered) }, 't1'),
    rows: () => audit.rows('t1', 0, 10_000),
    head: async () => (await audit.head('t1')) as ChainHead,
  };
}

interface Tampered {
  rows: ChainRow[];
  head: ChainHead | null;
}

/** The store as it looks when its rows are these. */
function lying(audit: AuditStore, { rows, head }: Partial<Tampered>): AuditStore {
  return {
    ...audit,
    rows: async (chain, after, limit) =>
      rows === undefined
        ? audit.rows(chain, after, limit)
        : rows.filter((row) => row.chain === chain && row.seq > after).slice(0, limit),
    head: async (chain) => (head === undefined ? audit.head(chain) : head),
    heads: async (after, limit) =>
      head === undefined
        ? audit.heads(after, limit)
        : [head].filter((one): one is ChainHead => one !== null && one.chain > after).slice(0, limit),
  };
}

async function verifyAll(
  ports: Parameters<typeof verifyStep>[0],
  only: string | null,
): Promise<{ findings: AuditFinding[]; rows: number; anchors: number; chains: number }> {
  const sum = { findings: [] as AuditFinding[], rows: 0, anchors: 0, chains: 0 };
  let cursor: VerifyCursor | null = null;
  for (let n = 0; n < 1000; n++) {
    const step = await verifyStep(ports, only, cursor);
    sum.findings.push(...step.findings);
    for (const name of ['rows', 'anchors', 'chains'] as const) sum[name] += step[name];
    cursor = step.cursor === null ? null : (JSON.parse(JSON.stringify(step.cursor)) as VerifyCursor);
    if (cursor === null) return sum;
  }
  throw new Error('no end');
}

/** Hashes of all rows from this index on made anew, as somebody can who knows how they are made. */
async function rehash(rows: ChainRow[], from: number): Promise<ChainRow[]> {
  const out = structuredClone(rows);
  for (let i = from; i < out.length; i++) {
    const row = out[i] as ChainRow;
    row.hash = await hashRow(out[i - 1]?.hash ?? '', row);
  }
  return out;
}

const kinds = (found: { findings: AuditFinding[] }) =>
  found.findings.map(({ kind, from, to }) => `${kind} ${from}-${to}`);

describe('verification of the audit log (I26)', () => {
  it('finds nothing in a chain that was only appended to, over many pages', async () => {
    const w = await world(3, 700);
    expect(await w.verify()).toEqual({ findings: [], rows: 2100, anchors: 3, chains: 1 });
  });

  it('goes through all chains, and also those of which only an anchor is left', async () => {
    const w = await world(1, 3);
    await w.audit.append([eventOf(1, null, START), eventOf(1, 't0', START)]);
    const gone = { v: 1, chain: 't5', seq: 4, hash: 'a'.repeat(64), at: START };
    await w.objects.create(anchorKey('t5', START), JSON.stringify(gone));
    const all = await verifyAll(w.ports, null);
    expect(all.chains).toBe(4);
    expect(all.findings).toMatchObject([{ kind: 'truncated', chain: 't5', from: 1, to: 4 }]);
    expect((await verifyAll(w.ports, INSTALLATION_CHAIN)).chains).toBe(1);
  });

  it('tells a changed row from its neighbours, whichever field was changed', async () => {
    const w = await world(1, 12);
    const rows = await w.rows();
    const changes: Partial<ChainRow>[] = [
      { actor: 'user/u2' },
      { at: 5 },
      { details: '{"items":5 }' },
      { outcome: 'denied' },
      { address: '192.0.2.1' },
      { hash: 'f'.repeat(64) },
      { tenantId: null },
    ];
    for (const change of changes) {
      const tampered = rows.map((row) => (row.seq === 6 ? { ...row, ...change } : row));
      expect(kinds(await w.verify({ rows: tampered }))).toContain('changed 6-6');
    }
    const inside = rows.map((row) => (row.seq === 6 ? { ...row, actor: 'x' } : row));
    expect(kinds(await w.verify({ rows: inside }))).toEqual(['changed 6-6']);
  });

  it('says which rows are missing, also when the gap was closed', async () => {
    const w = await world(1, 12);
    const rows = await w.rows();
    const without = rows.filter(({ seq }) => seq < 4 || seq > 6);
    expect(kinds(await w.verify({ rows: without }))).toEqual(['missing 4-6']);
    const closed = without.map((row) => (row.seq > 6 ? { ...row, seq: row.seq - 3 } : row));
    const found = await w.verify({ rows: closed });
    expect(kinds(found)[0]).toBe('missing 4-4');
    expect(found.findings[0]?.what).toMatch(/^3 rows/);
    expect(found.findings.every(({ kind }) => kind === 'missing')).toBe(true);
  });

  it('says which rows were put in, between others, behind the end and before the beginning', async () => {
    const w = await world(1, 12);
    const rows = await w.rows();
    const forged = { ...(rows[4] as ChainRow), eventId: 'forged', hash: 'b'.repeat(64) };
    const between = [...rows.slice(0, 4), forged, ...rows.slice(4).map((r) => ({ ...r, seq: r.seq + 1 }))];
    expect(kinds(await w.verify({ rows: between }))).toEqual(['inserted 5-5']);
    const last = rows.at(-1) as ChainRow;
    const added = { ...last, seq: 13, eventId: 'x', hash: '' };
    added.hash = await hashRow(last.hash, added);
    expect(kinds(await w.verify({ rows: [...rows, added] }))).toEqual(['inserted 13-13']);
    const early = { ...(rows[0] as ChainRow), seq: 0 };
    expect(kinds(await w.verify({ rows: [{ ...early, seq: 0.5 }, ...rows] }))).toEqual(['inserted 0.5-0.5']);
  });

  it('says which rows stand in another order', async () => {
    const w = await world(1, 12);
    const rows = await w.rows();
    const swap = (a: number, b: number) =>
      rows
        .map((row) => ({ ...row, seq: row.seq === a ? b : row.seq === b ? a : row.seq }))
        .sort((x, y) => x.seq - y.seq);
    expect(kinds(await w.verify({ rows: swap(5, 6) }))).toEqual(['reordered 5-5', 'reordered 6-6']);
    expect(kinds(await w.verify({ rows: swap(4, 8) }))).toEqual(['reordered 4-4', 'reordered 8-8']);
  });

  it('finds a truncated chain by its head, and by its anchor when the head was set back as well', async () => {
    const w = await world(2, 5);
    const rows = await w.rows();
    const cut = rows.slice(0, 7);
    expect(kinds(await w.verify({ rows: cut }))).toEqual(['truncated 8-10']);
    const head = { ...(await w.head()), seq: 7, hash: cut.at(-1)?.hash ?? '' };
    expect(kinds(await w.verify({ rows: cut, head }))).toEqual(['truncated 8-10']);
    expect(kinds(await w.verify({ rows: [], head: null }))).toEqual(['truncated 1-5', 'truncated 1-10']);
  });

  it('finds hashes that were all made anew by the anchors, and says between which', async () => {
    const w = await world(3, 5);
    const rows = (await w.rows()).map((row) => (row.seq === 8 ? { ...row, actor: 'x' } : row));
    const anew = await rehash(rows, 7);
    const head = { ...(await w.head()), hash: anew.at(-1)?.hash ?? '' };
    expect(kinds(await w.verify({ rows: anew, head }))).toEqual(['anchor 6-10', 'anchor 11-15']);
  });

  it('misses an anchor that is not written', async () => {
    const w = await world(1, 5);
    await w.append(99);
    expect((await w.verify()).findings).toEqual([]);
    w.later(3 * DAY_MS);
    expect(kinds(await w.verify())).toEqual(['unanchored 6-6']);
  });

  it('a run that may write only some anchors leaves the others to the next', async () => {
    const { audit } = createMemoryStores();
    const objects = createMemoryObjectStore();
    await audit.append(['t1', 't2', 't3'].map((tenantId) => eventOf(1, tenantId, START)));
    const run = () => anchorChains({ audit, objects, now: () => START }, 2);
    expect([await run(), await run(), await run()]).toEqual([2, 1, 0]);
  });

  it('compares more anchors than one step does', async () => {
    const w = await world(230, 1);
    expect(await w.verify()).toMatchObject({ findings: [], anchors: 230 });
    const rows = (await w.rows()).map((row) => (row.seq === 180 ? { ...row, actor: 'x' } : row));
    const anew = await rehash(rows, 179);
    const head = { ...(await w.head()), hash: anew.at(-1)?.hash ?? '' };
    expect(kinds(await w.verify({ rows: anew, head }))[0]).toBe('anchor 180-180');
  });

  it('any single tampering is found, at the right row or the one after it', async () => {
    const w = await world(1, 20);
    const rows = await w.rows();
    const random = async (what: string, at: number, to: number) => {
      const row = rows[at] as ChainRow;
      if (what === 'change')
        return rows.map((r, i) => (i === at ? { ...r, resource: `${row.resource}x` } : r));
      if (what === 'remove') return rows.filter((_, i) => i !== at);
      if (what === 'close') {
        return rows.filter((_, i) => i !== at).map((r) => (r.seq > row.seq ? { ...r, seq: r.seq - 1 } : r));
      }
      const other = rows[to] as ChainRow;
      return rows
        .map((r) => ({ ...r, seq: r === row ? other.seq : r === other ? row.seq : r.seq }))
        .sort((a, b) => a.seq - b.seq);
    };
    const index = fc.integer({ min: 0, max: 19 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('change', 'remove', 'close', 'swap'),
        index,
        index,
        async (what, at, to) => {
          fc.pre(what !== 'swap' || at !== to);
          const { findings } = await w.verify({ rows: await random(what, at, to) });
          expect(findings.length).toBeGreaterThan(0);
          const first = what === 'swap' ? Math.min(at, to) : at;
          expect(findings[0]?.from).toBeGreaterThanOrEqual(first + 1);
          expect(findings[0]?.from).toBeLessThanOrEqual(first + 2);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('retention of the audit log', () => {
  it('removes only what an old anchor vouches for, and the rest still verifies', async () => {
    const w = await world(40, 5);
    expect(await w.trim()).toBe(45);
    const [first] = await w.rows();
    expect(first?.seq).toBe(46);
    const rows = await w.rows();
    expect(rows.at(-1)).toMatchObject({
      action: 'audit.trim',
      details: expect.stringContaining('"through":45'),
    });
    expect((await w.verify()).findings).toEqual([]);
    expect(await w.trim()).toBe(0);
    w.later(DAY_MS);
    expect(await w.trim()).toBe(5);
    expect((await w.verify()).findings).toEqual([]);
  });

  it('keeps for as long as the tenant says, for ever too', async () => {
    const w = await world(40, 1);
    await w.directory.createTenant({ tenantId: 't1', name: 'T', status: 'active', mailShard: 'MAIL_1' });
    await w.directory.putTenantSetting('t1', AUDIT_SETTING, { days: null });
    expect(await w.trim()).toBe(0);
    await w.directory.putTenantSetting('t1', AUDIT_SETTING, { days: 35 });
    expect(await w.trim()).toBe(4);
  });

  it('a beginning that somebody else removed is found, though the head was set to it', async () => {
    const w = await world(40, 5);
    const rows = await w.rows();
    const without = (n: number) => ({
      rows: rows.slice(n),
      head: async () => ({ ...(await w.head()), firstSeq: n + 1, baseHash: rows[n - 1]?.hash ?? '' }),
    });
    const told = without(20);
    expect((await w.verify({ rows: told.rows, head: await told.head() })).findings).toMatchObject([
      { kind: 'removed', from: 1, to: 20, what: expect.stringContaining('no row tells') },
    ]);
    await w.audit.append([
      {
        ...{ v: 1, eventId: 'forged', at: START + 39 * DAY_MS, tenantId: 't1', actor: 'retention' },
        ...{ action: 'audit.trim', resource: 'audit/t1', outcome: 'ok', details: { through: 190 } },
        correlationId: '',
      },
    ]);
    const young = { rows: (await w.rows()).slice(190), head: { ...(await w.head()), firstSeq: 191 } };
    young.head.baseHash = rows[189]?.hash ?? '';
    expect((await w.verify(young)).findings).toMatchObject([
      { kind: 'removed', from: 1, to: 190, what: expect.stringContaining('too young') },
    ]);
    const other = {
      rows: rows.slice(20),
      head: { ...(await w.head()), firstSeq: 21, baseHash: 'c'.repeat(64) },
    };
    expect(kinds(await w.verify(other))).toContain('removed 1-20');
  });
});
