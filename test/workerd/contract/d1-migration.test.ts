import { applyD1Migrations } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { createD1Stores } from '../../../store/index.ts';
import {
  expectFilesCounted,
  expectMigrated,
  FILES_OF_OBJECTS,
  firstSchemaRows,
  objectRows,
} from '../../contract/mail-migrated.ts';
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

test('the files of events count in mailboxes that were before they did', async () => {
  const { DIRECTORY, MAIL_2, SEARCH, AUDIT, MIGRATIONS } = bindings;
  const all = MIGRATIONS['mail'] ?? [];
  await applyD1Migrations(
    MAIL_2,
    all.filter((migration) => !FILES_OF_OBJECTS.test(migration.name)),
  );
  const ref = { ...freshRef(), shard: 'MAIL_2' };
  for (const row of objectRows(ref)) await MAIL_2.prepare(row).run();
  await applyD1Migrations(MAIL_2, all);
  const stores = createD1Stores({ directory: DIRECTORY, mail: { MAIL_2 }, search: SEARCH, audit: AUDIT });
  await expectFilesCounted(stores.mail.mailbox(ref), stores.archive.mailbox(ref));
});
