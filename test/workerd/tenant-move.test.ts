import { beforeAll, describe, expect, test } from 'vitest';
import { driveMove } from '../../core/moving/drive.ts';
import { HOLD_MS } from '../../core/moving/settings.ts';
import type { MovePorts } from '../../core/moving/work.ts';
import type { TenantMove } from '../../core/ports/moves.ts';
import { d1Tables } from '../../store/dialect/d1/kit.ts';
import { createD1Stores } from '../../store/index.ts';
import { movedTables } from '../../store/repos/moves/tables.ts';
import { freshRef, messages } from '../contract/subject.ts';
import { bindings, migrateD1 } from './support.ts';

const { DIRECTORY, MAIL_1, MAIL_2, SEARCH, AUDIT } = bindings;

beforeAll(migrateD1);

function open() {
  return createD1Stores({
    ...{ directory: DIRECTORY, mail: { MAIL_1, MAIL_2 }, search: SEARCH, audit: AUDIT },
  });
}

describe('moving a tenant between databases of D1', () => {
  test.each([...movedTables(d1Tables.mail).values()])('knows the key of $name', async ({
    name,
    key,
    byTenant,
  }) => {
    const { results } = await MAIL_1.prepare('select name from pragma_table_info(?) where pk > 0 order by pk')
      .bind(name)
      .all<{ name: string }>();
    const named = results.map((column) => column.name);
    expect(named).toEqual([
      ...(byTenant ? ['tenant_id'] : []),
      'mailbox_id',
      ...key.map((column) => column.name),
    ]);
  });

  test('lists every table that has rows of mailboxes', async () => {
    const { results } = await MAIL_1.prepare("select name, sql from sqlite_schema where type = 'table'").all<{
      name: string;
      sql: string;
    }>();
    const names = results.flatMap(({ name, sql }) => (/\bmailbox_id\b/.test(sql) ? name : []));
    names.splice(names.indexOf('move_changes'), 1);
    expect(names.sort()).toEqual([...movedTables(d1Tables.mail).keys()].sort());
  });

  test('keeps writers waiting, sends them on, and copies what they wrote', async () => {
    const stores = open();
    const { moves } = stores;
    if (moves === null) throw new Error('D1 has shards');
    const ref = freshRef('MAIL_1');
    const { tenantId } = ref;
    await stores.directory.createTenant({ tenantId, name: 'T', status: 'active', mailShard: 'MAIL_1' });
    const mailbox = stores.mail.mailbox(ref);
    await mailbox.create(1);
    await mailbox.insertMany(messages('moved', 120));
    await mailbox.setFlags([{ itemId: 'item-moved-00003', isRead: true }]);
    await mailbox.remove(['item-moved-00005'], 7);
    await moves.store.begin({
      ...{ tenantId, moveId: 'm1', from: 'MAIL_1', to: 'MAIL_2', keepDays: 1, startedAt: Date.now() },
    });
    const told: string[] = [];
    let late: Promise<unknown> = Promise.resolve();
    let waited = 0;
    const ports: MovePorts = {
      ...moves,
      now: Date.now,
      sleep: async (ms) => {
        expect(ms).toBe(HOLD_MS);
        // The old shard has said by now that the tenant has moved; the new one is not written to yet.
        const began = Date.now();
        late = open()
          .mail.mailbox(ref)
          .setFlags([{ itemId: 'item-moved-00007', isRead: true }])
          .then((result) => {
            waited = Date.now() - began;
            return result;
          });
        await new Promise((resolve) => setTimeout(resolve, ms));
      },
      tell: async (_: TenantMove, action) => void told.push(action),
    };
    const moved = await driveMove(ports, tenantId, 60_000);
    expect(moved).toMatchObject({ phase: 'kept', error: null });
    expect(told).toEqual(['tenant.move-done']);
    expect(await late).toMatchObject([{ outcome: 'changed' }]);
    expect(waited).toBeGreaterThan(HOLD_MS / 2);
    expect((await stores.directory.getTenant(tenantId))?.mailShard).toBe('MAIL_2');
    const there = await MAIL_2.prepare('select count(*) as n from items where tenant_id = ?')
      .bind(tenantId)
      .first('n');
    const here = await MAIL_1.prepare('select count(*) as n from items where tenant_id = ? and is_read = 1')
      .bind(tenantId)
      .first('n');
    expect([there, here]).toEqual([119, 1]);
    expect((await mailbox.itemStates(['item-moved-00007']))[0]?.isRead).toBe(true);
  });
});
