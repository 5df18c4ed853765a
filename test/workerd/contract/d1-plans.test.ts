import { beforeAll, describe, expect, test } from 'vitest';
import type { MailboxArchive } from '../../../core/ports/archive.ts';
import type { MailboxStore, MailStore } from '../../../core/ports/mail.ts';
import { createD1Stores } from '../../../store/index.ts';
import { fillMailbox, hotReads } from '../../contract/big-folder.ts';
import { freshRef, messages } from '../../contract/subject.ts';
import { noting, type Statement } from '../noting.ts';
import { bindings, migrateD1 } from '../support.ts';

const statements: Statement[] = [];
const noted = noting(bindings.MAIL_1, statements);

let mailbox: MailboxStore;
let archive: MailboxArchive;
let mail: MailStore;
let inbox: string;

beforeAll(async () => {
  await migrateD1();
  const { DIRECTORY, SEARCH, AUDIT } = bindings;
  const stores = createD1Stores({
    directory: DIRECTORY,
    mail: { MAIL_1: noted },
    search: SEARCH,
    audit: AUDIT,
  });
  const ref = freshRef();
  mail = stores.mail;
  mailbox = mail.mailbox(ref);
  archive = stores.archive.mailbox(ref);
  await fillMailbox(mailbox, 20_000);
  inbox = (await mailbox.folderByRole('inbox'))?.folderId ?? '';
}, 120_000);

/** Lines of the plan that walk through a table, or through all rows of a mailbox, or sort them. */
async function walks({ sql, params }: Statement): Promise<string[]> {
  const { results } = await bindings.MAIL_1.prepare(`explain query plan ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  // The feed sorts its two pages together, a conversation the few items that it has.
  const sorts = /union all|cross join/.test(sql) ? /^$/ : /^USE TEMP B-TREE FOR ORDER BY$/;
  return results
    .map((row) => row.detail)
    .filter(
      (detail) =>
        /^SCAN (mailboxes|folders|items|messages|message_parts|objects|tombstones|correspondents|conversation_rules|mailbox_settings|rules|rule_sets|delivery_reports|automatic_sends)\b/.test(
          detail,
        ) ||
        /^SEARCH (items|messages|message_parts|objects|tombstones|correspondents|conversation_rules|mailbox_settings|delivery_reports|automatic_sends)\b.*\(mailbox_id=\?\)/.test(
          detail,
        ) ||
        (sorts.test(detail) && sql.startsWith('select')),
    );
}

describe('a folder of 20,000 messages on D1', () => {
  test.each(
    Object.keys(hotReads(undefined as unknown as MailboxStore, '')),
  )('%s stays within indexes', async (name) => {
    statements.length = 0;
    await hotReads(mailbox, inbox)[name]?.();
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) expect(await walks(statement), statement.sql).toEqual([]);
  });

  const ARCHIVE: Record<string, () => Promise<unknown>> = {
    head: () => archive.head(),
    changed: async () => archive.changed((await archive.head()).modseq - 5, 1e9, 100),
    items: () => archive.items('item-010000', 100),
    'items, objects': () => archive.items('event-000100', 100),
    known: () => archive.known(['item-000001', 'event-000002']),
    gone: () => archive.gone({ folderId: '2', itemId: 'item-000100' }, 100),
    present: () => archive.present(['item-000001', 'item-000002']),
    restoreMessages: () => {
      const [message] = messages('restored', 1);
      if (message === undefined) throw new Error('nothing to restore');
      return archive.restoreMessages([
        { message: { ...message, folderId: inbox }, lastVerb: 0, lastVerbAt: null },
      ]);
    },
  };

  test.each(
    Object.keys(ARCHIVE),
  )('what is written down and made again stays within indexes: %s', async (name) => {
    await mailbox.remove(['item-000500'], 1);
    statements.length = 0;
    await ARCHIVE[name]?.();
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) expect(await walks(statement), statement.sql).toEqual([]);
  });

  test.each([
    'reminder',
    'announce',
  ] as const)('what is due in a shard is read from an index: %s', async (what) => {
    statements.length = 0;
    const { tenantId, shard } = mailbox.ref;
    await mail.duePim(tenantId, shard, what, {
      until: 500,
      limit: 10,
      after: { mailboxId: 'm', itemId: 'i' },
    });
    expect(statements).toHaveLength(1);
    const [statement] = statements;
    if (statement === undefined) throw new Error('no statement');
    const { results } = await bindings.MAIL_1.prepare(`explain query plan ${statement.sql}`)
      .bind(...statement.params)
      .all<{ detail: string }>();
    expect(results[0]?.detail).toContain(what === 'reminder' ? 'objects_to_remind' : 'objects_to_announce');
  });

  test('a Sync without changes costs one statement, a page of messages two, a batch of new ones five', async () => {
    const count = async (read: () => Promise<unknown>) => {
      statements.length = 0;
      await read();
      return statements.length;
    };
    const ids = Array.from({ length: 100 }, (_, i) => `item-${String(i).padStart(6, '0')}`);
    expect(await count(() => mailbox.contentModseqs([inbox]))).toBe(1);
    expect(await count(() => mailbox.changes(inbox, { modseq: 0, itemId: '' }, 100))).toBe(1);
    expect(await count(() => mailbox.messages(ids))).toBe(2);
    expect(await count(() => mailbox.insertMany(messages('batch', 50)))).toBe(5);
  });
});
