import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { createD1Executor } from '../../../store/dialect/d1/executor.ts';
import { createD1Stores } from '../../../store/index.ts';
import { expectRecount } from '../../contract/mail-model.ts';
import { freshRef, message, messages } from '../../contract/subject.ts';
import { guardD1, UnscopedStatementError } from '../../support/scope-guard.ts';
import { bindings, migrateD1 } from '../support.ts';

beforeAll(migrateD1);

/** The database, whose n-th batch fails with D1's words: before it acts, or after it has acted. */
function failing(plan: { at: number; after: boolean }): D1Database {
  let batches = 0;
  return new Proxy(bindings.MAIL_1, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      if (property !== 'batch') return value.bind(target);
      return async (statements: D1PreparedStatement[]) => {
        const fails = ++batches === plan.at;
        if (fails && !plan.after) throw new Error('D1_ERROR: Network connection lost.');
        const results = await target.batch(statements);
        if (fails) throw new Error('D1_ERROR: Network connection lost.');
        return results;
      };
    },
  });
}

function mailOn(database: D1Database) {
  const { DIRECTORY, SEARCH, AUDIT } = bindings;
  return createD1Stores({ directory: DIRECTORY, mail: { MAIL_1: database }, search: SEARCH, audit: AUDIT })
    .mail;
}

describe('D1 that fails', () => {
  test.each([
    false,
    true,
  ])('I8 a write repeated after a lost answer (applied: %s) acts once', async (after) => {
    const ref = freshRef();
    const calm = mailOn(bindings.MAIL_1).mailbox(ref);
    await calm.create(1);
    const list = messages('lost', 3);
    const twice = async <T>(act: (mailbox: typeof calm) => Promise<T>): Promise<T> => {
      const mailbox = mailOn(failing({ at: 1, after })).mailbox(ref);
      await expect(act(mailbox)).rejects.toThrow('Network connection lost');
      return act(mailbox);
    };
    const archive = (await calm.folderByRole('archive'))?.folderId ?? '';
    const inserted = await twice((mailbox) => mailbox.insertMany(list));
    expect(inserted.map((r) => r.outcome)).toEqual(list.map(() => (after ? 'present' : 'inserted')));
    await twice((mailbox) => mailbox.setFlags([{ itemId: 'item-lost-00000', isRead: true }]));
    await twice((mailbox) => mailbox.move(['item-lost-00001'], archive));
    await twice((mailbox) => mailbox.remove(['item-lost-00002'], 5));
    await twice((mailbox) => mailbox.create(2));
    expect(await calm.usage()).toEqual({ exists: true, sizeBytes: 2000, itemCount: 2, modseq: 7 });
    expect((await calm.folders()).filter((f) => f.role === 'inbox')).toHaveLength(1);
    await expectRecount(calm);
  });

  test('a statement that fails takes the whole list back', async () => {
    const ref = freshRef();
    const mailbox = mailOn(bindings.MAIL_1).mailbox(ref);
    await mailbox.create(1);
    const executor = createD1Executor(bindings.MAIL_1);
    const raise = sql`update mailboxes set modseq = 99 where tenant_id = ${ref.tenantId}`;
    await expect(executor.atomic([raise, sql`select nonsense`])).rejects.toThrow('nonsense');
    expect((await mailbox.usage()).modseq).toBe(1);
  });

  test('a violated unique key is a conflict', async () => {
    const executor = createD1Executor(bindings.DIRECTORY);
    const insert = sql`insert into tenants (tenant_id, name, status, mail_shard) values ('dup', '', '', '')`;
    await executor.atomic([insert]);
    await expect(executor.atomic([insert])).rejects.toMatchObject({ code: 'conflict' });
  });

  test('I25 the guard stands before the database', async () => {
    const mailbox = mailOn(guardD1(bindings.MAIL_1)).mailbox(freshRef());
    await mailbox.create(1);
    expect((await mailbox.insert(message('guarded'))).outcome).toBe('inserted');
    const executor = createD1Executor(guardD1(bindings.MAIL_1));
    await expect(
      executor.atomic([sql`select * from items where item_id = ${'item-guarded'}`]),
    ).rejects.toThrow(UnscopedStatementError);
    expect(() => guardD1(bindings.MAIL_1).prepare('select * from items').all()).toThrow(
      UnscopedStatementError,
    );
  });
});
