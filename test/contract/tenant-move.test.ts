import { readdirSync, readFileSync } from 'node:fs';
import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types/experimental';
import { describe, expect, test } from 'vitest';
import { driveMove } from '../../core/moving/drive.ts';
import type { MovePorts } from '../../core/moving/work.ts';
import { BEFORE_SWITCH, type MovePhase, type TenantMove } from '../../core/ports/moves.ts';
import { d1Tables } from '../../store/dialect/d1/kit.ts';
import { createD1Stores } from '../../store/index.ts';
import { movedTables } from '../../store/repos/moves/tables.ts';
import { createD1 } from '../support/in-process/d1.ts';
import { freshRef, messages } from './subject.ts';

const ROOT = new URL('../../', import.meta.url);
const SHARDS = ['MAIL_1', 'MAIL_2'] as const;
type Shard = (typeof SHARDS)[number];
/** Messages where much is tried. */
const FEW = 5;

function migrations(name: string): string[] {
  const folder = new URL(`migrations/${name}/`, ROOT);
  const files = readdirSync(folder).sort();
  return files.map((file) => readFileSync(new URL(file, folder), 'utf8'));
}
const MIGRATIONS = { directory: migrations('directory'), mail: migrations('mail') };

/** What happens at one call of a database: it is not done; it is done, and nobody hears of it; or the driver is gone then. */
interface Fault {
  at: number;
  how: 'before' | 'after' | 'gone';
}

/** A tenant in the first of two shards, and what drives its move: the clock stands still but for what is slept. */
async function world(count = 60) {
  const pace = async () => undefined;
  const databases = {
    directory: createD1(pace, MIGRATIONS.directory),
    MAIL_1: createD1(pace, MIGRATIONS.mail),
    MAIL_2: createD1(pace, MIGRATIONS.mail),
  };
  let calls = 0;
  let fault: Fault | null = null;
  const faulty = (database: D1Database): D1Database =>
    ({
      prepare: (text: string) => database.prepare(text),
      async batch(statements: D1PreparedStatement[]) {
        const number = ++calls;
        const hit = fault?.at === number;
        const gone = fault?.how === 'gone' && fault.at < number;
        if (gone || (hit && fault?.how === 'before')) throw new Error('D1_ERROR: Network connection lost.');
        const results = await database.batch(statements);
        if (hit) throw new Error('D1_ERROR: Network connection lost.');
        return results;
      },
    }) as unknown as D1Database;
  const open = (wrap: (database: D1Database) => D1Database) =>
    createD1Stores({
      directory: wrap(databases.directory),
      mail: { MAIL_1: wrap(databases.MAIL_1), MAIL_2: wrap(databases.MAIL_2) },
      ...{ search: databases.directory, audit: databases.directory },
    });
  const plain = open((database) => database);
  const driven = open(faulty);
  const ref = freshRef('MAIL_1');
  const { tenantId } = ref;
  await plain.directory.createTenant({ tenantId, name: 'T', status: 'active', mailShard: 'MAIL_1' });
  const mailbox = plain.mail.mailbox(ref);
  await mailbox.create(1);
  await mailbox.insertMany(messages('m', count));
  await mailbox.remove(['item-m-00001'], 5);
  const other = { ...freshRef('MAIL_1') };
  await plain.mail.mailbox(other).create(1);
  if (driven.moves === null || plain.moves === null) throw new Error('D1 has shards');
  let now = 1_000_000;
  let tick = 0;
  const told: string[] = [];
  const ports: MovePorts = {
    ...driven.moves,
    now: () => (now += tick),
    sleep: async () => undefined,
    tell: async (_: TenantMove, action) => void told.push(action),
  };
  return {
    ...{ databases, plain, mailbox, tenantId, ref, ports, told, store: plain.moves.store },
    calls: () => calls,
    fail(next: Fault | null) {
      calls = 0;
      fault = next;
    },
    /** The mailbox as somebody sees it who has just come. */
    fresh: () => open((database) => database).mail.mailbox(ref),
    begin: (moveId = 'm1', keepDays = 0) =>
      driven.moves?.store.begin({
        ...{ tenantId, moveId, from: 'MAIL_1', to: 'MAIL_2', keepDays, startedAt: 1 },
      }),
    /** How much time goes by whenever somebody asks for it. */
    clock(ms: number) {
      tick = ms;
    },
    /** One stretch; a driver that died has left its lease, which ends. */
    async stretch(budgetMs = 30_000): Promise<TenantMove | null> {
      now += 61_000;
      return driveMove(ports, tenantId, budgetMs);
    },
    /** Every row of a tenant in a shard. */
    async rows(shard: Shard, of = tenantId): Promise<string[]> {
      const out: string[] = [];
      for (const name of movedTables(d1Tables.mail).keys()) {
        const found = databases[shard].prepare(`select * from ${name} where tenant_id = ?`).bind(of);
        for (const row of (await found.raw()) as unknown[][]) out.push(`${name} ${JSON.stringify(row)}`);
      }
      return out.sort();
    },
    async shard(): Promise<string | undefined> {
      return (await plain.directory.getTenant(tenantId))?.mailShard;
    },
    /** Whether somebody who names this shard is let in to write there now. */
    async state(shard: Shard): Promise<unknown> {
      return databases[shard]
        .prepare('select state from shard_moves where tenant_id = ?')
        .bind(tenantId)
        .first('state');
    },
  };
}

describe('the move of a tenant', () => {
  test('comes to its end from every call that fails, was done unheard, or was the last of a driver', async () => {
    const calm = await world(FEW);
    await calm.begin();
    calm.fail(null);
    const expected = await calm.rows('MAIL_1');
    await calm.stretch();
    const calls = calm.calls();
    expect(calls).toBeGreaterThan(20);
    expect(await calm.rows('MAIL_2')).toEqual(expected);
    expect(await calm.rows('MAIL_1')).toEqual([]);
    for (let at = 1; at <= calls; at++) {
      for (const how of ['before', 'after', 'gone'] as const) {
        const w = await world(FEW);
        await w.begin();
        w.fail({ at, how });
        await w.stretch().catch(() => undefined);
        w.fail(null);
        // Where the tenant lives and where its rows can be written to is never two places.
        const [here, there] = [await w.state('MAIL_1'), await w.state('MAIL_2')];
        const writable = [here ?? 'open', there ?? 'arriving'].filter((s) => s === 'open' || s === 'copying');
        expect(writable.length, `call ${at}`).toBeLessThan(2);
        if (writable.length > 0) {
          const [written] = await w.fresh().setFlags([{ itemId: 'item-m-00002', isRead: true }]);
          expect(written?.outcome).toBe('changed');
        }
        const before = [...(await w.rows('MAIL_1')), ...(await w.rows('MAIL_2'))];
        let move = await w.stretch();
        for (let i = 0; i < 5 && move?.phase !== 'done'; i++) move = await w.stretch();
        expect(move?.phase, `call ${at}`).toBe('done');
        expect(await w.shard()).toBe('MAIL_2');
        const rows = await w.rows('MAIL_2');
        expect(rows.length).toBe(expected.length);
        expect(rows.every((row) => before.includes(row))).toBe(true);
        expect(await w.rows('MAIL_1')).toEqual([]);
      }
    }
  }, 300_000);

  test('goes on where it was, in as many stretches as it takes', async () => {
    const w = await world(1100);
    const expected = await w.rows('MAIL_1');
    await w.begin();
    w.clock(700);
    let stretches = 0;
    let move = await w.stretch(1);
    while (move?.phase !== 'done' && stretches++ < 300) move = await w.stretch(1);
    expect(stretches).toBeGreaterThan(10);
    expect(move).toMatchObject({ phase: 'done', error: null });
    expect(await w.rows('MAIL_2')).toEqual(expected);
    const { items, message_parts: parts } = move?.tally.verified ?? {};
    expect([items?.rows, (parts?.rows ?? 0) > 2000]).toEqual([1099, true]);
  });

  test('carries over what is written between all of its steps, and the numbers stay', async () => {
    const w = await world(200);
    await w.begin('m1', 30);
    const inner = w.ports.shards;
    let n = 0;
    /** Somebody writes, as long as nobody is made to wait. */
    const write = async () => {
      const state = await w.state('MAIL_1');
      if (n >= 60 || (state !== null && state !== 'open' && state !== 'copying')) return;
      n++;
      const id = `item-m-000${10 + (n % 40)}`;
      const box = w.fresh();
      const [kind, name] = [n % 5, `late-${n}`];
      if (kind === 0) await box.remove([id], n);
      else if (kind === 1) await box.insertMany(messages(name, 2));
      else if (kind === 2) await box.putSetting('a', { n });
      else if (kind === 3) await box.setImportance([id], n % 2 === 0 ? 'high' : 'low');
      else await box.setFlags([{ itemId: id, isRead: n % 2 === 0 }]);
    };
    const beside = <A extends unknown[], R>(work: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        await write();
        const result = await work(...args);
        await write();
        return result;
      };
    };
    w.ports.shards = {
      ...inner,
      depart: beside(inner.depart),
      mailboxes: beside(inner.mailboxes),
      firstPages: beside(inner.firstPages),
      page: beside(inner.page),
      range: beside(inner.range),
      put: beside(inner.put),
      changes: beside(inner.changes),
      rowsOf: beside(inner.rowsOf),
      forgetChanges: beside(inner.forgetChanges),
      pending: beside(inner.pending),
      turn: beside(inner.turn),
    };
    let move = await w.stretch();
    for (let i = 0; i < 10 && move?.phase !== 'kept'; i++) move = await w.stretch();
    expect(move).toMatchObject({ phase: 'kept', error: null });
    expect(n).toBe(60);
    // The old rows are as they were at the turn.
    expect(await w.rows('MAIL_2')).toEqual(await w.rows('MAIL_1'));
    const { itemCount, exists } = await w.fresh().usage();
    const items = (await w.rows('MAIL_2')).filter((row) => row.startsWith('items '));
    expect([exists, itemCount]).toEqual([true, items.length]);
  });

  test.each([
    'items',
    'messages',
    'tombstones',
    'mailboxes',
  ])('is taken back when a row of %s is not what it was, and names it', async (table) => {
    const w = await world();
    await w.begin();
    const expected = await w.rows('MAIL_1');
    const inner = w.ports.shards;
    let tampered = false;
    w.ports.shards = {
      ...inner,
      firstPages: async (shard, ...args) => {
        const compares = (await w.store.get(w.tenantId))?.phase === 'verifying';
        if (compares && !tampered) {
          tampered = true;
          const column = table === 'messages' ? "subject = subject || '!'" : 'modseq = modseq + 1';
          await w.databases.MAIL_2.prepare(`update ${table} set ${column} where tenant_id = ?`)
            .bind(w.tenantId)
            .run();
        }
        return inner.firstPages(shard, ...args);
      },
    };
    const move = await w.stretch();
    expect(tampered).toBe(true);
    expect(move?.phase).toBe('failed');
    expect(move?.error).toContain(`rows of ${table} in the mailbox ${w.ref.mailboxId} differ in MAIL_2`);
    expect(w.told).toEqual(['tenant.move-failed']);
    expect(await w.shard()).toBe('MAIL_1');
    expect(await w.rows('MAIL_1')).toEqual(expected);
    expect(await w.rows('MAIL_2')).toEqual([]);
    expect((await w.mailbox.insertMany(messages('afterwards', 1)))[0]?.outcome).toBe('inserted');
    // And then it may be tried again.
    w.ports.shards = inner;
    expect(await w.begin('m2')).toBe(true);
    expect((await w.stretch())?.phase).toBe('done');
  });

  test('is taken back when a row is lost or added, also at the last moment', async () => {
    for (const [phase, statement] of [
      ['verifying', "delete from items where tenant_id = ? and item_id = 'item-m-00009'"],
      ['switching', "delete from message_parts where tenant_id = ? and item_id = 'item-m-00009'"],
      [
        'switching',
        "update messages set subject = subject || '!' where tenant_id = ? and item_id = 'item-m-00009'",
      ],
    ] as const) {
      const w = await world();
      await w.begin();
      const inner = w.ports.shards;
      w.ports.shards = {
        ...inner,
        mailboxes: async (shard, ...args) => {
          if ((await w.store.get(w.tenantId))?.phase === phase) {
            await w.databases.MAIL_2.prepare(statement).bind(w.tenantId).run();
          }
          return inner.mailboxes(shard, ...args);
        },
      };
      const move = await w.stretch();
      expect(move?.phase, statement).toBe('failed');
      expect(await w.shard()).toBe('MAIL_1');
      expect(await w.state('MAIL_1')).toBe('open');
    }
  });

  test.each(
    BEFORE_SWITCH.filter((phase) => phase !== 'preparing'),
  )('can be cancelled while it is %s', async (phase) => {
    const w = await world();
    await w.begin();
    const expected = await w.rows('MAIL_1');
    const inner = w.ports.store;
    let cancelled = false;
    w.ports.store = {
      ...inner,
      get: (tenantId) => inner.get(tenantId),
      save: async (move, change, ...rest) => {
        const saved = await inner.save(move, change, ...rest);
        const now: MovePhase = change.phase ?? move.phase;
        if (now === phase && !cancelled) {
          cancelled = await inner.turn(w.tenantId, 'm1', BEFORE_SWITCH, 'cancelling', 5);
        }
        return saved;
      },
    };
    await w.stretch();
    expect(cancelled).toBe(true);
    expect((await w.stretch())?.phase).toBe('cancelled');
    expect(await w.rows('MAIL_1')).toEqual(expected);
    expect(await w.rows('MAIL_2')).toEqual([]);
    expect(await w.mailbox.setFlags([{ itemId: 'item-m-00002', isRead: true }])).toMatchObject([
      { outcome: 'changed' },
    ]);
  });

  test('a driver that was relieved does nothing any more, in neither shard', async () => {
    const w = await world();
    await w.begin();
    const old = await w.store.take(w.tenantId, 10, 20);
    if (old === null) throw new Error('nobody has it');
    await w.ports.shards.arrive('MAIL_2', old, 1);
    await w.ports.shards.depart('MAIL_1', old, 1);
    const pages = await w.ports.shards.firstPages('MAIL_1', w.tenantId, w.ref.mailboxId);
    const [first] = pages.filter((page) => page.table === 'items');
    const group = { mailboxId: w.ref.mailboxId, table: 'items', keys: [], rows: first?.rows ?? [] };
    const moved = await w.stretch();
    expect(moved?.phase).toBe('done');
    const rows = await w.rows('MAIL_2');
    await expect(w.ports.shards.put('MAIL_2', old, [group])).rejects.toMatchObject({ name: 'RelievedError' });
    await expect(w.ports.shards.depart('MAIL_1', old, 1)).rejects.toMatchObject({ name: 'RelievedError' });
    await expect(w.ports.shards.arrive('MAIL_2', old, 1)).rejects.toMatchObject({ name: 'RelievedError' });
    expect(await w.ports.shards.turn('MAIL_1', old, ['moved'], 'open', 1)).toBe(false);
    expect(await w.store.switch(old, 1)).toBe(false);
    expect(await w.store.save(old, { phase: 'copying' }, 1, 1)).toBe(false);
    expect(await w.rows('MAIL_2')).toEqual(rows);
  });

  test('rows of any text and size go over as they are', async () => {
    const w = await world();
    const texts = [
      '',
      '\u0000',
      'a\u0000b',
      '"\\',
      "'",
      '\u{10ffff}\u{1f600}',
      '\u2028\ufffe',
      'x'.repeat(700_000),
    ];
    for (const [n, text] of texts.entries()) {
      await w.databases.MAIL_1.prepare(
        'insert into mailbox_settings (tenant_id, mailbox_id, name, value) values (?, ?, ?, ?)',
      )
        .bind(w.tenantId, w.ref.mailboxId, `n${n}"'\\é`, text)
        .run();
    }
    const expected = await w.rows('MAIL_1');
    await w.begin();
    expect((await w.stretch())?.phase).toBe('done');
    expect(await w.rows('MAIL_2')).toEqual(expected);
  });
});
