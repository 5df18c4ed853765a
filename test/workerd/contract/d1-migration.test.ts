import { applyD1Migrations } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { createD1Stores } from '../../../store/index.ts';
import { expectMigrated, firstSchemaRows } from '../../contract/mail-migrated.ts';
import { freshRef } from '../../contract/subject.ts';
import { bindings } from '../support.ts';

test('a mailbox of the first schema is whole after the migrations of D1', async () => {
  const { DIRECTORY, MAIL_1, SEARCH, AUDIT, MIGRATIONS } = bindings;
  const all = MIGRATIONS['mail'] ?? [];
  const first = all.filter((migration) => migration.name.startsWith('0001'));
  expect(first).toHaveLength(1);
  await applyD1Migrations(MAIL_1, first);
  const ref = freshRef();
  for (const row of firstSchemaRows(ref)) await MAIL_1.prepare(row).run();
  await applyD1Migrations(MAIL_1, all);
  const { mail } = createD1Stores({ directory: DIRECTORY, mail: { MAIL_1 }, search: SEARCH, audit: AUDIT });
  await expectMigrated(mail.mailbox(ref));
});
